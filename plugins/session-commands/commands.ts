import {
  type Command,
  type Exec,
  type Files,
  type HostInfo,
  isGantryError,
  type Models,
  PluginError,
  type RunCommand,
  type SessionStore,
  type SessionView,
} from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { completions } from "gantry/sdk/kit/completions";
import { typedPath } from "gantry/sdk/kit/typed-path";
import { visibleLine } from "gantry/sdk/kit/visible";
import { createBtw, createRecap } from "./aside.ts";
import { createCopy } from "./copy.ts";
import { findSession } from "./find.ts";
import { exported, FORMATS, formatOf } from "./formats.ts";
import { goOn, others, sessionsPanel } from "./picker.ts";
import { checkedTitle } from "./rename.ts";
import { treePanel } from "./tree-panel.ts";

/** Where sessions lie, and where they are written to. */
export interface Stores {
  readonly store: SessionStore;
  readonly files: Files;
}

/** What the commands work on. */
export interface Uses extends Stores {
  readonly models: Models;
  readonly exec: (() => Promise<Exec | undefined>) | undefined;
  readonly host: HostInfo;
}

type Name =
  | "resume"
  | "fork"
  | "branch"
  | "rename"
  | "export"
  | "copy"
  | "sessions"
  | "clear"
  | "tree"
  | "recap"
  | "btw";

/** The slash commands. What a person got wrong is an answer, not a failure of the plugin. */
export function createCommands(uses: Uses): Readonly<Record<Name, Command>> {
  const { store } = uses;
  const complete: Exclude<Command, RunCommand>["complete"] = async (args, session) =>
    completions(
      args,
      (await others(store, session)).map(({ title, id }) => [visibleLine(title, 60) || id, id.slice(0, 8)] as const),
    ).slice(0, MOST_OFFERED);

  return {
    resume: answering({
      async run(args, session) {
        const wanted = args.trim();
        if (!wanted) return { panel: await sessionsPanel(store, session, "", HOW) };
        return goOn(session, await findSession(store, wanted, { cwd: session.cwd }));
      },
      complete,
    }),
    fork: answering({
      async run(args, session) {
        const wanted = args.trim();
        if (wanted)
          return { open: { resume: (await findSession(store, wanted, { cwd: session.cwd })).id, fork: true } };
        return (await canCopy(store, session)) ? { open: { resume: session.id, fork: true } } : UNKEPT;
      },
      complete,
    }),
    branch: answering(async (args, session) => {
      if (!(await canCopy(store, session))) return UNKEPT;
      const title = args.trim() ? await checkedTitle(store, args, session.id) : undefined;
      return { open: { resume: session.id, fork: true, ...(title && { title }) } };
    }),
    rename: answering(async (args, session) => {
      if (!args.trim()) return "/rename takes the name.";
      const title = await checkedTitle(store, args, session.id);
      session.rename(title);
      return `The session is called ${title}.`;
    }),
    export: answering({
      run: (args, session) => exportTo(uses.files, args.trim(), session),
      complete: (args, session) => {
        const name = args.trim().replace(/\.\w*$/, "") || `session-${session.id.slice(0, 13)}`;
        return FORMATS.map((format) => ({ args: `${name}.${format}` }));
      },
    }),
    copy: answering(createCopy(uses)),
    sessions: answering(async (args, session) => ({ panel: await sessionsPanel(store, session, args.trim(), "") })),
    clear: answering(async (args, session) => {
      if (args.trim()) session.rename(await checkedTitle(store, args, session.id));
      return { open: {} };
    }),
    tree: answering(async (_, session) => ({ panel: await treePanel(session) })),
    recap: answering(createRecap(uses.models)),
    btw: answering(createBtw(uses.models)),
  };
}

const MOST_OFFERED = 20;
const HOW = "/resume and an id, a name or words of it goes on with one.";
const UNKEPT = "This session is not kept, so there is nothing to copy.";

async function canCopy(store: SessionStore, session: SessionView): Promise<boolean> {
  return session.transcriptPath !== undefined || (await isKept(store, session));
}

async function isKept(store: SessionStore, session: SessionView): Promise<boolean> {
  return (await store.list({ cwd: session.cwd })).some(({ id }) => id === session.id);
}

async function exportTo(files: Files, name: string, session: SessionView): Promise<string> {
  const path = typedPath(name || `session-${session.id.slice(0, 13)}.md`, session);
  await writeNew(files, path, exported(session.allEntries, formatOf(path)));
  return `The conversation is in ${path}.`;
}

/** Writes a file that must not exist yet, readable for its owner alone: a conversation may hold what nobody else should read. */
export async function writeNew(files: Files, path: string, text: string): Promise<void> {
  try {
    await files.write(path, Buffer.from(text), { expect: "absent", mode: 0o600 });
  } catch (error) {
    if (!isGantryError(error) || error.code !== "GANTRY_FILES_CHANGED") throw error;
    throw new PluginError(
      "GANTRY_SESSIONS_EXISTS",
      `There is a file ${path} already; it was left as it is.`,
      "Choose another name, or remove it first.",
    );
  }
}
