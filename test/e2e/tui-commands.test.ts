import { expect, onTestFinished, test } from "vitest";
import { catalogue } from "../../plugins/index.ts";
import { foreignIn } from "./escapes.ts";
import type { Pty } from "./pty.ts";
import { createTuiPlace } from "./tui.ts";

// Somebody tries every command there is, with nothing behind it.

/** What /clear writes, and no other. */
const CLEARED = "\u001b[H\u001b[2J\u001b[3J";
/** It ends the program. */
const LAST = "exit";

const NAMES = Object.values(catalogue.plugins)
  .flatMap(({ manifest }) => Object.entries("commands" in manifest ? (manifest.commands ?? {}) : {}))
  .map(([name]) => name)
  .filter((name) => name !== LAST)
  .sort();

/** What nobody should have to read. */
const RAW =
  /\[object \w+\]|\bundefined\b|\bNaN\b|GANTRY_INTERNAL|failed in command|could not be shown|\bat \S+ \(.*:\d+:\d+\)/;

test("every command of Gantry's own answers, shows nothing raw, and its panels close with Esc", async () => {
  const place = await createTuiPlace();
  onTestFinished(() => place.remove());
  const t = place.start({ columns: 100, rows: 60 });
  await t.shows("? for shortcuts");
  const raw: string[] = [];
  for (const name of NAMES) {
    const before = t.everything().length;
    t.type(`/${name}`);
    await t.until(() => t.frame().includes(`> /${name}`), `/${name} was not typed.`);
    t.press("Enter");
    await t.until(() => isOpen(t) || (hasAnswered(t, name) && isAtRest(t)), `/${name} did not answer.`);
    const said = t.everything().slice(Math.max(0, before - t.frame().length));
    raw.push(...said.filter((line) => RAW.test(line)).map((line) => `/${name}: ${line}`));
    while (isOpen(t)) {
      const open = t.frame().join();
      t.press("Escape");
      await t.until(() => t.frame().join() !== open, `/${name} does not close.`);
    }
    await t.until(() => isAtRest(t), `/${name} does not end.`);
  }
  t.type("/exit");
  t.press("Enter");
  expect(await t.ended).toBe(0);
  expect(NAMES.length).toBeGreaterThan(90);
  expect(raw).toEqual([]);
  expect(foreignIn(t.raw().replaceAll(CLEARED, ""))).toEqual([]);
});

/** Behind its echo stands something else than the editor. What was cleared has no echo. */
function hasAnswered(t: Pty, name: string): boolean {
  const wish = `> /${name}`;
  // All of it is read only when it is no longer on the screen: that takes a while.
  const lines = t.frame().includes(wish) ? t.frame() : t.everything();
  const echo = lines.lastIndexOf(wish);
  if (name === "clear" ? echo >= 0 : echo < 0) return false;
  const answer = lines.slice(echo + 1).find((line) => line !== "");
  return answer !== undefined && !/^─+$/.test(answer);
}

function isAtRest(t: Pty): boolean {
  const lines = t.frame();
  return lines.includes(">") && !lines.join("\n").includes("Esc interrupts");
}

/** Something stands there in place of the editor. */
function isOpen(t: Pty): boolean {
  const lines = t.frame();
  return lines.some((line) => /^─ \S/.test(line)) && !lines.includes(">") && !lines.join().includes("Loading …");
}
