/** JSON that another program wrote, read strictly and nearly as fast as `JSON.parse` reads it. */
import { parseJsonText } from "./json-text.ts";

const DEPTH = 200;
const [QUOTE, COLON, BACKSLASH] = [34, 58, 92];

/** How much of a strict reader's patience there is. */
export interface StrictJsonLimits {
  /** Most objects and lists within each other. Default: 200. */
  readonly maxDepth?: number;
  /** Most characters of the text. Default: any. */
  readonly maxLength?: number;
}

/**
 * Reads JSON from a program that is not trusted: a key that stands twice in one object, the key `__proto__`, and what is nested too
 * deeply or too long throw, as does all that `JSON.parse` refuses. So every reader of the same text sees the same value, and no copy
 * of the value gets another prototype.
 *
 * **Contract**: throws an `Error` whose message says what is wrong; linear in the length of the text.
 *
 * @example
 * parseStrictJson('{"allow": false, "allow": true}'); // throws: line 1, column 18: the key "allow" is there twice
 */
export function parseStrictJson(text: string, limits: StrictJsonLimits = {}): unknown {
  const { maxDepth = DEPTH, maxLength = Number.POSITIVE_INFINITY } = limits;
  if (text.length > maxLength) throw new Error(`it is longer than ${maxLength} characters`);
  const value: unknown = JSON.parse(text);
  // Of keys that stand twice, `JSON.parse` keeps one: then the text has more of them than the value.
  if (keysIn(value, maxDepth) !== pairsIn(text)) {
    parseJsonText(text);
    throw new Error("a key is there twice");
  }
  return value;
}

/**
 * Why a value that somebody has read already is not to be taken, if it is not: nested too deeply, or with the key `__proto__`.
 *
 * @example
 * jsonProblem({ a: [1] }); // undefined
 */
export function jsonProblem(value: unknown, { maxDepth = DEPTH }: StrictJsonLimits = {}): string | undefined {
  try {
    keysIn(value, maxDepth);
    return undefined;
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

/** How many keys all objects of a value have. Without recursion: whoever wrote it chose the depth. */
function keysIn(value: unknown, maxDepth: number): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  let level: object[] = [value];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > maxDepth) throw new Error(`it is nested deeper than ${maxDepth}`);
    const next: object[] = [];
    for (const one of level) {
      if (Array.isArray(one)) {
        for (const inner of one) if (typeof inner === "object" && inner !== null) next.push(inner);
        continue;
      }
      const keys = Object.keys(one);
      count += keys.length;
      for (const key of keys) {
        if (key === "__proto__") throw new Error('it has the key "__proto__"');
        const inner = (one as Record<string, unknown>)[key];
        if (typeof inner === "object" && inner !== null) next.push(inner);
      }
    }
    level = next;
  }
  return count;
}

/** How many keys a good JSON text has: its colons outside strings. */
function pairsIn(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COLON) count++;
    else if (code === QUOTE) at = endOfString(text, at);
  }
  return count;
}

/** Where the string that begins here ends. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((end - before) % 2 === 1) return end;
  }
}
