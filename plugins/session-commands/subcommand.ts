import { resolve } from "node:path";
import {
  type FrontendHost,
  PluginError,
  type SessionStore,
  type Settings,
  type Subcommand,
  type SubcommandFlags,
} from "gantry/sdk";
import { branchOf } from "gantry/sdk/kit/branch";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { checkedDays, keptDays, oldSessions, removeSessions } from "gantry/sdk/kit/old-sessions";
import { type Stores, writeNew } from "./commands.ts";
import { isConfirmed } from "./confirm.ts";
import { findSession, hasWords } from "./find.ts";
import { asFormat, exported, formatOf } from "./formats.ts";
import { importSession } from "./import.ts";
import { listing } from "./listing.ts";
import { asMarkdown } from "./markdown.ts";
import { checkedTitle, renameSession } from "./rename.ts";
import { searchSessions } from "./search.ts";
import { treeOf, treeText } from "./tree.ts";

/** What one action of `gantry sessions` is given. */
interface Asked {
  readonly store: SessionStore;
  readonly files: Stores["files"];
  readonly settings: Settings | undefined;
  readonly args: readonly string[];
  readonly flags: SubcommandFlags;
  /** Which sessions are meant: those of this folder, or of all. */
  readonly query: { readonly cwd?: string };
  readonly host: FrontendHost;
}

/** What it has to say: lines for a person, a value for a program. */
interface Answer {
  readonly text: string;
  readonly json: unknown;
}

const ACTIONS: Readonly<Record<string, (asked: Asked) => Promise<Answer>>> = {
  list,
  show,
  search,
  rename,
  delete: remove,
  tree,
  export: write,
  import: read,
  prune,
};

export function createSubcommand({
  store,
  files,
  settings,
}: Stores & { readonly settings?: Settings | undefined }): Subcommand {
  return async ([name = "list", ...args], flags, host) => {
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!action) throw unknownAction(name);
    const query = flags.all ? {} : { cwd: host.info.cwd };
    const { text, json } = await action({ store, files, settings, args, flags, query, host });
    const said = flags.json ? JSON.stringify(json, null, 2) : text;
    if (said) host.stdout.write(`${said.trimEnd()}\n`);
    return 0;
  };
}

async function list({ store, query, args, flags }: Asked): Promise<Answer> {
  const words = args.join(" ");
  const all = (await store.list(query)).filter(({ title }) => !words || hasWords(title, words));
  const where = query.cwd === undefined ? "" : ` of ${query.cwd}`;
  return {
    text: all.length ? listing(all, { withFolder: flags.all === true }) : `There is no session${where}.`,
    json: all,
  };
}

async function show(asked: Asked): Promise<Answer> {
  const { entries } = await chosen(asked, "show");
  const branch = branchOf(entries);
  return { text: asMarkdown(branch, entries), json: branch };
}

async function search({ store, args, query, host }: Asked): Promise<Answer> {
  const text = wordsOf(args, "search takes what to look for");
  const hits = await searchSessions(store, text, query, host.signal);
  const json = hits.map(({ session, count, excerpt }) => ({ ...session, count, excerpt }));
  if (!hits.length) return { text: `No session has ${JSON.stringify(text)}.`, json };
  const lines = listing(
    hits.map(({ session }) => session),
    { withFolder: query.cwd === undefined },
  ).split("\n");
  return { text: hits.map(({ excerpt }, at) => `${lines[at]}${excerpt && `\n    ${excerpt}`}`).join("\n"), json };
}

async function rename({ store, args: [text = "", ...name], query }: Asked): Promise<Answer> {
  const words = wordsOf(name, "rename takes a session and its name");
  const session = await findSession(store, text, query);
  const title = await checkedTitle(store, words, session.id);
  await renameSession(store, session, title);
  return { text: `The session ${session.id} is called ${title}.`, json: { id: session.id, title } };
}

async function remove({ store, args, query, flags, host }: Asked): Promise<Answer> {
  wordsOf(args, "delete takes the sessions to remove");
  // All are found before the first one goes.
  const found = await Promise.all(args.map((text) => findSession(store, text, query)));
  const names = found.map(({ id, title }) => `${id} (${title})`).join(", ");
  if (!flags.force && !(await isConfirmed(`Remove ${names} for good?`, host))) {
    return { text: "Nothing was removed.", json: [] };
  }
  for (const { id, cwd } of found) await store.remove(id, { cwd });
  return { text: found.map(({ id, title }) => `Removed ${id} (${title}).`).join("\n"), json: found };
}

async function tree(asked: Asked): Promise<Answer> {
  const { entries } = await chosen(asked, "tree");
  const roots = treeOf(entries);
  const [first] = entries;
  const from = first?.type === "session" && first.forkedFrom ? `Forked from ${first.forkedFrom.sessionId}.\n` : "";
  return { text: `${from}${treeText(roots)}`, json: roots };
}

async function write(asked: Asked): Promise<Answer> {
  const { files, flags, host } = asked;
  const { id, entries } = await chosen(asked, "export");
  const output = typeof flags.output === "string" ? resolve(host.info.cwd, flags.output) : undefined;
  const format = typeof flags.format === "string" ? asFormat(flags.format) : output ? formatOf(output) : "md";
  const text = exported(entries, format);
  if (output === undefined) return { text, json: { id, format, text } };
  await writeNew(files, output, text);
  return { text: `The session ${id} is in ${output}.`, json: { id, format, file: output } };
}

async function read({ store, files, args, host }: Asked): Promise<Answer> {
  const file = resolve(host.info.cwd, wordsOf(args, "import takes the file"));
  const { bytes } = await files.read(file);
  const { cwd, version: gantry } = host.info;
  const imported = await importSession(store, Buffer.from(bytes).toString("utf8"), { file, cwd, gantry });
  const { id, records, leftOut } = imported;
  const without = leftOut ? `, without ${leftOut} that do not count here` : "";
  return { text: `${records} records are now the session ${id}${without}.`, json: imported };
}

async function prune({ store, settings, flags, host }: Asked): Promise<Answer> {
  const days = flags.days === undefined ? keptDays(settings) : checkedDays(asNumber(flags.days), "--days");
  const old = oldSessions(await store.list({}), days, Date.now());
  const gone = flags.dryRun ? old : await removeSessions(store, old, host.signal);
  const what = flags.dryRun ? "would be removed" : "removed";
  const head = `${gone.length} ${gone.length === 1 ? "session" : "sessions"} older than ${days} days ${what}.`;
  return { text: [head, ...(gone.length ? [listing(gone, { withFolder: true })] : [])].join("\n"), json: gone };
}

/** What is no number stays as it was typed, so that the error can say it. */
function asNumber(text: SubcommandFlags[string]): unknown {
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

async function chosen({ store, args, query, host }: Asked, action: string) {
  const text = wordsOf(args, `${action} takes a session: its id, the start of it, or its name`);
  const { id, cwd } = await findSession(store, text, query);
  const { entries, notices } = await store.read(id, { cwd });
  for (const notice of notices) host.stderr.write(`${notice.text}\n`);
  return { id, entries };
}

function wordsOf(args: readonly string[], problem: string): string {
  const words = args.join(" ").trim();
  if (words) return words;
  throw new PluginError(
    "GANTRY_SESSIONS_ARGUMENT",
    `gantry sessions ${problem}.`,
    "gantry sessions list shows the sessions of this folder.",
  );
}

function unknownAction(name: string): PluginError {
  const known = Object.keys(ACTIONS);
  return new PluginError(
    "GANTRY_SESSIONS_ACTION",
    `gantry sessions has no ${JSON.stringify(name)}.${didYouMean(name, known)}`,
    `It has ${known.join(", ")}.`,
  );
}
