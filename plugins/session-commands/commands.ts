import { isAbsolute, join, resolve } from "node:path";
import {
  type Command,
  type CommandSession,
  type Files,
  isGantryError,
  PluginError,
  type RunCommand,
  type SessionStore,
  type SessionView,
} from "gantry/sdk";
import { findSession, hasWords } from "./find.ts";
import { exported, formatOf } from "./formats.ts";
import { listing } from "./listing.ts";
import { checkedTitle } from "./rename.ts";
import { treeOf, treeText } from "./tree.ts";

/** What the commands work on. */
export interface Uses {
  readonly store: SessionStore;
  readonly files: Files;
}

const MOST_LISTED = 20;

type Name = "resume" | "fork" | "rename" | "export" | "sessions" | "clear" | "tree";

/** The slash commands. What a person got wrong is an answer, not a failure of the plugin. */
export function createCommands(uses: Uses): Readonly<Record<Name, Command>> {
  const { store } = uses;
  return {
    resume: answering(async (args, session) => {
      const wanted = args.trim();
      if (!wanted) return await list(store, session, "", "/resume and an id, a name or words of it goes on with one.");
      const found = await findSession(store, wanted, { cwd: session.cwd });
      if (found.id === session.id) return "This is that session.";
      if (found.isLive) return `Another program has the session ${found.id} open. /fork ${found.id} goes on in a copy.`;
      return { open: { resume: found.id } };
    }),
    fork: answering(async (args, session) => {
      const wanted = args.trim();
      const id = wanted ? (await findSession(store, wanted, { cwd: session.cwd })).id : session.id;
      if (!wanted && session.transcriptPath === undefined && !(await isKept(store, session))) {
        return "This session is not kept, so there is nothing to copy.";
      }
      return { open: { resume: id, fork: true } };
    }),
    rename: answering(async (args, session) => {
      if (!args.trim()) return "/rename takes the name.";
      const title = await checkedTitle(store, args, session.id);
      session.rename(title);
      return `The session is called ${title}.`;
    }),
    export: answering((args, session) => exportTo(uses.files, args.trim(), session)),
    sessions: answering((args, session) => list(store, session, args.trim(), "")),
    clear: () => ({ open: {} }),
    tree: (_, session) => treeText(treeOf(session.allEntries)) || "Nothing has been said yet.",
  };
}

function answering(command: RunCommand): RunCommand {
  return async (args, session) => {
    try {
      return await command(args, session);
    } catch (error) {
      if (isGantryError(error)) return `${error.message} ${error.remedy ?? ""}`.trimEnd();
      throw error;
    }
  };
}

async function list(store: SessionStore, session: CommandSession, words: string, hint: string): Promise<string> {
  const all = await store.list({ cwd: session.cwd });
  const found = all.filter(({ id, title }) => id !== session.id && (!words || hasWords(title, words)));
  if (!found.length)
    return words ? `No session has ${JSON.stringify(words)} in its name.` : "There is no other session of this folder.";
  const more = found.length - MOST_LISTED;
  const lines = [listing(found.slice(0, MOST_LISTED))];
  if (more > 0) lines.push(`${more} more: gantry sessions list shows all.`);
  return [...lines, ...(hint ? [hint] : [])].join("\n");
}

async function isKept(store: SessionStore, session: SessionView): Promise<boolean> {
  return (await store.list({ cwd: session.cwd })).some(({ id }) => id === session.id);
}

async function exportTo(files: Files, name: string, session: SessionView): Promise<string> {
  const path = pathOf(name || `session-${session.id.slice(0, 13)}.md`, session);
  await writeNew(files, path, exported(session.allEntries, formatOf(path)));
  return `The conversation is in ${path}.`;
}

function pathOf(name: string, { cwd, home }: SessionView): string {
  if (name.startsWith("~/")) return join(home, name.slice(2));
  return isAbsolute(name) ? resolve(name) : resolve(cwd, name);
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
