/** Which key does what: the defaults, and what a person has changed. */

import type { KeyBinding } from "gantry/sdk";
import { z } from "gantry/sdk";
import { nearest } from "gantry/sdk/kit/nearest";
import { visibleLine } from "gantry/sdk/kit/visible";
import { DEFAULT_BINDINGS, READLINE_BINDINGS } from "./actions.ts";
import { readChord } from "./chords.ts";

/** By context and chord. `null`: the key does nothing there. */
export type KeyBindings = ReadonlyMap<string, ReadonlyMap<string, string | null>>;

/** What a file of bindings has come to. */
export interface ReadBindings {
  readonly bindings: KeyBindings;
  /** What is wrong with it, in sentences. */
  readonly problems: readonly string[];
  /** Contexts and chords that the person has bound: `Chat ctrl+e`. */
  readonly own: ReadonlySet<string>;
}

/** How the keys of the editor are chosen: `readline` as a shell has them, at the cost of some of ours. */
export type Flavor = "classic" | "readline";

/** Others would leave a person without a way out, or cannot be told from Enter. */
const RESERVED = new Set(["ctrl+c", "ctrl+d", "ctrl+m"]);
/** Terminals send the same for both. */
const SAME_AS: Readonly<Record<string, string>> = { "ctrl+i": "tab", "ctrl+[": "escape" };
const COMMAND = /^command:[\w:-]+$/;

const fileSchema = z.object({
  bindings: z.array(z.object({ context: z.string(), bindings: z.record(z.string(), z.string().nullable()) })),
});

export function defaultBindings(flavor: Flavor = "classic"): KeyBindings {
  const contexts = new Map<string, Map<string, string | null>>();
  for (const [context, actions] of Object.entries(DEFAULT_BINDINGS)) {
    const keys = new Map<string, string | null>();
    for (const [action, chords] of Object.entries(actions)) {
      for (const chord of [chords].flat()) keys.set(readChord(chord) ?? chord, action);
    }
    contexts.set(context, keys);
  }
  if (flavor === "readline") {
    for (const [chord, action] of Object.entries(READLINE_BINDINGS)) contexts.get("Chat")?.set(chord, action);
  }
  return contexts;
}

/** The bindings as a list, by context. */
export function listOf({ bindings, own }: ReadBindings): readonly KeyBinding[] {
  return [...bindings].flatMap(([context, keys]) =>
    [...keys].map(([key, action]) => ({ context, key, action, isOwn: own.has(`${context} ${key}`) })),
  );
}

/** What a file of bindings says, over the defaults. A line that is wrong is left out and told of; the rest counts. */
export function readBindings(text: string, file: string, flavor?: Flavor): ReadBindings {
  const problems: string[] = [];
  const bindings = new Map([...defaultBindings(flavor)].map(([context, keys]) => [context, new Map(keys)]));
  const say = (problem: string) => void problems.push(`${file}: ${problem}`);
  const parsed = fileSchema.safeParse(parse(text, say));
  if (!parsed.success) {
    if (problems.length === 0)
      say(`it has to be {"bindings": [{"context": "Chat", "bindings": {"ctrl+e": "chat:externalEditor"}}]}.`);
    return { bindings: defaultBindings(flavor), problems, own: new Set() };
  }
  const own = new Map<string, string>();
  for (const block of parsed.data.bindings) {
    const { context } = block;
    const keys = bindings.get(context);
    if (!keys) {
      say(`there is no context ${quoted(context)}.${meant(context, bindings.keys())}`);
      continue;
    }
    for (const [written, action] of Object.entries(block.bindings)) {
      const chord = chordOf(written, say);
      if (chord === undefined || !isAction(action, say)) continue;
      const before = own.get(`${context} ${chord}`);
      if (before !== undefined && before !== String(action)) {
        say(
          `${quoted(written)} is bound twice in ${context}: to ${quoted(before)} and to ${quoted(String(action))}; the last counts.`,
        );
      }
      own.set(`${context} ${chord}`, String(action));
      keys.set(chord, action);
    }
    for (const problem of hiddenKeys(context, keys, own)) say(problem);
  }
  return { bindings, problems: [...new Set(problems)], own: new Set(own.keys()) };
}

function parse(text: string, say: (problem: string) => void): unknown {
  try {
    return JSON.parse(text);
  } catch {
    say("it is not JSON.");
    return undefined;
  }
}

function chordOf(written: string, say: (problem: string) => void): string | undefined {
  const chord = readChord(written);
  if (chord === undefined) {
    say(`${quoted(written)} is no key.`);
    return undefined;
  }
  const reserved = chord.split(" ").find((key) => RESERVED.has(key));
  if (reserved) {
    say(`${reserved} cannot be bound.`);
    return undefined;
  }
  const same = chord.split(" ").find((key) => Object.hasOwn(SAME_AS, key));
  if (same) say(`many terminals send the same for ${same} and ${SAME_AS[same]}.`);
  return chord;
}

function isAction(action: string | null, say: (problem: string) => void): boolean {
  if (action === null || COMMAND.test(action)) return true;
  const known = Object.values(DEFAULT_BINDINGS).flatMap((actions) => Object.keys(actions));
  if (known.includes(action)) return true;
  say(`there is no action ${quoted(action)}.${meant(action, known)}`);
  return false;
}

/** A key that begins another chord is never heard alone. */
function hiddenKeys(
  context: string,
  keys: ReadonlyMap<string, string | null>,
  own: ReadonlyMap<string, string>,
): readonly string[] {
  const bound = [...keys].filter(([, action]) => action !== null).map(([chord]) => chord);
  return bound.flatMap((chord) =>
    bound
      .filter(
        (longer) =>
          longer.startsWith(`${chord} `) && (own.has(`${context} ${longer}`) || own.has(`${context} ${chord}`)),
      )
      .map((longer) => `in ${context}, ${quoted(chord)} is not heard alone, since ${quoted(longer)} begins with it.`),
  );
}

function quoted(text: string): string {
  return `"${visibleLine(text, 60)}"`;
}

function meant(wrong: string, known: Iterable<string>): string {
  const name = nearest(wrong, known);
  return name === undefined ? "" : ` Did you mean ${quoted(name)}?`;
}
