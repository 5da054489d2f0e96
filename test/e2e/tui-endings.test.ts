import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Pty } from "./pty.ts";
import { createTuiPlace, type TuiPlace } from "./tui.ts";

// Whatever ends the program, the terminal is as it was.

let place: TuiPlace;
beforeEach(async () => {
  place = await createTuiPlace();
});
afterEach(() => place.remove());

const READY = "? for shortcuts";

async function started(args?: string): Promise<Pty> {
  const t = place.start({ isInShell: true, ...(args && { args }) });
  if (!args) await t.shows(READY);
  return t;
}

function command(t: Pty, text: string): void {
  t.type(text);
  t.press("Enter");
}

const kill = (signal: NodeJS.Signals) => async () => process.kill(await place.pid(), signal);

const ENDINGS: Readonly<Record<string, { readonly code: number; end(t: Pty): unknown }>> = {
  "/exit": { code: 0, end: (t) => command(t, "/exit") },
  "Ctrl-C twice": { code: 0, end: (t) => t.press("C-c", "C-c") },
  "Ctrl-D twice": { code: 0, end: (t) => t.press("C-d", "C-d") },
  SIGINT: { code: 130, end: kill("SIGINT") },
  SIGTERM: { code: 143, end: kill("SIGTERM") },
  SIGHUP: { code: 129, end: kill("SIGHUP") },
  "a plugin that ends the program": { code: 7, end: (t) => command(t, "/gone") },
};

function expectModesBack(t: Pty, before: Pty["modes"] extends () => infer M ? M : never): void {
  expect(t.modes()).toEqual(before);
  const raw = t.raw();
  for (const [on, off] of [
    ["[?2004h", "[?2004l"],
    ["[?1004h", "[?1004l"],
    ["[>1u", "[<u"],
    ["[?25l", "[?25h"],
    ["[?2026h", "[?2026l"],
    ["[22;0t", "[23;0t"],
  ] as const) {
    expect(raw.lastIndexOf(`\u001b${off}`), off).toBeGreaterThan(raw.lastIndexOf(`\u001b${on}`));
  }
}

describe("the terminal is as it was after", () => {
  test.each(Object.entries(ENDINGS))("%s", async (_, { code, end }) => {
    const t = place.start({ isInShell: true });
    const before = { ...t.modes() };
    await t.shows(READY);
    await end(t);
    await t.shows(`exit code ${code}`);
    expectModesBack(t, before);
    expect(await place.isTerminalBack()).toBe(true);
    // Nothing of the live part is left.
    expect(t.everything().join("\n")).not.toContain(READY);
  });

  test("a session that cannot be opened", async () => {
    const t = await started("--resume 00000000-0000-4000-8000-000000000000");
    await t.shows("exit code 1");
    expect(await place.isTerminalBack()).toBe(true);
    expect(t.modes().bracketedPasteMode).toBe(false);
    expect(t.everything().join("\n")).toContain("gantry: ");
  });

  test("a signal in the middle of a turn", async () => {
    const t = await started();
    const before = { ...t.modes(), bracketedPasteMode: false, sendFocusMode: false };
    command(t, "wait");
    await t.shows("waiting for you");
    await kill("SIGTERM")();
    await t.shows("exit code 143");
    expectModesBack(t, before);
    expect(await place.isTerminalBack()).toBe(true);
  });

  test.each(["crash", "reject"])("%s: an error that nobody catches is told, and all goes on", async (name) => {
    const t = await started();
    command(t, `/${name}`);
    await t.shows("on purpose");
    command(t, "hello");
    await t.shows('you said "hello"');
    expect(t.frame().filter((line) => line.includes(READY))).toHaveLength(1);
    command(t, "/exit");
    await t.shows("exit code 0");
    expect(await place.isTerminalBack()).toBe(true);
  });

  test("a stop, and all of it is there again when it goes on", async () => {
    const t = await started();
    t.press("C-z");
    await t.shows("stopped");
    expect(await place.isTerminalBack()).toBe(true);
    expect(t.modes().bracketedPasteMode).toBe(false);
    t.press("Enter");
    await t.shows(READY);
    command(t, "hello again");
    await t.shows('you said "hello again"');
    command(t, "/exit");
    await t.shows("exit code 0");
    expect(await place.isTerminalBack()).toBe(true);
  });

  test("a terminal that is closed: the program ends", async () => {
    const t = place.start();
    await t.shows(READY);
    const pid = await place.pid();
    await t.close();
    await t.until(() => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    }, "It is still there.");
  });
});
