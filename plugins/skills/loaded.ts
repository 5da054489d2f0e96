/** Skills that a conversation has loaded: the log knows, so that what a compaction has taken out can be put back. */
import { type Entry, type SessionView, text } from "gantry/sdk";
import { textTokens } from "gantry/sdk/kit/tokens";

const PLUGIN = "skills";
const LOADED = "loaded";
const RESTORED = "restored";
const TOLD = "told";

/** Tokens of one skill that are put back, and of all. */
const MOST_EACH = 5_000;
const MOST_ALL = 25_000;
const CHARACTERS = 4;
const CUT = "\n(cut off: load it anew for the rest)";

interface Loaded {
  readonly name: string;
  readonly text: string;
}

export function noteLoaded(session: SessionView, name: string, body: string): void {
  const most = MOST_EACH * CHARACTERS;
  const kept = body.length > most ? body.slice(0, most - CUT.length) + CUT : body;
  session.record(PLUGIN, LOADED, { name, text: kept } satisfies Loaded);
}

/** What was loaded before the last compaction and has not been put back since: the newest first, each skill once, as much as fits. */
export function lostIn({ entries }: SessionView): string | undefined {
  const at = entries.findLastIndex(({ type }) => type === "compaction");
  if (at < 0 || entries.slice(at).some((entry) => isOwn(entry, RESTORED))) return undefined;
  const names = new Set<string>();
  const kept: Loaded[] = [];
  let tokens = 0;
  for (const entry of entries.slice(0, at).reverse()) {
    const loaded = isOwn(entry, LOADED) ? (entry.data as Partial<Loaded> | null) : undefined;
    if (typeof loaded?.name !== "string" || typeof loaded.text !== "string" || names.has(loaded.name)) continue;
    names.add(loaded.name);
    tokens += textTokens(loaded.text);
    if (tokens > MOST_ALL) break;
    kept.push({ name: loaded.name, text: loaded.text });
  }
  if (!kept.length) return undefined;
  const texts = kept.map((one) => `## ${one.name}\n\n${one.text}`);
  return `Skills that were loaded before the conversation was shortened, and still hold:\n\n${texts.join("\n\n")}`;
}

export function noteRestored(session: SessionView): void {
  session.record(PLUGIN, RESTORED, {});
}

/** Puts them back at once, for a turn that goes on. */
export function restore(session: SessionView): void {
  const lost = lostIn(session);
  if (lost === undefined) return;
  noteRestored(session);
  const content = [text(`<system-reminder>\n${lost}\n</system-reminder>`)];
  session.enqueue({ content, origin: "plugin", isMeta: true });
}

/** Skills for some files only, of which the model was told since the last compaction. */
export function toldIn({ entries }: SessionView): ReadonlySet<string> {
  const told = new Set<string>();
  for (const entry of entries.slice(entries.findLastIndex(({ type }) => type === "compaction") + 1)) {
    const names = isOwn(entry, TOLD) ? (entry.data as { readonly names?: unknown } | null)?.names : undefined;
    if (Array.isArray(names)) for (const name of names) told.add(String(name));
  }
  return told;
}

export function noteTold(session: SessionView, names: readonly string[]): void {
  session.record(PLUGIN, TOLD, { names });
}

function isOwn(entry: Entry, kind: string): entry is Extract<Entry, { readonly type: "plugin" }> {
  return entry.type === "plugin" && entry.plugin === PLUGIN && entry.kind === kind;
}
