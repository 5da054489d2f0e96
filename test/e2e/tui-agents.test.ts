import { existsSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTuiPlace, type TuiPlace } from "./tui.ts";

// Agents in the terminal: their calm line, their questions, and the way into the background.

let place: TuiPlace;
beforeEach(async () => {
  place = await createTuiPlace();
});
afterEach(() => place.remove());

async function delegated(task: string) {
  const t = place.start();
  await t.shows("? for shortcuts");
  t.type(`delegate ${task}`);
  t.press("Enter");
  return t;
}

test("an agent's question says who asks, and a yes has it go on to its end", async () => {
  const t = await delegated("run touch made");
  await t.shows("Bash wants to run for the agent general-purpose");
  await t.quiet();
  t.press("y");
  await t.shows("Agent general-purpose the chore");
  await t.shows("1 call · 2 tokens");
  await t.shows("that was all");
  expect(existsSync(path.join(place.work, "made"))).toBe(true);
});

test("a no is the agent's to deal with", async () => {
  const t = await delegated("run touch made");
  await t.shows("May it run?");
  await t.quiet();
  t.press("n");
  await t.shows("that was all");
  expect(existsSync(path.join(place.work, "made"))).toBe(false);
});

test("one that takes long is one line, goes on in the background, and is stopped with the program", async () => {
  const t = await delegated("wait");
  await t.shows("Agent general-purpose the chore");
  t.type("\x02");
  await t.shows("works in the background");
  await t.shows("that was all");
  t.type("/tasks");
  t.press("Enter");
  await t.shows("general-purpose: the chore");
});

test("Esc ends an agent that is waited for", async () => {
  const t = await delegated("wait");
  await t.shows("Agent general-purpose the chore");
  await t.quiet();
  t.press("Escape");
  await t.shows("Interrupted.");
  t.type("say still here");
  t.press("Enter");
  await t.shows("still here");
});
