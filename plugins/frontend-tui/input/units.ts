/** Where a cursor may stand: between graphemes, never within a chip; and where words begin and end. */

let segmenter: Intl.Segmenter | undefined;
const WORD = /[\p{L}\p{N}\p{M}_]/u;

/** The place after the unit at `at`. */
export function nextUnit(text: string, at: number, chips: readonly string[] = []): number {
  if (at >= text.length) return text.length;
  const chip = chips.find((label) => text.startsWith(label, at));
  if (chip) return at + chip.length;
  if (isPlain(text, at) && (at + 1 >= text.length || isPlain(text, at + 1))) return at + 1;
  segmenter ??= new Intl.Segmenter();
  const [first] = segmenter.segment(text.slice(at, at + 64));
  return at + (first?.segment.length ?? 1);
}

/** The place before the unit that ends at `at`. */
export function previousUnit(text: string, at: number, chips: readonly string[] = []): number {
  if (at <= 0) return 0;
  const chip = chips.find((label) => text.endsWith(label, at) && at >= label.length);
  if (chip) return at - chip.length;
  if (isPlain(text, at - 1) && (at < 2 || isPlain(text, at - 2) || text[at - 1] === "\n")) return at - 1;
  segmenter ??= new Intl.Segmenter();
  const from = Math.max(text.lastIndexOf("\n", at - 2) + 1, at - 64, chipEnd(text, at, chips));
  let last = at - 1;
  for (const { index } of segmenter.segment(text.slice(from, at))) last = from + index;
  return last;
}

/** Where the last chip before `at` ends: what follows it is no part of its last sign. */
function chipEnd(text: string, at: number, chips: readonly string[]): number {
  const ends = chips.map((label) => {
    const begin = at < label.length ? -1 : text.lastIndexOf(label, at - label.length);
    return begin < 0 ? 0 : begin + label.length;
  });
  return Math.max(0, ...ends);
}

/** The nearest place at or before `at` where a cursor may stand. */
export function snapped(text: string, at: number, chips: readonly string[] = []): number {
  const place = Math.max(0, Math.min(at, text.length));
  for (const label of chips) {
    const begin = text.lastIndexOf(label, place);
    if (begin >= 0 && begin < place && place < begin + label.length) return begin;
  }
  if (place === 0 || place === text.length || (isPlain(text, place) && isPlain(text, place - 1))) return place;
  const before = previousUnit(text, place, chips);
  return nextUnit(text, before, chips) === place ? place : before;
}

export function wordLeft(text: string, from: number, chips: readonly string[] = []): number {
  let at = from;
  for (; at > 0 && !isWordAt(text, previousUnit(text, at, chips), at, chips); at = previousUnit(text, at, chips));
  if (isChip(text.slice(previousUnit(text, at, chips), at), chips)) return previousUnit(text, at, chips);
  for (let before = previousUnit(text, at, chips); at > 0 && isWord(text, before, at, chips); ) {
    at = before;
    before = previousUnit(text, at, chips);
  }
  return at;
}

export function wordRight(text: string, from: number, chips: readonly string[] = []): number {
  let at = from;
  const { length } = text;
  for (; at < length && !isWordAt(text, at, nextUnit(text, at, chips), chips); at = nextUnit(text, at, chips));
  if (isChip(text.slice(at, nextUnit(text, at, chips)), chips)) return nextUnit(text, at, chips);
  for (let after = nextUnit(text, at, chips); at < length && isWord(text, at, after, chips); ) {
    at = after;
    after = nextUnit(text, at, chips);
  }
  return at;
}

export function lineStart(text: string, at: number): number {
  return at <= 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
}

export function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

function isPlain(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 0x300 && code !== 0x0d;
}

function isWordAt(text: string, from: number, to: number, chips: readonly string[]): boolean {
  return isWord(text, from, to, chips) || isChip(text.slice(from, to), chips);
}

function isWord(text: string, from: number, to: number, chips: readonly string[]): boolean {
  const unit = text.slice(from, to);
  return !isChip(unit, chips) && WORD.test(unit);
}

function isChip(unit: string, chips: readonly string[]): boolean {
  return unit.length > 1 && chips.includes(unit);
}
