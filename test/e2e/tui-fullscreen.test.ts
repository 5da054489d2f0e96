import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { foreignIn } from "./escapes.ts";
import type { Pty } from "./pty.ts";
import { createTuiPlace, type TuiPlace } from "./tui.ts";

// The whole screen for the conversation, scrolled by Gantry.

let place: TuiPlace;
beforeEach(async () => {
  place = await createTuiPlace();
});
afterEach(() => place.remove());

const READY = "? for shortcuts";
const [WHEEL_UP, WHEEL_DOWN] = ["\u001b[<64;10;5M", "\u001b[<65;10;5M"];
const COUNT = 100;
const LINES = Array.from({ length: COUNT }, (_, at) => `line ${at + 1}`);

async function settings(value: object): Promise<void> {
  await mkdir(path.join(place.home, ".claude"), { recursive: true });
  await writeFile(path.join(place.home, ".claude/settings.json"), JSON.stringify(value));
}

function say(t: Pty, text: string): void {
  t.type(text);
  t.press("Enter");
}

async function rests(t: Pty): Promise<void> {
  const isResting = () => t.frame().includes(">") && !t.frame().join().includes("Esc interrupts");
  await t.until(isResting, "It was at work.");
}

/** The lines of the long answer that are seen. */
const seen = (t: Pty) => t.frame().filter((line) => /^\W*line \d+$/.test(line));
const showsLine = (t: Pty, at: number) =>
  t.until(() => seen(t).some((line) => line.endsWith(`line ${at}`)), `Line ${at} was not seen.`);
const hidesLine = (t: Pty, at: number) =>
  t.until(() => !seen(t).some((line) => line.endsWith(`line ${at}`)), `Line ${at} was still seen.`);
const below = (t: Pty) => Number(/↓ (\d+) lines? more/.exec(t.frame().join("\n"))?.[1] ?? 0);

test("what was said is scrolled with keys and the wheel, found, and drawn anew in every size", async () => {
  await settings({ tui: "fullscreen" });
  const t = place.start();
  await t.shows(READY);
  expect(t.state().screen).toBe("alternate");
  say(t, `lines ${COUNT}`);
  await showsLine(t, COUNT);
  await rests(t);

  t.press("PageUp");
  await hidesLine(t, COUNT);
  const page = below(t);
  expect(page).toBeGreaterThan(10);
  t.type(WHEEL_UP);
  await t.until(() => below(t) === page + 3, "The wheel did not scroll.");
  t.type(WHEEL_DOWN);
  await t.until(() => below(t) === page, "The wheel did not scroll back.");
  t.press("Home");
  await t.until(() => t.frame().some((line) => line === `> lines ${COUNT}`), "The first prompt was not seen.");
  t.press("End");
  await showsLine(t, COUNT);
  expect(below(t)).toBe(0);

  // With something typed they are the editor's.
  t.type("say b");
  t.press("Home");
  t.type("x");
  await t.shows("> xsay b");
  expect(below(t)).toBe(0);
  t.press("C-u", "C-k");

  t.press("M-/");
  await t.until(() => t.frame().at(-1) === "/", "Nothing asks what to look for.");
  t.type("line 37");
  t.press("Enter");
  await t.shows('"line 37" n next');
  await showsLine(t, 37);
  t.press("q");
  await t.shows(READY);
  await showsLine(t, COUNT);

  for (const [columns, rows] of [
    [40, 12],
    [200, 60],
    [80, 24],
  ] as const) {
    t.resize(columns, rows);
    const border = "─".repeat(columns);
    await t.until(() => t.frame()[rows - 2] === border, `It was not drawn in ${columns} columns.`);
    expect(seen(t).at(-1)).toContain(`line ${COUNT}`);
  }

  // Who looks back goes to what is new by saying something.
  t.press("PageUp");
  await hidesLine(t, COUNT);
  say(t, "say the last");
  await t.shows("● the last");
  await rests(t);
  const raw = t.raw();
  say(t, "/exit");
  expect(await t.ended).toBe(0);
  expect(t.state().screen).toBe("normal");
  const told = t.everything().filter((line) => /^\W*line \d+$/.test(line));
  expect(told.map((line) => line.replace(/^\W*/, ""))).toEqual(LINES);
  expect(t.everything().filter((line) => line === "● the last")).toHaveLength(1);
  expect(t.everything().join("\n")).toContain("--resume");
  expect(raw).not.toContain("\u001b[J");
  expect(foreignIn(raw, { isFullScreen: true })).toEqual([]);
});

test("/tui changes the view at once, there and back, and loses nothing", async () => {
  const t = place.start();
  await t.shows(READY);
  say(t, "say before");
  await t.shows("● before");
  await rests(t);
  say(t, "/tui fullscreen");
  await t.until(() => t.state().screen === "alternate", "It is where it was.");
  await t.shows("The view is fullscreen.");
  await t.shows("● before");
  t.type("?");
  await t.shows("pageup  look back");
  t.type("?");
  say(t, "say between");
  await t.shows("● between");
  await rests(t);
  say(t, "/tui default");
  await t.until(() => t.state().screen === "normal", "It is where it was.");
  await t.shows("The view is default.");
  t.type("?");
  await t.shows("ctrl+c twice");
  expect(t.frame().join("\n")).not.toContain("look back");
  t.type("?");
  say(t, "say after");
  await t.shows("● after");
  await rests(t);
  say(t, "/exit");
  expect(await t.ended).toBe(0);
  const answers = t.everything().filter((line) => line.startsWith("●"));
  expect(answers).toEqual(["● before", "● between", "● after"]);
});

test("/clear forgets what was said, and the person's own editor has the terminal as it is", async () => {
  await settings({ tui: "fullscreen" });
  const seen = path.join(place.base, "seen");
  const script = path.join(place.base, "editor.sh");
  await writeFile(script, `#!/bin/sh\nstty -a > ${seen}\necho edited > "$1"\n`, { mode: 0o755 });
  const t = place.start({ env: { EDITOR: script, VISUAL: script } });
  await t.shows(READY);
  say(t, "say before");
  await t.shows("● before");
  await rests(t);
  t.press("C-g");
  await t.shows("> edited");
  expect(t.state().screen).toBe("alternate");
  expect(t.frame()).toContain("● before");
  t.press("C-u");
  say(t, "/clear");
  await t.until(() => !t.frame().join().includes("before"), "It was not cleared.");
  await rests(t);
  say(t, "/exit");
  expect(await t.ended).toBe(0);
  expect(t.everything()).not.toContain("● before");
});
