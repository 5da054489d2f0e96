import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { root } from "../scripts/project.js";

/**
 * Compares a screen with the one that is kept in `test/e2e/frames/NAME.txt`; with `GANTRY_TEST_FRAMES=write` it is kept. What differs
 * from run to run is replaced first.
 */
export function expectFrame(
  name: string,
  frame: readonly string[],
  replace: readonly (readonly [RegExp, string])[] = [],
) {
  const file = path.join(root, "test/e2e/frames", `${name}.txt`);
  let text = `${frame.join("\n").trimEnd()}\n`;
  for (const [pattern, by] of replace) text = text.replace(pattern, by);
  if (process.env.GANTRY_TEST_FRAMES === "write") {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file), `${name} has no frame yet: run it with GANTRY_TEST_FRAMES=write`).toBe(true);
  expect(text).toBe(readFileSync(file, "utf8"));
}
