/**
 * What can be tidied without a model: what holds no more, and what says the same twice. Nothing that only one entry says is lost, but for
 * what a newer one of the same title says otherwise.
 */
import { setImmediate as breath } from "node:timers/promises";
import type { MemoryEntry } from "gantry/sdk";
import { writeEntry } from "gantry/sdk/kit/memory-text";
import { negationsIn, wordsIn } from "gantry/sdk/kit/rank";
import type { Kept, Step } from "./steps.ts";

/** So much of their words two entries share at least that say the same. */
const ALIKE = 0.6;
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
  const { session = first.entry.session, updated } = newestOf([first, ...others]).entry;
  const ends = [first, ...others].map(({ entry }) => entry.expires ?? "");
  // What one of them says for good holds for good.
  const expires = ends.includes("") ? undefined : ends.sort().at(-1);
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
  /** The same words, in their order. */
  readonly order: readonly string[];
  readonly negations: number;
}

/** Entries that say the same, and the one among them that says all of it. */
interface Group {
  readonly all: Compared[];
  best: Compared;
}

/** Each entry joins the first group whose best one says the same. A pinned one joins none, and stays the best of its own. */
async function groupsOf(entries: readonly Kept[]): Promise<readonly Group[]> {
  const oldestFirst = [...entries].sort(
    ({ entry: a }, { entry: b }) =>
      Number(b.isPinned) - Number(a.isPinned) || compare(a.date, b.date) || compare(a.id, b.id),
  );
  const groups: Group[] = [];
  for (const [at, kept] of oldestFirst.entries()) {
    if (at % AT_ONCE === AT_ONCE - 1) await breath();
    const one = comparedOf(kept);
    const group = kept.entry.isPinned ? undefined : groups.find(({ best }) => sayTheSame(best, one));
    if (!group) groups.push({ all: [one], best: one });
    else {
      group.all.push(one);
      group.best = betterOf(group.best, one);
    }
  }
  return groups.filter(({ all }) => all.length > 1);
}

function comparedOf(kept: Kept): Compared {
  const { title, text } = kept.entry;
  const whole = `${title}\n${text}`;
  const order = exactWordsIn(whole);
  return { kept, title: new Set(exactWordsIn(title)), text: new Set(order), order, negations: negationsIn(whole) };
}

/** Words as they are compared everywhere, and besides names, numbers, paths and flags as they stand: those make the difference. */
function exactWordsIn(text: string): readonly string[] {
  const parts = text.split(/\s+/).map((part) => part.replace(/^[("'`[]+|[)"'`\].,;:!?]+$/g, ""));
  return parts.flatMap((part) => [
    ...wordsIn(part),
    ...(/^(?:\p{L}{2,}|\p{L}+['’]\p{L}+|[AaI])$/u.test(part) || part === "" ? [] : [part]),
  ]);
}

function sayTheSame(best: Compared, other: Compared): boolean {
  const [a, b] = [best.kept.entry, other.kept.entry];
  if (a.type !== b.type) return false;
  // Two commands are two commands, however alike.
  if (a.type === "command") return plain(a.title) === plain(b.title) && plain(a.text) === plain(b.text);
  if (a.isPinned) return isSaidBy(other, best);
  if (likenessOf(best.text, other.text) < ALIKE && !isSame(best.title, other.title)) return false;
  if (isSaidBy(best, other) || isSaidBy(other, best)) return true;
  if (a.updated === b.updated) return false;
  const [older, newer] = a.updated < b.updated ? [best, other] : [other, best];
  return (older.title.size > 1 && isSame(older.title, newer.title)) || isWithin(older.text, newer.text);
}

/** What one says stands in the other, in the same order and turned around as often. */
function isSaidBy(one: Compared, other: Compared): boolean {
  if (!isWithin(one.text, other.text) || one.negations !== other.negations) return false;
  let at = 0;
  for (const word of other.order) if (word === one.order[at]) at++;
  return at === one.order.length;
}

/** The one that says all that the other says, else the newer. */
function betterOf(best: Compared, one: Compared): Compared {
  if (best.kept.entry.isPinned || isSaidBy(one, best)) return best;
  return isSaidBy(best, one) || one.kept.entry.updated > best.kept.entry.updated ? one : best;
}

function mergeOf({ all, best }: Group): Step | undefined {
  const [first, ...others] = all.map(({ kept }) => kept);
  if (!first) return undefined;
  const { scope, id, isPinned, type } = first.entry;
  if (isPinned) {
    const changes = others.map(({ name, source }) => ({ name, before: source, after: undefined }));
    return { scope, reason: `${id} says it`, changes };
  }
  const { title, text } = best.kept.entry;
  const tags = [...new Set(all.flatMap(({ kept }) => kept.entry.tags))];
  const ids = others.map(({ entry }) => entry.id).join(", ");
  const reason = `${ids} ${others.length === 1 ? "says" : "say"} the same`;
  return intoFirst([first, ...others], { title, text, tags, type }, reason);
}

function newestOf(group: readonly Kept[]): Kept {
  return group.reduce((best, one) => (one.entry.updated >= best.entry.updated ? one : best));
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
