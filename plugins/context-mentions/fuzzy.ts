/** Finding paths by a few letters of them, among a hundred thousand, without holding anything up. */

/** Paths with what makes them quick to look through. Only grows. */
export interface Paths {
  readonly length: number;
  add(path: string): void;
  at(index: number): string;
}

/** A path that fits, from 0 to 1. */
export interface Hit {
  readonly path: string;
  readonly score: number;
}

interface Store extends Paths {
  readonly paths: string[];
  readonly lowers: string[];
  masks: Int32Array;
}

/** Other work gets its turn after so many milliseconds. */
const SLICE_MS = 4;
/** How many are looked at before the clock is. */
const STEP = 512;

export function createPaths(): Paths {
  const store: Store = {
    paths: [],
    lowers: [],
    masks: new Int32Array(1024),
    get length() {
      return store.paths.length;
    },
    add(path) {
      const index = store.paths.length;
      if (index >= store.masks.length) {
        const larger = new Int32Array(store.masks.length * 2);
        larger.set(store.masks);
        store.masks = larger;
      }
      const lower = path.toLowerCase();
      store.paths.push(path);
      store.lowers.push(lower);
      store.masks[index] = maskOf(lower);
    },
    at: (index) => store.paths[index] ?? "",
  };
  return store;
}

/** Which candidates a query left, so that a longer one looks only at these. */
export interface Narrowing {
  readonly query: string;
  readonly paths: Paths;
  /** How many paths there were. */
  readonly length: number;
  readonly left: readonly number[];
}

export interface Found {
  readonly hits: readonly Hit[];
  readonly narrowing: Narrowing;
}

/** The best `most`, the best first. `undefined`: the signal has fired. */
export async function findPaths(
  paths: Paths,
  query: string,
  options: { readonly most: number; readonly signal: AbortSignal; readonly before?: Narrowing | undefined },
): Promise<Found | undefined> {
  const { paths: all, lowers, masks } = paths as Store;
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = words.reduce((mask, word) => mask | maskOf(word), 0);
  const { before } = options;
  const isNarrower = before !== undefined && before.paths === paths && query.startsWith(before.query);
  const known = isNarrower ? before.left : undefined;
  const length = all.length;
  const left: number[] = [];
  const best = createBest(options.most);
  let began = performance.now();
  // Those that were left, and those that have come since.
  const newFrom = isNarrower ? before.length : 0;
  const count = (known?.length ?? 0) + (length - newFrom);
  for (let at = 0; at < count; at++) {
    if (at % STEP === 0 && performance.now() - began > SLICE_MS) {
      await new Promise(setImmediate);
      if (options.signal.aborted) return undefined;
      began = performance.now();
    }
    const index = known ? (at < known.length ? (known[at] as number) : newFrom + at - known.length) : at;
    if (((masks[index] as number) & wanted) !== wanted) continue;
    const score = scoreOf(all[index] as string, lowers[index] as string, words);
    if (score === 0) continue;
    left.push(index);
    best.take(index, score);
  }
  const hits = best.sorted().map(({ index, score }) => ({ path: all[index] as string, score }));
  return { hits, narrowing: { query, paths, length, left } };
}

// ---------------------------------------------------------------- how well it fits

function scoreOf(path: string, lower: string, words: readonly string[]): number {
  let all = 0;
  for (const word of words) {
    const score = scoreOfWord(path, lower, word);
    if (score === 0) return 0;
    all += score;
  }
  // Of two that fit alike, the shorter is meant.
  const length = Math.min(0.04, path.length / 5000);
  return Math.max(0.001, (words.length ? all / words.length : 0.5) - length);
}

function scoreOfWord(path: string, lower: string, word: string): number {
  const end = lower.endsWith("/") ? lower.length - 1 : lower.length;
  const base = lower.lastIndexOf("/", end - 1) + 1;
  const inBase = lower.indexOf(word, base);
  if (inBase === base) return isWholeName(lower, base, end, word) ? 1 : 0.94;
  if (inBase > base) return isBoundary(path, inBase) ? 0.86 : 0.78;
  const inPath = lower.lastIndexOf(word);
  if (inPath >= 0) return isBoundary(path, inPath) ? 0.7 : 0.6;
  return scattered(path, lower, word, base);
}

function isWholeName(lower: string, base: number, end: number, word: string): boolean {
  const rest = lower.slice(base + word.length, end);
  return rest === "" || (rest.startsWith(".") && !rest.includes("/", 1));
}

/** Letters in order with others between, looked for from the end, where the name is. */
function scattered(path: string, lower: string, word: string, base: number): number {
  let at = lower.length;
  let boundaries = 0;
  let together = 0;
  let named = 0;
  for (let left = word.length - 1; left >= 0; left--) {
    const before = at;
    at = lower.lastIndexOf(word[left] as string, at - 1);
    if (at < 0 || before === 0) return 0;
    if (at === before - 1) together++;
    if (isBoundary(path, at)) boundaries++;
    if (at >= base) named++;
  }
  const most = word.length;
  return 0.1 + 0.16 * (boundaries / most) + 0.14 * (together / most) + 0.15 * (named / most);
}

function isBoundary(path: string, at: number): boolean {
  if (at === 0) return true;
  const before = path.charCodeAt(at - 1);
  // / . _ - and the blank
  if (before === 47 || before === 46 || before === 95 || before === 45 || before === 32) return true;
  const own = path.charCodeAt(at);
  return own >= 65 && own <= 90 && !(before >= 65 && before <= 90);
}

/** Which letters there are: a path without one of the query's cannot fit. */
function maskOf(lower: string): number {
  let mask = 0;
  for (let at = 0; at < lower.length; at++) {
    const code = lower.charCodeAt(at);
    if (code >= 97 && code <= 122) mask |= 1 << (code - 97);
    else if (code >= 48 && code <= 57) mask |= 1 << 26;
    else if (code === 46 || code === 45 || code === 95) mask |= 1 << 27;
    else if (code > 127) mask |= 1 << 28;
  }
  return mask;
}

// ---------------------------------------------------------------- the best

interface Kept {
  readonly index: number;
  readonly score: number;
}

/** Keeps twice as many as are wanted, and sorts now and then. */
function createBest(most: number) {
  const kept: Kept[] = [];
  let least = 0;
  const cut = () => {
    kept.sort((a, b) => b.score - a.score || a.index - b.index);
    kept.length = Math.min(kept.length, most);
    least = kept.length === most ? (kept.at(-1)?.score ?? 0) : 0;
  };
  return {
    take(index: number, score: number) {
      if (score <= least) return;
      kept.push({ index, score });
      if (kept.length >= most * 4) cut();
    },
    sorted(): readonly Kept[] {
      cut();
      return kept;
    },
  };
}
