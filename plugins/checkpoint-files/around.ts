import {
  type Call,
  type Files,
  messageOf,
  perSession,
  rootOf,
  type SeenFiles,
  type SessionView,
  type ShellFolders,
  type ToolContext,
  type Tools,
  type WrapTool,
} from "gantry/sdk";
import { judgedPath } from "gantry/sdk/kit/tool-files";
import { createCommandPaths, filesBelow, MOST_FILES } from "./command-paths.ts";
import type { Keeper } from "./keep.ts";
import { createKnownFiles } from "./known-files.ts";
import { ABSENT, type FileState } from "./state.ts";
import { createWatch } from "./watch.ts";

interface Parts {
  readonly files: Files;
  readonly seenFiles: SeenFiles | undefined;
  readonly folders: ShellFolders | undefined;
  readonly tools: () => Promise<Tools>;
  readonly keeperOf: (session: SessionView) => Keeper;
  readonly isOn: () => boolean;
}

/** A call as it counts for the session at the top: what agents change goes back with the prompt that they work for. */
interface OwnCall extends Pick<ToolContext, "id" | "session" | "places"> {
  /** Whose shell runs its command. */
  readonly shell: SessionView;
}

/** What is to be done when a call has ended. */
type Finish = () => Promise<void>;

/** Calls that have begun and not ended: those that were refused in between never end. */
const MOST_OPEN = 50;

/** Keeps what calls find, and writes down what they leave. Whatever fails here is told, and does not keep a call from running. */
export function createAround({ files, seenFiles, folders, tools, keeperOf, isOn }: Parts) {
  const watch = createWatch({ files, seenFiles, keeperOf });
  const commandPaths = createCommandPaths(files, folders);
  const knownFiles = createKnownFiles(files, tools);
  const openIn = perSession(() => new Map<string, Finish>());

  /** Around a tool that changes the file that a field of its input names. */
  function file(field: string): WrapTool {
    return (next) => async (input, call) => {
      const written = fieldOf(input, field);
      const own = ofRoot(call);
      const finish = written === undefined ? undefined : await begun(own.session, () => onFile(written, own));
      return next(input, call).finally(() => finish && ended(own.session, finish));
    };
  }

  /** Around a tool that runs the shell command that a field of its input names. */
  function command(field: string): WrapTool {
    return (next) => async (input, call) => {
      const text = fieldOf(input, field);
      const own = ofRoot(call);
      const finish = text === undefined ? undefined : await begun(own.session, () => onCommand(text, own, true));
      return next(input, call).finally(() => finish && ended(own.session, finish));
    };
  }

  /** The same for a tool that is not wrapped: it may still be refused. */
  async function before({ id, tool, input }: Call, from: SessionView): Promise<void> {
    const session = rootOf(from);
    const { permission } = tool;
    if (!permission) return;
    const value = "path" in permission ? fieldOf(input, permission.path) : undefined;
    const text = "command" in permission ? fieldOf(input, permission.command) : undefined;
    const call = { id, session };
    const finish = await begun(session, async () => {
      if (value !== undefined) return onFile(value, call, false);
      return text === undefined ? undefined : onCommand(text, { ...call, shell: from }, false);
    });
    const open = openIn(session);
    if (finish) open.set(id, finish);
    const [oldest] = open.keys();
    if (open.size > MOST_OPEN && oldest !== undefined) open.delete(oldest);
  }

  async function after({ id }: Call, from: SessionView): Promise<void> {
    const session = rootOf(from);
    const finish = openIn(session).get(id);
    openIn(session).delete(id);
    if (finish) await ended(session, finish);
  }

  async function onFile(written: string, call: Pick<ToolContext, "id" | "session" | "places">, isRunning = true) {
    const { path, checked } = judgedPath(written, call);
    const realPath = checked.realPath ?? (await files.resolve(path));
    const found = await watch.begin(call.session, call.id, [realPath], isRunning);
    return () => watch.end(call.session, found);
  }

  async function onCommand(text: string, { id, session, shell }: OwnCall, isRunning: boolean) {
    const paths = await commandPaths(text, shell);
    if (!paths) return undefined;
    const keeper = keeperOf(session);
    for (const folder of paths.large) {
      const text = `More than ${MOST_FILES} files lie in "${folder}": what this command does there cannot be taken back.`;
      session.notify({ level: "warning", text });
    }
    const others = await keeper.keepCheaply(new Set([...paths.below, ...(await knownFiles(session))]));
    const found = await watch.begin(session, id, paths.named, isRunning);
    return async () => watch.end(session, found, new Map([...(await newIn(paths.whole)), ...others]));
  }

  /** What lies in the folders now; what was there before is known. */
  async function newIn(all: readonly string[]): Promise<Map<string, FileState>> {
    const found = new Map<string, FileState>();
    for (const folder of all) {
      for (const path of (await filesBelow(files, folder, MOST_FILES)) ?? []) found.set(path, ABSENT);
    }
    return found;
  }

  async function begun(session: SessionView, begin: () => Promise<Finish | undefined>): Promise<Finish | undefined> {
    if (!isOn()) return undefined;
    try {
      return await begin();
    } catch (error) {
      tell(session, error);
      return undefined;
    }
  }

  async function ended(session: SessionView, finish: Finish): Promise<void> {
    await finish().catch((error) => tell(session, error));
  }

  function tell(session: SessionView, error: unknown): void {
    session.notify({ level: "warning", text: `What this call changes cannot be taken back: ${messageOf(error)}` });
  }

  return { file, command, before, after };
}

function ofRoot({ id, session, places }: ToolContext): OwnCall {
  return { id, session: rootOf(session), shell: session, ...(places && { places }) };
}

function fieldOf(input: unknown, field: string): string | undefined {
  const value = (input as Readonly<Record<string, unknown>> | undefined)?.[field];
  return typeof value === "string" && value !== "" ? value : undefined;
}
