/** What a dream does, in steps: each is made whole or not at all, and can be told to a person. */
import { createHash } from "node:crypto";
import type { MemoryScope, MemoryTextChange } from "gantry/sdk";
import { INDEX_NAME, type ReadEntry, readEntry } from "gantry/sdk/kit/memory-text";
import { hasSecrets } from "gantry/sdk/kit/secrets";

/** Texts of one scope that change together. What takes something in comes before what goes for it. */
export interface Step {
  readonly scope: MemoryScope;
  /** Why, in a few words. */
  readonly reason: string;
  readonly changes: readonly MemoryTextChange[];
}

/** The texts of one scope, by name. */
export type Texts = ReadonlyMap<string, string>;

/** An entry with the text that it was read from. */
export interface Kept extends ReadEntry {
  readonly name: string;
  readonly source: string;
}

/** The entries among texts. What cannot be read stays as it is; what holds a secret is neither shown nor copied. */
export function keptIn(scope: MemoryScope, texts: Texts, day: string): readonly Kept[] {
  return [...texts].flatMap(([name, source]) => {
    if (name === INDEX_NAME || hasSecrets(source)) return [];
    const read = readEntry(name, source, { scope, day });
    return typeof read === "string" ? [] : [{ ...read, name, source }];
  });
}

/** The texts as they are after the steps. */
export function textsAfter(texts: Texts, steps: readonly Step[]): Texts {
  const next = new Map(texts);
  for (const { name, after } of steps.flatMap(({ changes }) => changes)) {
    if (after === undefined) next.delete(name);
    else next.set(name, after);
  }
  return next;
}

/** Tells a step by what it finds: a model words the same step differently each time. */
export function fingerprintOf({ scope, changes }: Step): string {
  const found = changes.map(({ name, before = "" }) => `${name}\0${before}`).sort();
  return createHash("sha256")
    .update([scope, ...found].join("\0\0"))
    .digest("hex")
    .slice(0, 32);
}
