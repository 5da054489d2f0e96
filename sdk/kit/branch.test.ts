import type { Entry } from "gantry/sdk";
import { branchOf } from "gantry/sdk/kit/branch";
import { expect, it } from "vitest";

const log = (...pairs: readonly (readonly [uuid: string, parent: string | null])[]) =>
  pairs.map(([uuid, parentUuid]) => ({ type: "turn_end", uuid, parentUuid }) as Entry);
const ids = (entries: readonly Entry[]) => entries.map(({ uuid }) => uuid).join("");

it.each<[what: string, entries: readonly Entry[], branch: string]>([
  ["a log without rewinds is its branch", log(["a", null], ["b", "a"], ["c", "b"]), "abc"],
  [
    "a rewind leaves out what came after its record",
    log(["a", null], ["b", "a"], ["c", "b"], ["d", "a"], ["e", "d"]),
    "ade",
  ],
  [
    "a second rewind may go back to the branch that was left",
    log(["a", null], ["b", "a"], ["c", "a"], ["d", "b"]),
    "abd",
  ],
  ["a lost record is passed over", log(["a", null], ["c", "b"], ["d", "c"]), "acd"],
  ["a record that names itself ends nothing", log(["a", null], ["b", "b"], ["c", "b"]), "abc"],
  ["a record that names a later one ends nothing", log(["a", null], ["b", "c"], ["c", "b"]), "abc"],
  ["an empty log has an empty branch", [], ""],
])("%s", (_, entries, branch) => {
  expect(ids(branchOf(entries))).toBe(branch);
});
