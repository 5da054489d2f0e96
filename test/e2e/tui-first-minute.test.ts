import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { foreignIn } from "./escapes.ts";
import { expectFrame } from "./expect-frame.ts";
import type { Pty } from "./pty.ts";
import { settled } from "./settled.ts";
import { createTuiPlace, type TuiPlace } from "./tui.ts";

// Somebody who has no key, has never seen the program, and has nothing but a keyboard.

const places: TuiPlace[] = [];
afterAll(() => Promise.all(places.map((place) => place.remove())));

async function newcomer(): Promise<TuiPlace> {
  const place = await createTuiPlace();
  places.push(place);
  await rm(place.home, { recursive: true });
  await mkdir(path.join(place.home, ".gantry"), { recursive: true });
  // No model of the machine's own is found by chance: nothing listens on port 1.
  const config = { "provider-openai": { ports: { ollama: 1, lmStudio: 1, llamaCpp: 1 } } };
  await writeFile(path.join(place.home, ".gantry/config.json"), JSON.stringify(config));
  return place;
}

const READY = "? for shortcuts";
const BEFORE = "export const piers = 3;\n";
const AFTER = "export const piers = 4;\n";

test.concurrent.each([
  [80, 24],
  [40, 20],
])(
  "the first minute in %i columns and %i rows: colours, who answers, a change, its undoing, and where all is found",
  async (columns, rows) => {
    const place = await newcomer();
    const file = path.join(place.work, "harbour.ts");
    await writeFile(file, BEFORE);
    const t = place.start({ model: "", columns, rows });

    await t.shows("Welcome to Gantry");
    await says(t, "No key and no local model was found");
    t.press("Enter");
    await t.shows("Who shall answer?");
    await t.shows("The planner that comes with Gantry");
    t.press("Enter");
    await says(t, "The planner answers. Try: list the files here.");
    await t.shows(READY);

    t.type('replace "piers = 3" with "piers = 4" in harbour.ts');
    t.press("Enter");
    await t.until(() => shown(t).includes("wants to run"), "It did not ask.");
    await t.quiet();
    for (let page = 0; page < 3 && !shown(t).includes("+ export const piers = 4;"); page++) {
      t.press("PageDown");
      await t.quiet();
    }
    expect(shown(t)).toContain("- export const piers = 3;");
    expect(shown(t)).toContain("+ export const piers = 4;");
    expect(await readFile(file, "utf8")).toBe(BEFORE);
    await t.quiet();
    t.press("y");
    await t.until(() => !shown(t).includes("wants to run"), "It still asks.");
    await t.hides("Esc interrupts");
    expect(await readFile(file, "utf8")).toBe(AFTER);

    await t.until(() => t.frame().includes(">"), "The editor was not empty.");
    t.press("Escape");
    await t.quiet();
    t.press("Escape");
    await t.shows("Go back to before a prompt");
    await t.shows("1 file would be taken back");
    await t.quiet();
    t.press("Enter");
    await t.shows("Conversation and files");
    t.press("Enter");
    await says(t, "1 file was taken back (+1 -1): harbour.ts");
    expect(await readFile(file, "utf8")).toBe(BEFORE);

    await t.until(
      () =>
        t
          .frame()
          .findLast((line) => line.startsWith("> "))
          ?.startsWith("> replace") ?? false,
      "The prompt is gone.",
    );
    t.press("Escape", "Escape");
    await t.until(() => t.frame().includes(">"), "The editor was not empty.");
    t.type("/");
    await t.until(() => /^ {2}\/\w/m.test(shown(t)), "No commands were offered.");
    t.type("perm");
    await t.until(() => shown(t).includes("› /permissions"), "/permissions was not offered.");
    t.press("C-u");
    t.type("?");
    for (const key of ["ctrl+o", "shift+tab", "esc esc", "ctrl+c twice"]) await t.shows(key);
    t.press("Backspace");
    t.type("/exit");
    t.press("Enter");
    expect(await t.ended).toBe(0);
    expect(foreignIn(t.raw())).toEqual([]);
  },
);

test.concurrent.each([
  [40, 20],
  [80, 24],
  [200, 60],
])("what somebody new sees first, in %i columns and %i rows", async (columns, rows) => {
  const t = (await newcomer()).start({ model: "", columns, rows });
  await t.shows("Welcome to Gantry");
  await settled(t);
  const begins = t.frame().findIndex((line) => /^─ \S/.test(line));
  expectFrame(`onboarding-${columns}x${rows}`, t.frame().slice(begins));
  t.press("Enter");
  await t.shows("Who shall answer?");
  await settled(t);
  const next = t.frame().findIndex((line) => line.includes("Who shall answer?"));
  expectFrame(`onboarding-models-${columns}x${rows}`, t.frame().slice(next));
});

const shown = (t: Pty) => t.frame().join("\n");

/** Words that may be broken into lines. */
function says(t: Pty, text: string): Promise<void> {
  const bare = (all: string) => all.replaceAll(/\s+/g, " ");
  return t.until(() => bare(t.everything().join(" ")).includes(text), `"${text}" was not said.`);
}
