/** The host as a frontend has it: its streams, and the session that the command line asks for. */
import { type FolderHost, type FolderOptions, type FrontendHost, type OpenOptions, SessionStore } from "gantry/sdk";
import type { CommandLine } from "./arguments.ts";
import { error } from "./errors.ts";
import type { Host } from "./host.ts";
import { withStdin } from "./stdin.ts";

/** A host, and what the command line asks of it: its flags depend on its plugins. */
export interface OpenedHost {
  readonly host: Host;
  readonly line: CommandLine;
  close(): Promise<void>;
}

export type OpenProgram = (folder: Partial<FolderOptions>) => Promise<OpenedHost>;

/** What a frontend's host is made of. */
interface FrontendHostParts {
  readonly host: Host;
  readonly line: CommandLine;
  readonly opened: OpenProgram;
  readonly signal: AbortSignal;
}

/** `isElsewhere`: in a further folder, for which the command line brings no prompt and no session. */
export function asFrontendHost({ host, line, opened, signal }: FrontendHostParts, isElsewhere = false): FrontendHost {
  const { own } = line;
  const prompt = isElsewhere ? undefined : line.prompt;
  let isFirst = !isElsewhere;
  return {
    get info() {
      return host.info;
    },
    get notices() {
      return [...line.notices, ...host.notices];
    },
    prompt,
    readPrompt: async () => (isElsewhere ? undefined : withStdin(prompt)),
    signal,
    // Each costs a millisecond to open, and few runs need all.
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    isVerbose: own.verbose ?? false,
    isContinued: !isElsewhere && Boolean(own.continue || own.resume !== undefined),
    open: async (options) => {
      const wanted = isFirst ? await wantedSession(host, own) : {};
      isFirst = false;
      return host.open({ ...(own.model !== undefined && { model: own.model }), ...wanted, ...options });
    },
    report: (session) => host.report(session),
    service: (key) => host.service(key),
    untrusted: () => host.untrusted(),
    trust: () => host.trust(),
    openFolder: async (folder): Promise<FolderHost> => {
      const { close, ...there } = await opened(folder);
      return Object.assign(asFrontendHost({ ...there, opened, signal }, true), { close });
    },
  };
}

/** The session that the command line asks for. */
async function wantedSession(host: Host, own: CommandLine["own"]): Promise<OpenOptions> {
  if (own.resume === true) {
    const known = await (await host.service(SessionStore))?.list({ cwd: host.info.cwd });
    throw error("GANTRY_SESSION_WHICH", {
      known: (known ?? []).slice(0, 5).map(({ id, title }) => `${id} (${title})`),
    });
  }
  return {
    ...(own.continue && { continueLatest: true }),
    ...(own.resume !== undefined && { resume: own.resume }),
    ...(own.forkSession && { fork: true }),
    ...(own.sessionId !== undefined && { id: own.sessionId }),
  };
}
