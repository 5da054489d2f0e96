import type { Instruction, Place, Reason, WaitingRule } from "./instruction.ts";
import { instructionsOf, type Known, type Reading, readPlace } from "./read.ts";
import type { Rule } from "./rules.ts";

/** What lies at some places. */
export interface Loaded {
  readonly instructions: readonly Instruction[];
  /** Rules for a file that nobody has touched yet. */
  readonly waiting: readonly WaitingRule[];
}

/** Reads all of these places, in this order. */
export async function load(
  places: readonly Place[],
  reason: Reason,
  known: Known,
  reading: Reading,
  trigger?: string,
): Promise<Loaded> {
  const instructions: Instruction[] = [];
  const waiting: WaitingRule[] = [];
  const more = trigger === undefined ? {} : { trigger };
  for (const place of places) {
    if (place.rulesOf === undefined) {
      instructions.push(...(await readPlace(place, reason, known, reading, more)));
      continue;
    }
    for (const rule of await rulesAt(place, place.rulesOf, reading)) {
      if ("globs" in rule) waiting.push(rule);
      else {
        const instruction: Instruction = { ...rule.place, ...rule.opened, reason, ...more };
        instructions.push(...(await instructionsOf(instruction, known, reading, 0)));
      }
    }
  }
  return { instructions, waiting };
}

/** Most folders have none, and the reader of frontmatter is not loaded for them. */
async function rulesAt(place: Place, root: string, reading: Reading): Promise<readonly Rule[]> {
  const stat = await reading.files.stat(place.path).catch(() => undefined);
  if (stat?.kind !== "folder") return [];
  const { readRules } = await import("./rules.ts");
  return readRules(place, root, reading);
}
