import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTuiPlace, type TuiPlace } from "./tui.ts";

let place: TuiPlace;
beforeEach(async () => {
  place = await createTuiPlace();
});
afterEach(() => place.remove());

const READY = "? for shortcuts";

test("files are offered behind @ and taken with Tab", async () => {
  const folder = join(place.work, "deep");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "harbour.md"), "The harbour is calm.");
  const t = place.start();
  await t.shows(READY);
  t.type("see @harb");
  await t.shows("› deep/harbour.md");
  t.press("Tab");
  await t.shows("> see @deep/harbour.md");
  expect(t.frame().join("\n")).not.toContain("› deep/harbour.md");
});

test("commands are offered behind a stroke, and run with Enter", async () => {
  const t = place.start();
  await t.shows(READY);
  t.type("/hel");
  await t.shows("› /help");
  t.press("Enter");
  await t.shows("/clear");
});

test("a long paste is one sign", async () => {
  const t = place.start();
  await t.shows(READY);
  t.type(`\u001b[200~${Array.from({ length: 6 }, (_, n) => `line ${n}`).join("\r")}\u001b[201~`);
  await t.shows("> [Pasted text #1 +5 lines]");
  t.press("Backspace");
  await expect.poll(() => t.frame().join("\n")).not.toContain("Pasted");
});

test("what was pasted is never run; a slash alone runs nothing; /clear wipes the screen", async () => {
  const t = place.start();
  await t.shows(READY);
  t.type("/");
  await t.shows("Session");
  t.press("Enter");
  t.press("Backspace");
  await t.hides("Session");
  t.paste("!touch owned");
  await t.shows("sent as text");
  t.press("Enter");
  await t.shows("● you said");
  expect(t.frame()).toContain("> !touch owned");
  expect(existsSync(join(place.work, "owned"))).toBe(false);
  t.type("!touch mine; echo told");
  t.press("Enter");
  await t.shows("⎿ told");
  expect(t.frame()).toContain("! touch mine; echo told");
  expect(existsSync(join(place.work, "mine"))).toBe(true);
  await t.hides("Working");
  t.type("/clear");
  await t.shows("› /clear");
  t.press("Enter");
  await t.hides("⎿ told");
  await t.shows("Gantry");
  expect(t.everything().join("\n")).not.toContain("told");
});

test("Ctrl-B lets what runs go on in the background", async () => {
  const t = place.start();
  await t.shows(READY);
  t.type("!sleep 100");
  t.press("Enter");
  await t.shows("Bash sleep 100");
  // The line is there a moment before the program is.
  await t.until(() => {
    t.press("C-b");
    return t.frame().join("\n").includes("1 in the background");
  }, "It did not go on in the background.");
  await t.hides("Working");
});
