import { createTestKernel } from "gantry/sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import plugin, { commandElsewhere } from "./index.ts";

const names = Object.entries(commandElsewhere.commands).flatMap(([name, { aliases = [] }]) => [name, ...aliases]);

test.each(names)("/%s says in a sentence what there is instead, and asks no model", async (name) => {
  const kernel = await createTestKernel({ plugins: [plugin] });
  onTestFinished(() => kernel.close());
  const { text, faults } = await kernel.run(`/${name} now`);
  expect(text).toMatch(/^[A-Z/'].{20,600}\.$/);
  expect([faults, kernel.model.requests]).toEqual([[], []]);
});

test("none of them is offered before it is typed in full", () => {
  expect(Object.values(commandElsewhere.commands).every(({ isHidden }) => isHidden)).toBe(true);
});
