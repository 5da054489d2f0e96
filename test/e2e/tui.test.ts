import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { expectFrame } from "./expect-frame.ts";
import type { Pty } from "./pty.ts";
import { createTuiPlace, type TuiPlace } from "./tui.ts";

let place: TuiPlace;
beforeEach(async () => {
  place = await createTuiPlace();
});
afterEach(() => place.remove());

const READY = "? for shortcuts";

async function started(options: Parameters<TuiPlace["start"]>[0] = {}): Promise<Pty> {
  const t = place.start(options);
  await t.shows(READY);
  return t;
}

function say(t: Pty, text: string): void {
  t.type(text);
  t.press("Enter");
}

/** What differs from run to run. */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/\S*gantry-tui-\w+[/]work\b/g, "/home/me/shop"],
  [/\(\d+ s, Esc/g, "(Esc"],
  [/\b\d+(\.\d+)? (ms|s)\b/g, "N ms"],
  [/Gantry \d+\.\d+\.\d+/g, "Gantry X"],
];

const clears = (raw: string) => ["\u001b[2J", "\u001b[3J", "\u001b[H"].filter((code) => raw.includes(code));

test.each([
  [80, 24],
  [200, 60],
])("an answer, a call and the editor in %i columns", async (columns, rows) => {
  const t = await started({ columns, rows });
  say(t, "look the lighthouse");
  await t.shows("that was all");
  await t.shows(/^ {2}\d+ ms/);
  await t.hides("Working");
  await t.shows("over here");
  expectFrame(`answer-${columns}x${rows}`, t.frame(), CHANGING);
  say(t, "/exit");
  expect(await t.ended).toBe(0);
  expect(clears(t.raw())).toEqual([]);
});

test("a session that goes on shows what was said; Ctrl-O shows all of it", async () => {
  const t = await started();
  say(t, "look the lighthouse");
  await t.shows("that was all");
  await t.shows(/^ {2}\d+ ms/);
  await t.hides("Working");
  await t.shows("over here");
  const before = t.frame();
  t.press("C-o");
  await t.shows('"place": "the lighthouse"');
  t.type("/that was");
  t.press("Enter");
  await t.shows('"that was" n next');
  t.press("q");
  await t.hides("q leaves");
  await t.shows(READY);
  expect(t.frame()).toEqual(before);
  say(t, "/exit");
  await t.ended;
  const [, id] = /--resume ([0-9a-f-]{36})/.exec(t.everything().join("\n")) ?? [];
  const again = await started({ args: `--resume ${id}` });
  await again.shows("● that was all");
});

test("a command is asked for, and runs on yes alone", async () => {
  const t = await started();
  say(t, "run touch made");
  await t.shows("touch made", 2);
  await t.shows("Yes");
  expect(existsSync(path.join(place.work, "made"))).toBe(false);
  expectFrame("permission-80x24", t.frame(), CHANGING);
  await t.quiet();
  t.press("y");
  await t.shows("that was all");
  expect(existsSync(path.join(place.work, "made"))).toBe(true);
  say(t, "run touch other");
  await t.shows("touch other", 2);
  await t.shows("May it run?");
  await t.quiet();
  t.press("n");
  await t.hides("Yes");
  expect(existsSync(path.join(place.work, "other"))).toBe(false);
});

test("while the agent works an immediate command runs, prompts wait, Up takes them back, Esc sends them at once", async () => {
  const t = await started();
  say(t, "wait");
  await t.shows("waiting for you");
  say(t, "/pick");
  await t.shows("Colours");
  t.press("Enter");
  await t.shows("You took red.");
  expect(t.frame().join("\n")).toContain("Esc interrupts");
  say(t, "say second");
  await t.shows("waiting; Up takes it back");
  t.press("Up");
  await t.hides("waiting; Up takes it back");
  await t.shows("> say second");
  t.press("Enter");
  await t.shows("waiting; Up takes it back");
  t.press("Escape");
  await t.shows("Interrupted.");
  await t.shows("● second");
});

test("a command opens a panel, and what is chosen there is told", async () => {
  const t = await started();
  say(t, "/pick");
  await t.shows("Colours");
  await t.hides("Working");
  await t.shows("❯ Red");
  expectFrame("panel-80x24", t.frame(), CHANGING);
  t.press("Down", "Enter");
  await t.shows("You took green.");
  await t.shows(READY);
});

test("modes, keys, shell commands and the title", async () => {
  const t = await started();
  t.press("S-Tab");
  await t.shows("accepts edits");
  t.press("S-Tab");
  await t.shows("plans");
  t.type("?");
  await t.shows("ctrl+c twice");
  say(t, "!echo one two");
  await t.shows("! echo one two");
  await t.shows("one two", 2);
  say(t, "/rename A name of its own");
  await t.until(() => t.title().includes("A name of its own"), "The title stayed.");
});

test("calls as their plugin draws them; one that fails is shown as any other, and no control code reaches the terminal", async () => {
  const t = await started();
  say(t, "look drawn");
  await t.shows("│a picture");
  say(t, "look escape");
  await t.shows("that was all", 2);
  say(t, "say \u001b[2J");
  await t.shows("●", 4);
  expect(t.title()).not.toContain("owned");
  expect(clears(t.raw())).toEqual([]);
  say(t, "look broken");
  await t.shows("no looks");
  await t.shows("Look broken");
});

test("a long answer is in the scrollback once, whatever the window does, and nothing is cleared", async () => {
  const t = await started();
  say(t, "lines 200");
  await t.shows("line 200");
  await t.shows(/^ {2}\d+ ms/);
  const all = () => t.everything().filter((line) => /^\W*line \d+$/.test(line));
  expect(all()).toHaveLength(200);
  expect(clears(t.raw())).toEqual([]);
  for (const columns of [40, 120, 80]) {
    t.resize(columns, 24);
    const border = "─".repeat(columns);
    const isDrawn = () =>
      t
        .frame()
        .filter((line) => /^─+$/.test(line))
        .join() === [border, border].join();
    await t.until(isDrawn, `It was not drawn in ${columns} columns.`);
  }
  expect(all()).toHaveLength(200);
});

test.each([
  ["", { TERM: "dumb" }, {}],
  ["--ax-screen-reader", {}, {}],
  ["", {}, { tui: "line" }],
])("%s %j %j converses line by line", async (args, env, settings) => {
  await mkdir(path.join(place.home, ".claude"));
  await writeFile(path.join(place.home, ".claude/settings.json"), JSON.stringify(settings));
  const t = place.start({ args, env });
  await t.shows("/help lists the commands");
  expect(t.raw()).not.toContain("\u001b[?2026h");
});

test("hooks hear that the conversation was cleared; whoever goes back has the prompt in the editor, and whoever branches is told", async () => {
  await mkdir(path.join(place.home, ".claude"));
  const told = path.join(place.base, "told");
  const tell = (field: string) => [
    { hooks: [{ type: "command", command: `grep -o '"${field}":"[a-z]*"' >> ${told}` }] },
  ];
  const hooks = { SessionStart: tell("source"), SessionEnd: tell("reason") };
  await writeFile(path.join(place.home, ".claude/settings.json"), JSON.stringify({ hooks }));
  const t = place.start();
  await t.shows("? for shortcuts");
  type(t, "say first");
  await t.shows("● first");
  type(t, "/clear");
  await t.until(() => existsSync(told) && readFileSync(told, "utf8").split("\n").length === 4, "No hook was told.");
  expect(readFileSync(told, "utf8").split("\n")).toEqual([
    '"source":"startup"',
    '"source":"clear"',
    '"reason":"clear"',
    "",
  ]);

  type(t, "say second");
  await t.shows("● second");
  await t.hides("Esc interrupts");
  type(t, "/branch");
  await t.shows("You are in a copy of the conversation now, after 2 messages.");
  type(t, "/rewind 1 conversation");
  await t.shows("The conversation went back.");
  await t.until(() => t.frame().includes("> say second"), "The prompt is not in the editor.");
});

test("a panel that is left leaves nothing behind, and a command that fails is told once", async () => {
  const t = place.start();
  await t.shows("? for shortcuts");
  type(t, "/pick");
  await t.shows("Colours");
  t.press("Escape");
  await t.until(() => t.frame().includes(">"), "The panel stayed.");
  type(t, "/throws");
  await t.shows("failed on purpose");
  await t.until(() => t.frame().includes(">"), "It did not end.");
  const all = t.everything().join("\n");
  expect(all).not.toContain("/pick");
  expect(all.match(/failed on purpose/g)).toHaveLength(1);
  expect(all).toContain("> /throws");
});

function type(t: Pty, text: string): void {
  t.type(text);
  t.press("Enter");
}
