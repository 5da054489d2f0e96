import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow } from "../project.js";
import { violations } from "./check.js";
import { RULES } from "./rules.js";

/**
 * Checks the check: each line of the planted tree that ends in `// breaks rule` must be reported under that rule, nothing
 * else may be, and no rule may lack its plant.
 */
export function planted(/** @type {string} */ base) {
  const expected = filesBelow(".", base).flatMap((file) =>
    readFileSync(join(base, file), "utf8")
      .split("\n")
      .flatMap((line, index) => {
        const rules = /\/\/ breaks (.+)$/.exec(line)?.[1]?.split(", ") ?? [];
        return rules.map((rule) => `${file}:${index + 1} ${rule}`);
      }),
  );
  const found = violations(base).map(({ file, line, rule }) => `${file}:${line} ${rule}`);
  const names = [...Object.keys(RULES), "no-cycle", "exists"];
  return [
    ...expected
      .filter((one) => !found.includes(one))
      .map((one) => `test/fixtures/boundaries: ${one} was planted and not found.`),
    ...found
      .filter((one) => !expected.includes(one))
      .map((one) => `test/fixtures/boundaries: ${one} was found and not planted.`),
    ...names
      .filter((rule) => !expected.some((one) => one.endsWith(` ${rule}`)))
      .map((rule) => `test/fixtures/boundaries: nothing breaks ${rule}.`),
  ];
}
