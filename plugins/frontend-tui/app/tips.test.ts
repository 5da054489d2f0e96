import { expect, test } from "vitest";
import { createTips, TIPS } from "./tips.ts";

test("tips come one after the other, and begin anew", () => {
  const next = createTips();
  expect(Array.from({ length: TIPS.length + 1 }, next)).toEqual([...TIPS, TIPS[0]]);
});
