import { expect, it } from "vitest";
import { isExpected, pipeline, table } from "./pipeline.ts";

it.each([
  "asked",
  "covered",
  "dangerous",
  "denied",
  "paths",
  "readonly",
  "attacks",
  "attacks-forbidden",
  "attacks-looks",
  "attacks-second",
])("every line of the table %s is decided as it says", async (name) => {
  const judge = await pipeline();
  const lines = table(name);
  expect(lines.length).toBeGreaterThan(100);
  const wrong: string[] = [];
  for (const line of lines) {
    const verdict = await judge(line);
    if (!isExpected(line, verdict)) wrong.push(`${verdict.decision}: ${JSON.stringify(line)}`);
  }
  expect(wrong).toEqual([]);
});
