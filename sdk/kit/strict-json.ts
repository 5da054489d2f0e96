import type { JsonObject } from "../json.ts";

/** How deep objects and lists may be nested. */
export const MAX_JSON_DEPTH = 200;

/** What became of a text: the object it is, or why it is none, in words for whoever wrote it. */
export type StrictJson =
  | { readonly isValid: true; readonly value: JsonObject }
  | { readonly isValid: false; readonly reason: string };

/**
 * Reads a JSON object that a model wrote, and nothing else: a text that was cut off, that repeats a key, that is nested too
 * deep or that is no object is refused, never repaired.
 *
 * @example
 * const read = parseStrictJson('{"path": "a.txt"}');
 * if (!read.isValid) throw new ToolError(read.reason);
 */
export function parseStrictJson(json: string): StrictJson {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return refuse(whyInvalid(json, error));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse(`It is ${kindOf(value)}, not a JSON object.`);
  }
  const problem = findProblem(json);
  return problem === undefined ? { isValid: true, value: value as JsonObject } : refuse(problem);
}

function refuse(what: string): StrictJson {
  return {
    isValid: false,
    reason: `The input of this call could not be read. ${what} Write it again, whole.`,
  };
}

function whyInvalid(json: string, error: unknown): string {
  if (json.trim() === "") return "It is empty.";
  const { message } = error as Error;
  const position = Number(/position (\d+)/.exec(message)?.[1] ?? Number.NaN);
  const wasCutOff = /end of JSON/i.test(message) || position >= json.trimEnd().length;
  if (wasCutOff) return `It was cut off after ${json.length} characters.`;
  return Number.isNaN(position) ? "It is not valid JSON." : `It is not valid JSON at character ${position}.`;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

/** Looks through a text that is known to be JSON for what `JSON.parse` lets pass: deep nesting and repeated keys. */
function findProblem(json: string): string | undefined {
  /** The keys of each open object; `undefined` for a list. */
  const open: (Set<string> | undefined)[] = [];
  let awaitsKey = false;
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case 0x7b: // {
      case 0x5b: // [
        if (open.length === MAX_JSON_DEPTH) return `It is nested more than ${MAX_JSON_DEPTH} levels deep.`;
        awaitsKey = json[at] === "{";
        open.push(awaitsKey ? new Set() : undefined);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        awaitsKey = false;
        break;
      case 0x2c: // ,
        awaitsKey = open.at(-1) !== undefined;
        break;
      case 0x22: {
        const end = endOfString(json, at);
        if (awaitsKey) {
          awaitsKey = false;
          const key = JSON.parse(json.slice(at, end + 1)) as string;
          const keys = open.at(-1);
          if (keys?.has(key)) return `It has the key ${JSON.stringify(key.slice(0, 80))} twice in one object.`;
          keys?.add(key);
        }
        at = end;
      }
    }
  }
  return undefined;
}

/** Where the string that starts at `start` has its closing quote. */
function endOfString(json: string, start: number): number {
  for (let quote = json.indexOf('"', start + 1); ; quote = json.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (json.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return quote;
  }
}
