import { afterEach, beforeEach, expect, test } from "vitest";
import { foreignIn } from "./escapes.ts";
import type { Pty } from "./pty.ts";
import { createTuiPlace, type TuiPlace } from "./tui.ts";

// A long session is drawn without a flicker: what that means is counted in the bytes.

let place: TuiPlace;
beforeEach(async () => {
  place = await createTuiPlace();
});
afterEach(() => place.remove());

const READY = "? for shortcuts";
const LARGE = [200, 60] as const;
const SMALL = [40, 10] as const;
const LINES = 30;
const BATCHES = 6;

/** What a person does, one after the other; `b` is the number of the batch. */
const TURNS: readonly ((t: Pty, b: number, sizes: Size[]) => Promise<void>)[] = [
  async (t, b, sizes) => {
    say(t, `lines ${LINES} b${b}-`);
    // Sent along while it streams; both begin a turn together.
    say(t, `say one-${b}`);
    say(t, `say two-${b}`);
    if (b % 2) await resizes(t, b % 4 === 1 ? SMALL : LARGE, sizes);
    await t.shows(`● two-${b}`);
    await rests(t, b, 2);
  },
  async (t, b) => {
    say(t, "think");
    await rests(t, b, 3);
  },
  async (t, b) => {
    say(t, `look place-${b}`);
    await rests(t, b, 4);
  },
  async (t, b) => {
    say(t, `run touch file-${b}`);
    await t.until(() => t.frame().some((line) => line.includes("wants to run")), "It did not ask.");
    await t.quiet();
    t.press(b % 2 ? "y" : "n");
    await rests(t, b, 5);
  },
  async (t, b) => {
    say(t, "/pick");
    await t.shows("type to search");
    t.press("Down", "Up", "Down", "Enter");
    await t.shows("You took green.", b + 1);
    await rests(t, b, 5);
  },
  async (t, b) => {
    t.type("?");
    await t.shows("ctrl+c twice");
    t.type("?");
    await t.hides("ctrl+c twice");
    await rests(t, b, 5);
  },
  async (t, b) => {
    say(t, "wait");
    await t.shows("waiting for you", b + 1);
    t.press("Escape");
    await t.shows("Interrupted.", b + 1);
    await rests(t, b, 5);
  },
];
/** How many of them are answered to their end. */
const ANSWERED = 5;

function say(t: Pty, text: string): void {
  t.type(text);
  t.press("Enter");
}

/** So many turns of this batch are over, and nothing is at work. */
async function rests(t: Pty, batch: number, turns: number): Promise<void> {
  const isResting = () => {
    const ended = t.everything().filter((line) => /^ {2}\d+(?:\.\d+)? m?s$/.test(line)).length;
    const lines = t.frame();
    return ended === batch * ANSWERED + turns && lines.includes(">") && !lines.join("\n").includes("Esc interrupts");
  };
  await t.until(isResting, `${turns} turns of batch ${batch} were not over.`);
}

test("a session of many turns, in a window of many sizes, is drawn without a flicker", async () => {
  const [columns, rows] = [80, 24];
  const t = place.start({ columns, rows });
  await t.shows(READY);
  const sizes: Size[] = [{ from: 0, rows }];
  for (let batch = 0; batch < BATCHES; batch++) {
    for (const turn of TURNS) await turn(t, batch, sizes);
  }
  await resizes(t, [80, 24], sizes);
  const raw = t.raw();
  say(t, "/exit");
  expect(await t.ended).toBe(0);

  expect(foreignIn(raw)).toEqual([]);
  expect(outsideOfFrames(raw)).toBe("");
  expect(tooHigh(raw, sizes)).toEqual([]);
  expect(clearsIn(raw)).toEqual([]);
  const finished = t.everything().map((line) => line.replace(/^\W*/, ""));
  for (let batch = 0; batch < BATCHES; batch++) {
    const told = finished.filter((line) => line.startsWith(`b${batch}-`));
    expect(told).toEqual(Array.from({ length: LINES }, (_, at) => `b${batch}-${at + 1}`));
    expect(finished.filter((line) => line === `Look at place-${batch}`)).toHaveLength(1);
  }
  expect(finished.filter((line) => line.startsWith("Interrupted."))).toHaveLength(BATCHES);
  expect(finished.filter((line) => line === "You took green.")).toHaveLength(BATCHES);
});

test("/clear clears, and nothing else does", async () => {
  const t = place.start();
  await t.shows(READY);
  say(t, "say before");
  await t.shows("● before");
  await rests(t, 0, 1);
  expect(clearsIn(t.raw())).toEqual([]);
  say(t, "/clear");
  await t.until(() => !t.everything().join("\n").includes("before"), "It was not cleared.");
  await t.shows(READY);
  expect(clearsIn(t.raw())).toEqual(["\u001b[H", "\u001b[2J", "\u001b[3J"]);
  say(t, "say after");
  await t.shows("● after");
  t.press("C-c", "C-c");
  expect(await t.ended).toBe(0);
  expect(clearsIn(t.raw())).toHaveLength(3);
});

// ---------------------------------------------------------------- what is counted

interface Size {
  /** The first byte that was written for it. */
  readonly from: number;
  readonly rows: number;
}

async function resizes(t: Pty, [columns, rows]: readonly [number, number], sizes: Size[]): Promise<void> {
  // What is written until it is drawn in the new size may be for either.
  sizes.push({ from: t.raw().length, rows: Math.max(rows, sizes.at(-1)?.rows ?? 0) });
  t.resize(columns, rows);
  const border = "─".repeat(columns);
  const isDrawn = () =>
    t
      .frame()
      .filter((line) => /^─+$/.test(line))
      .join() === [border, border].join();
  await t.until(isDrawn, `It was not drawn in ${columns} columns.`);
  sizes.push({ from: t.raw().length, rows });
}

const ESC = "\u001b";
const FRAME = new RegExp(`${ESC}\\[\\?2026h(.*?)${ESC}\\[\\?2026l`, "gs");
const QUIET = new RegExp(
  `${ESC}(?:\\[\\?(?:2004|1004|25)[hl]|\\[>1u|\\[22;0t|\\]0;[^\u0007]*\u0007|\\]11;\\?(?:\u0007|${ESC}\\\\))`,
  "g",
);
const CLEAR = new RegExp(`${ESC}(?:\\[[23]J|\\[[\\d;]*[Hf]|c)`, "g");
const BEGINNING = new RegExp(`^${ESC}\\[(\\d+)A`);
const ENDING = new RegExp(`${ESC}\\[(\\d+)A\r(?:${ESC}\\[\\d+C)?$`);

function clearsIn(raw: string): string[] {
  return [...raw.matchAll(CLEAR)].map(([code]) => code);
}

/** What is written between frames, but for modes, the title and the question for the background. */
function outsideOfFrames(raw: string): string {
  return raw.replace(FRAME, "").replace(QUIET, "");
}

/** Frames whose live part was as high as the screen. */
function tooHigh(raw: string, sizes: readonly Size[]): string[] {
  const frames = [...raw.matchAll(FRAME)].map((found) => ({ at: found.index, body: found[1] as string }));
  return frames.flatMap(({ at, body }, number) => {
    const next = frames[number + 1];
    const size = sizes.findLast(({ from }) => from <= at) as Size;
    const isLast = !next || sizes.some(({ from }) => from > at && from <= next.at);
    if (isLast) return [];
    const below = Number(ENDING.exec(body)?.[1] ?? 0);
    const above = Number(BEGINNING.exec(next.body)?.[1] ?? 0);
    const height = above + 1 + below;
    return height < size.rows ? [] : [`${height} of ${size.rows} rows: ${JSON.stringify(body).slice(0, 500)}`];
  });
}
