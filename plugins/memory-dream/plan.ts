/** What can be tidied without a model: what holds no more, and what says the same twice. Nothing that only one entry says is lost. */
import { setImmediate as breath } from "node:timers/promises";
import type { MemoryEntry } from "gantry/sdk";
import { writeEntry } from "gantry/sdk/kit/memory-text";
import { wordsIn } from "gantry/sdk/kit/rank";
import type { Kept, Step } from "./steps.ts";

/** So much of their words two entries share at least that say the same. */
const ALIKE = 0.6;
/** So much where the newer one says less. */
const NEARLY_SAME = 0.8;
/** Entries compared with all others before somebody else has a turn. */
const AT_ONCE = 25;

export function expirySteps(entries: readonly Kept[], today: string): readonly Step[] {
  return entries.flatMap(({ entry, name, source }) => {
    if (entry.isPinned || entry.expires === undefined || entry.expires >= today) return [];
    const changes = [{ name, before: source, after: undefined }];
    return [{ scope: entry.scope, reason: `it held until ${entry.expires}`, changes }];
  });
}

/** Entries of one scope. */
export async function mergeSteps(entries: readonly Kept[]): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (const group of await groupsOf(entries)) {
    const step = mergeOf(group);
    if (step) steps.push(step);
  }
  return steps;
}

/** One entry out of several: the first keeps its name and takes in what the others say. */
export function intoFirst(
  [first, ...others]: readonly Kept[],
  said: Pick<MemoryEntry, "title" | "text" | "tags" | "type">,
  reason: string,
): Step | undefined {
  if (!first) return undefined;
  const newest = newestOf([first, ...others]).entry;
  const { session = first.entry.session, expires, updated } = newest;
  const { session: _, expires: __, ...plain } = first.entry;
  const next = {
    ...plain,
    ...said,
    updated,
    ...(session !== undefined && { session }),
    ...(expires !== undefined && { expires }),
  };
  const unknown = Object.assign({}, ...others.map(({ data }) => data), first.data);
  const after = writeEntry(next, { ...unknown, session: undefined, expires: undefined });
  const rewrite = after === first.source ? [] : [{ name: first.name, before: first.source, after }];
  const removals = others.map(({ name, source }) => ({ name, before: source, after: undefined }));
  return { scope: first.entry.scope, reason, changes: [...rewrite, ...removals] };
}

// ---------------------------------------------------------------- who says the same

interface Compared {
  readonly kept: Kept;
  readonly title: ReadonlySet<string>;
  readonly text: ReadonlySet<string>;
}

/** Each entry joins the first that says the same; a pinned one joins none, and is joined only by what says no more. */
async function groupsOf(entries: readonly Kept[]): Promise<readonly (readonly Compared[])[]> {
  const oldestFirst = [...entries].sort(
    ({ entry: a }, { entry: b }) =>
      Number(b.isPinned) - Number(a.isPinned) || compare(a.date, b.date) || compare(a.id, b.id),
  );
  const groups: [Compared, ...Compared[]][] = [];
  for (const [at, kept] of oldestFirst.entries()) {
    if (at % AT_ONCE === AT_ONCE - 1) await breath();
    const { title, text } = kept.entry;
    const one = { kept, title: new Set(wordsIn(title)), text: new Set(wordsIn(`${title}\n${text}`)) };
    const group = kept.entry.isPinned ? undefined : groups.find(([first]) => sayTheSame(first, one));
    if (group) group.push(one);
    else groups.push([one]);
  }
  return groups.filter(({ length }) => length > 1);
}

function sayTheSame(first: Compared, other: Compared): boolean {
  const [a, b] = [first.kept.entry, other.kept.entry];
  if (a.type !== b.type) return false;
  // Two commands are two commands, however alike.
  if (a.type === "command") return plain(a.title) === plain(b.title) && plain(a.text) === plain(b.text);
  if (a.isPinned) return isWithin(other.text, first.text) && negations(a) === negations(b);
  const [older, newer] = a.updated <= b.updated ? [first, other] : [other, first];
  const isNewer = older.kept.entry.updated < newer.kept.entry.updated;
  if (isNewer && first.title.size > 1 && isSame(first.title, other.title)) return true;
  const alike = likenessOf(older.text, newer.text);
  if (alike >= ALIKE && isWithin(older.text, newer.text)) return isNewer || negations(a) === negations(b);
  return alike >= NEARLY_SAME && isWithin(newer.text, older.text) && negations(a) === negations(b);
}

function mergeOf(group: readonly Compared[]): Step | undefined {
  const [first, ...others] = group;
  if (!first) return undefined;
  const { scope, id, isPinned, type } = first.kept.entry;
  if (isPinned) {
    const changes = others.map(({ kept: { name, source } }) => ({ name, before: source, after: undefined }));
    return { scope, reason: `${id} says it`, changes };
  }
  const { title, text } = fullestOf(first, others).kept.entry;
  const tags = [...new Set(group.flatMap(({ kept }) => kept.entry.tags))];
  const ids = others.map(({ kept }) => kept.entry.id).join(", ");
  const reason = `${ids} ${others.length === 1 ? "says" : "say"} the same`;
  const all = group.map(({ kept }) => kept);
  return intoFirst(all, { title, text, tags, type }, reason);
}

/** The newest, unless an older one says all that it says. */
function fullestOf(first: Compared, others: readonly Compared[]): Compared {
  return [...others]
    .sort((a, b) => compare(a.kept.entry.updated, b.kept.entry.updated))
    .reduce((best, one) => {
      const isSaid = isWithin(one.text, best.text) && negations(one.kept.entry) === negations(best.kept.entry);
      return isSaid ? best : one;
    }, first);
}

function newestOf(group: readonly Kept[]): Kept {
  return group.reduce((best, one) => (one.entry.updated >= best.entry.updated ? one : best));
}

/** Words that turn a sentence around, and are too common to be compared as others are. */
function negations({ title, text }: MemoryEntry): number {
  const found = `${title}\n${text}`.match(/\b(?:not|never|no|without|nor|cannot)\b|n['’]t\b/gi);
  return found?.length ?? 0;
}

function likenessOf(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  // So far apart in number that counting is of no use.
  if (small.size < large.size * ALIKE) return 0;
  let both = 0;
  for (const word of small) if (large.has(word)) both++;
  return both / (a.size + b.size - both || 1);
}

function isWithin(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  if (part.size > whole.size) return false;
  for (const word of part) if (!whole.has(word)) return false;
  return true;
}

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && isWithin(a, b);
}

function plain(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
