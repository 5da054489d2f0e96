/**
 * Entries of memory as they lie in files: markdown with frontmatter, which people edit by hand, and an index `MEMORY.md` with a line
 * for each. Everything here is pure.
 */
import { MEMORY_TYPES, type MemoryEntry, type MemoryScope, type MemoryType } from "gantry/sdk";
import { readFrontmatter, writeFrontmatter } from "./frontmatter.ts";
import { visibleLine } from "./visible.ts";

/** The index of a scope. */
export const INDEX_NAME = "MEMORY.md";

const LONGEST_TITLE = 120;
const LONGEST_HOOK = 100;
const LONGEST_SLUG = 60;
const DAY = /^\d{4}-\d{2}-\d{2}/;

/** What is known of an entry beyond its text. */
export interface EntryPlace {
  readonly scope: MemoryScope;
  /** For entries that name no day, `YYYY-MM-DD`. */
  readonly day: string;
  readonly path?: string;
}

/** An entry that was read, with all that its frontmatter says. */
export interface ReadEntry {
  readonly entry: MemoryEntry;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Reads the text of a file `ID.md`. What people write is taken kindly: without frontmatter, the first heading or line is the title;
 * an unknown type is `project`.
 *
 * **Contract**: never throws. A string says why it cannot be read, as the end of a sentence.
 *
 * @example
 * readEntry("tabs.md", "# Use tabs\n\nEverywhere.", { scope: "user", day: "2026-01-02" }); // entry.title: "Use tabs"
 */
export function readEntry(name: string, text: string, { scope, day, path }: EntryPlace): ReadEntry | string {
  const { data, body, problem } = readFrontmatter(text);
  if (problem !== undefined) return problem;
  const said = textIn(data.description);
  const heading = /^#\s+(.+)$/m.exec(body)?.[1];
  const id = name.replace(/\.md$/, "");
  const title = textIn(data.title) ?? textIn(data.name) ?? heading ?? body.trim().split("\n")[0] ?? "";
  const whole = body.trim() || said || title;
  if (!whole.trim()) return "it is empty";
  const date = dayIn(data.date) ?? day;
  const expires = dayIn(data.expires);
  const session = textIn(data.session);
  const entry: MemoryEntry = {
    id,
    scope,
    title: visibleLine(title, LONGEST_TITLE) || id,
    type: typeIn(data.type),
    text: said && !whole.includes(said) ? `${said}\n\n${whole}` : whole,
    tags: tagsIn(data.tags),
    ...(session !== undefined && { session }),
    date,
    updated: dayIn(data.updated) ?? date,
    ...(expires !== undefined && { expires }),
    isPinned: data.pinned === true,
    ...(path !== undefined && { path }),
  };
  return { entry, data };
}

/** The text of an entry; `kept` is what its frontmatter said before: keys that nobody here knows stay. */
export function writeEntry(entry: Omit<MemoryEntry, "scope" | "id">, kept: ReadEntry["data"] = {}): string {
  const { title, type, text, tags, session, date, updated, expires, isPinned } = entry;
  const { name: _, description: __, ...others } = kept;
  const data = {
    ...others,
    title,
    type,
    tags: tags.length ? [...tags] : undefined,
    session,
    date,
    updated,
    expires,
    pinned: isPinned || undefined,
  };
  return writeFrontmatter(data, `${text.trim()}\n`);
}

/**
 * A name for a file, made of a title.
 *
 * @example
 * slugOf("Use tabs, not spaces!"); // "use-tabs-not-spaces"
 */
export function slugOf(title: string): string {
  const plain = title.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const slug = plain.replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  return slug.slice(0, LONGEST_SLUG).replace(/-$/, "") || "note";
}

/** Whether a name is one that an entry may be written under. */
export function isEntryId(id: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,99}$/.test(id) && id !== "memory";
}

/**
 * The day of a moment, where the person is: `YYYY-MM-DD`.
 *
 * @example
 * const today = dayOf(Date.now());
 */
export function dayOf(ms: number): string {
  const date = new Date(ms);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

// ---------------------------------------------------------------- the index

/** The line of an entry. */
export function indexLine({ id, title, type, text }: MemoryEntry): string {
  const plain = title.replaceAll(/[[\]]/g, "");
  const first = visibleLine(
    text
      .replace(/^#.*$/m, "")
      .trim()
      .split(/\n|(?<=[.!?])\s/)[0] ?? "",
    LONGEST_HOOK,
  );
  const hook = first && !title.startsWith(first.replace(/[.…]$/, "")) ? `: ${first}` : "";
  return `- [${plain}](${id}.md) (${type})${hook}`;
}

/** The index with the entry's line: in its place, or first of all entries. */
export function indexWith(index: string, entry: MemoryEntry): string {
  const lines = linesIn(index);
  const at = lines.findIndex((line) => idOf(line) === entry.id);
  if (at >= 0) return joined(lines.with(at, indexLine(entry)));
  const first = lines.findIndex((line) => idOf(line) !== undefined);
  if (first >= 0) return joined(lines.toSpliced(first, 0, indexLine(entry)));
  return joined(lines.length ? [...lines, "", indexLine(entry)] : ["# Memory", "", indexLine(entry)]);
}

/** The index without the entry's line. */
export function indexWithout(index: string, id: string): string {
  return joined(linesIn(index).filter((line) => idOf(line) !== id));
}

/**
 * The index with one line for each of the entries, at most `most` lines in all: pinned ones first, then those that stand in it, in
 * their order, then the rest, newest first. What people have written around them stays.
 */
export function tidiedIndex(index: string, entries: readonly MemoryEntry[], most: number): string {
  const lines = linesIn(index);
  const prose = lines.filter((line) => idOf(line) === undefined && line.trim() !== "");
  const order = new Map(lines.map((line, at) => [idOf(line), at]));
  const placeOf = ({ id }: MemoryEntry) => order.get(id) ?? Number.POSITIVE_INFINITY;
  const sorted = [...entries].sort(
    (a, b) =>
      Number(b.isPinned) - Number(a.isPinned) ||
      // Two that do not stand in it are equal here: infinity less infinity is no number.
      (placeOf(a) === placeOf(b) ? 0 : placeOf(a) - placeOf(b)) ||
      (a.updated < b.updated ? 1 : a.updated > b.updated ? -1 : 0) ||
      (a.id < b.id ? -1 : 1),
  );
  const head = prose.length ? prose : entries.length ? ["# Memory"] : [];
  const room = Math.max(0, most - head.length - 1);
  return joined([...head, ...(sorted.length ? [""] : []), ...sorted.slice(0, room).map(indexLine)]);
}

/** The entries that the index names. */
export function idsIn(index: string): readonly string[] {
  return linesIn(index).flatMap((line) => idOf(line) ?? []);
}

/**
 * A text of a prompt without what memory has put into it: notes in `<memory-index>` and `<memory-recall>`. What an entry says is no
 * instruction, and must not keep a correction of it from being remembered.
 *
 * @example
 * withoutMemory("Be brief.\n<memory-recall>\n- Use tabs\n</memory-recall>"); // "Be brief.\n"
 */
export function withoutMemory(text: string): string {
  return text.replaceAll(/<(memory-(?:index|recall))\b[^>]*>[\s\S]*?<\/\1>/g, "");
}

/** The start of the index that goes into a prompt: so many lines and bytes, whole lines only. */
export function indexHead(index: string, mostLines: number, mostBytes: number): { text: string; leftOut: number } {
  const lines = linesIn(index);
  let bytes = 0;
  let count = 0;
  for (const line of lines.slice(0, mostLines)) {
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > mostBytes) break;
    count++;
  }
  return { text: lines.slice(0, count).join("\n").trimEnd(), leftOut: lines.length - count };
}

function linesIn(index: string): string[] {
  return index.trim() === "" ? [] : index.replaceAll("\r\n", "\n").trimEnd().split("\n");
}

function joined(lines: readonly string[]): string {
  return lines.length ? `${lines.join("\n")}\n` : "";
}

/** The entry that a line of the index is about: the first link to a file beside it. */
function idOf(line: string): string | undefined {
  return /^\s*[-*+]\s.*?\]\((?:\.\/)?([^()/\\\s]+)\.md\)/.exec(line)?.[1];
}

// ---------------------------------------------------------------- values

function textIn(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

function dayIn(value: unknown): string | undefined {
  return typeof value === "string" ? DAY.exec(value.trim())?.[0] : undefined;
}

function typeIn(value: unknown): MemoryType {
  return MEMORY_TYPES.find((type) => type === value) ?? "project";
}

function tagsIn(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : typeof value === "string" ? value.split(",") : [];
  const tags = list.filter((tag) => typeof tag === "string" || typeof tag === "number");
  return tags.map((tag) => visibleLine(String(tag), 40)).filter(Boolean);
}
