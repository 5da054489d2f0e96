/** A log is a tree: every record names the one before it, and a rewind begins another branch. */
import type { Entry } from "gantry/sdk";

/**
 * The records that count now, oldest first: those on the way from the first to the newest. Where the record before one was lost, as from
 * a bad line, the way goes on with the line before it.
 *
 * @example
 * const prompts = branchOf(session.allEntries).filter((entry) => entry.type === "user" && !entry.isMeta);
 */
export function branchOf(entries: readonly Entry[]): readonly Entry[] {
  if (entries.every((entry, at) => at === 0 || entry.parentUuid === entries[at - 1]?.uuid)) return entries;
  const places = new Map(entries.map(({ uuid }, at) => [uuid, at]));
  const branch: Entry[] = [];
  for (let at = entries.length - 1; at >= 0; ) {
    const entry = entries[at] as Entry;
    branch.push(entry);
    const before = entry.parentUuid === null ? -1 : (places.get(entry.parentUuid) ?? at - 1);
    // What names itself or a later one is no tree.
    at = before < at ? before : at - 1;
  }
  return branch.reverse();
}
