/** The program: a command line becomes a host, a frontend or a subcommand, and an exit code. */
import { fstatSync } from "node:fs";
import { type FrontendHost, isGantryError, type JsonObject, type OpenOptions, SessionStore } from "gantry/sdk";
import { nearest } from "gantry/sdk/kit/nearest";
import { type CommandLine, Printed, parseArguments } from "./arguments.ts";
import type { Catalogue } from "./discover.ts";
import { error, wordsOf } from "./errors.ts";
import type { Host } from "./host.ts";
import { openHost } from "./kernel.ts";

/** Most bytes of a prompt on standard input. */
const STDIN_BYTES = 10 * 1024 * 1024;

/** How long a prompt waits for more on standard input before it goes alone, in milliseconds. */
const STDIN_MS = 3_000;

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export interface ProgramOptions {
  readonly catalogue: Catalogue;
  /** The preset when nothing else names one, and the one for `--bare`. */
  readonly presets: { readonly usual: string; readonly bare: string };
}

/** Runs the program to its end. Resolves to the exit code; whatever fails is said on standard error. */
export async function main(argv: readonly string[], options: ProgramOptions): Promise<number> {
  const ending = onSignals();
  const isBare = argv.includes("--bare");
  const usual = { from: "the default", values: { preset: options.presets.usual } };
  let host: Host | undefined;
  try {
    let line: CommandLine | undefined;
    host = await openHost({
      trust: argv.includes("--trust"),
      catalogue: options.catalogue,
      defaults: [isBare ? { from: "--bare", values: { preset: options.presets.bare } } : usual],
      useFiles: !isBare,
      commandLine: (manifests) => {
        line = parseArguments(argv, manifests);
        return { config: line.config, settings: line.settings as JsonObject, folders: line.own.addDir ?? [] };
      },
      onLog: (plugin, message) => debug(line, plugin, message),
    });
    const code = await run(host, line as CommandLine, ending.signal);
    return ending.code ?? code;
  } catch (thrown) {
    if (thrown instanceof Printed) return print(thrown.message);
    const report = isGantryError(thrown) ? "" : " [GANTRY_INTERNAL] Please report this, with what --debug shows.";
    process.stderr.write(`gantry: ${wordsOf(thrown)}${report}\n`);
    return ending.code ?? 1;
  } finally {
    await host?.close();
  }
}

async function run(host: Host, line: CommandLine, signal: AbortSignal): Promise<number> {
  const { subcommand } = line;
  const frontendHost = asFrontendHost(host, line, signal);
  const named = subcommand && host.generation.subcommands.get(subcommand.name);
  if (named) return (await named.handler())(subcommand.args, subcommand.flags, frontendHost);
  const { frontends, subcommands } = host.generation;
  const flags = choosingFlags(host);
  const isTerminal = Boolean(process.stdin.isTTY && process.stdout.isTTY);
  const fitting = [...frontends.values()].find(({ manifest }) => isTerminal || !manifest.needsTerminal);
  const chosen = line.frontend === undefined ? fitting : frontends.get(line.frontend);
  if (!chosen) throw error("GANTRY_FRONTEND_ABSENT", { flags });
  if (chosen.manifest.needsTerminal && !isTerminal)
    throw error("GANTRY_FRONTEND_TERMINAL", { name: chosen.name, flags });
  const { prompt } = line;
  if (prompt && !line.frontend && !/\s/.test(prompt) && nearest(prompt, subcommands.keys())) {
    throw error("GANTRY_SUBCOMMAND_UNKNOWN", { name: prompt, known: subcommands.keys(), flags });
  }
  return (await chosen.handler())(frontendHost);
}

/** The flags that choose a frontend. */
function choosingFlags({ generation }: Host): readonly string[] {
  const flags = generation.members.flatMap(({ plugin }) => Object.entries(plugin.manifest.flags ?? {}));
  return flags.flatMap(([name, { to }]) => ("frontend" in to ? `--${name}` : []));
}

function asFrontendHost(host: Host, line: CommandLine, signal: AbortSignal): FrontendHost {
  const { own, prompt } = line;
  let isFirst = true;
  return {
    get info() {
      return host.info;
    },
    get notices() {
      return host.notices;
    },
    prompt,
    readPrompt: () => withStdin(prompt),
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
    open: async (options) => {
      const wanted = isFirst ? await wantedSession(host, own) : {};
      isFirst = false;
      return host.open({ ...(own.model !== undefined && { model: own.model }), ...wanted, ...options });
    },
    report: (session) => host.report(session),
    untrusted: () => host.untrusted(),
    trust: () => host.trust(),
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

// ---------------------------------------------------------------- standard input

/** The prompt of the command line and, behind it, what comes on standard input where that is no terminal. */
async function withStdin(prompt: string | undefined): Promise<string | undefined> {
  if (process.stdin.isTTY || !hasStdin()) return prompt;
  const piped = (await readStdin(prompt !== undefined)).trimEnd();
  return [prompt, piped].filter(Boolean).join("\n\n") || undefined;
}

function hasStdin(): boolean {
  try {
    const stat = fstatSync(0);
    return stat.isFIFO() || stat.isFile() || stat.isSocket();
  } catch {
    return false;
  }
}

function readStdin(mayBeAbsent: boolean): Promise<string> {
  const { stdin } = process;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString("utf8"));
    };
    const timer = mayBeAbsent ? setTimeout(() => stdin.pause() && end(), STDIN_MS) : undefined;
    stdin.on("data", (chunk: Buffer) => {
      clearTimeout(timer);
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > STDIN_BYTES) {
        stdin.destroy();
        reject(
          error("GANTRY_ARGUMENT_INVALID", {
            problem: `Standard input holds more than ${STDIN_BYTES} bytes.`,
            remedy: "Put it into a file and name the file.",
          }),
        );
      }
    });
    stdin.on("end", end).on("error", reject);
  });
}

// ---------------------------------------------------------------- endings

/** The first signal asks the frontend to end; the second ends the program at once. */
function onSignals(): { readonly signal: AbortSignal; readonly code: number | undefined } {
  const controller = new AbortController();
  const state: { signal: AbortSignal; code: number | undefined } = {
    signal: controller.signal,
    code: undefined,
  };
  for (const [name, code] of Object.entries(SIGNALS)) {
    process.on(name, () => {
      if (state.code !== undefined) process.exit(code);
      state.code = code;
      controller.abort(name);
    });
  }
  return state;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function debug(line: CommandLine | undefined, plugin: string, message: string): void {
  const filter = line?.own.debug;
  if (filter === true || filter?.split(",").includes(plugin)) process.stderr.write(`[${plugin}] ${message}\n`);
}
