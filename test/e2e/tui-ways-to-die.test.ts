import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { gone, numberIn } from "./program.ts";
import type { Pty } from "./pty.ts";
import { createTuiPlace, type TuiPlace, type TuiStart } from "./tui.ts";

// Whatever ends the program, the terminal is as it was, and nothing of it runs on.

const places: TuiPlace[] = [];
afterAll(() => Promise.all(places.map((place) => place.remove())));

const READY = "? for shortcuts";

type View = "default" | "fullscreen";

interface Session {
  readonly t: Pty;
  readonly place: TuiPlace;
}

async function started({ view = "default", ...options }: TuiStart & { view?: View } = {}): Promise<Session> {
  const place = await createTuiPlace();
  places.push(place);
  await mkdir(path.join(place.home, ".claude"), { recursive: true });
  await writeFile(path.join(place.home, ".claude/settings.json"), JSON.stringify({ tui: view }));
  const t = place.start({ isInShell: true, ...options });
  return { t, place };
}

function command(t: Pty, text: string): void {
  t.type(text);
  t.press("Enter");
}

// ---------------------------------------------------------------- where it is when it ends

const STATES: Readonly<Record<string, (t: Pty) => Promise<void>>> = {
  "at rest": async () => {},
  "in the middle of an answer": async (t) => {
    command(t, "wait");
    await t.shows("waiting for you");
  },
  "with a command at work": async (t) => {
    command(t, "run sleep 1000");
    await t.shows("Bash sleep 1000");
  },
  "asking for permission": async (t) => {
    command(t, "run touch made");
    await t.shows("May it run?");
  },
  "with all of the conversation on the other screen": async (t) => {
    command(t, "say hello");
    await t.shows("● hello");
    await t.hides("Working");
    t.press("C-o");
    await t.shows("q leaves");
  },
  "with a panel": async (t) => {
    command(t, "/pick");
    await t.shows("Colours");
  },
  "with a menu": async (t) => {
    t.type("/pi");
    await t.shows("/pick");
  },
};

type State = keyof typeof STATES;

const kill =
  (...signals: readonly NodeJS.Signals[]) =>
  async ({ place }: Session) => {
    const pid = await place.pid();
    for (const signal of signals) process.kill(pid, signal);
  };

const WAYS: readonly (readonly [string, State, number, (session: Session) => unknown])[] = [
  ["/exit", "at rest", 0, ({ t }) => command(t, "/exit")],
  ["Ctrl-D twice", "at rest", 0, ({ t }) => t.press("C-d", "C-d")],
  ["Ctrl-C twice", "at rest", 0, ({ t }) => t.press("C-c", "C-c")],
  ["SIGTERM", "with a command at work", 143, kill("SIGTERM")],
  ["SIGHUP", "in the middle of an answer", 129, kill("SIGHUP")],
  ["SIGQUIT", "in the middle of an answer", 131, kill("SIGQUIT")],
  ["SIGINT from outside", "with a menu", 130, kill("SIGINT")],
  ["SIGTERM twice", "with a command at work", 143, kill("SIGTERM", "SIGTERM")],
  ["SIGTERM", "asking for permission", 143, kill("SIGTERM")],
  ["SIGTERM", "with all of the conversation on the other screen", 143, kill("SIGTERM")],
  ["SIGTERM twice", "with all of the conversation on the other screen", 143, kill("SIGTERM", "SIGTERM")],
  ["SIGHUP", "with a panel", 129, kill("SIGHUP")],
  ["a plugin that ends the program", "at rest", 7, ({ t }) => command(t, "/gone")],
];

/** The same where the conversation has the whole screen. */
const FULL_WAYS: typeof WAYS = [
  ["/exit", "at rest", 0, ({ t }) => command(t, "/exit")],
  ["SIGTERM", "with a command at work", 143, kill("SIGTERM")],
  ["SIGTERM twice", "asking for permission", 143, kill("SIGTERM", "SIGTERM")],
  ["SIGTERM", "with all of the conversation on the other screen", 143, kill("SIGTERM")],
  ["SIGHUP", "with a panel", 129, kill("SIGHUP")],
  ["a plugin that ends the program", "at rest", 7, ({ t }) => command(t, "/gone")],
];

/** What is done, what is told of it, and how it is left. */
const BROKEN: readonly (readonly [string, string, ...string[]])[] = [
  ["/crash", "crashed on purpose"],
  ["/reject", "rejected on purpose"],
  ["look torn", "no drawing"],
  ["/odd nothing", "There is no panel of the type"],
  ["/odd items", "panel.actions.map"],
  ["/odd load", "not loaded", "Escape"],
  ["/odd preview", "no preview", "Escape"],
];

/** One live part is there, nothing is at work, and the editor is empty. */
function isAtRest(t: Pty): boolean {
  const lines = t.frame();
  const has = (text: string) => lines.filter((line) => line.includes(text)).length;
  return has(READY) === 1 && has("Working") === 0 && lines.includes(">");
}

describe.concurrent("the terminal is as it was, and nothing runs on", () => {
  test.each(WAYS)("after %s, %s", async (_, state, code, end) => {
    const session = await started({ args: "--allowedTools Bash(sleep:*)" });
    const { t, place } = session;
    const before = t.state();
    await t.shows(READY);
    expect(t.state()).not.toEqual(before);
    await STATES[state]?.(t);
    await end(session);
    await expectEnded(session, code, before);
    expect(place.programs()).toEqual([]);
  });

  test.each(FULL_WAYS)("with the whole screen, after %s, %s", async (_, state, code, end) => {
    const session = await started({ args: "--allowedTools Bash(sleep:*)", view: "fullscreen" });
    const { t, place } = session;
    const before = t.state();
    await t.shows(READY);
    expect(t.state().screen).toBe("alternate");
    command(t, "say this stays");
    await t.shows("● this stays");
    await t.until(() => isAtRest(t), "It did not end.");
    await STATES[state]?.(t);
    await end(session);
    await expectEnded(session, code, before);
    expect(place.programs()).toEqual([]);
    // It is not lost, and stands there once.
    expect(t.everything().filter((line) => line === "● this stays")).toHaveLength(1);
  });

  test("after a session that cannot be opened", async () => {
    const session = await started({ args: "--resume 00000000-0000-4000-8000-000000000000" });
    await expectEnded(session, 1, session.t.state());
    expect(session.t.everything().join("\n")).toContain("gantry: ");
  });

  test.each<View>(["default", "fullscreen"])(
    "while it is stopped, and after it has gone on and ended, %s",
    async (view) => {
      const session = await started({ view });
      const { t, place } = session;
      const before = t.state();
      await t.shows(READY);
      t.press("C-z");
      await t.shows("stopped");
      expect(t.state()).toEqual(before);
      expect(await place.isTerminalBack()).toBe(true);
      t.press("Enter");
      await t.shows(READY);
      command(t, "hello again");
      await t.shows('you said "hello again"');
      command(t, "/exit");
      await expectEnded(session, 0, before);
    },
  );

  test("after a session in which plugins have broken whatever they could", async () => {
    const session = await started();
    const { t } = session;
    const before = t.state();
    await t.shows(READY);
    for (const [at, [wish, told, ...keys]] of BROKEN.entries()) {
      command(t, wish);
      await t.shows(told);
      t.press(...keys);
      await t.until(() => isAtRest(t), `${wish} was not over.`);
      command(t, `hello ${at}`);
      await t.shows(`you said "hello ${at}"`);
      await t.until(() => isAtRest(t), "It went on.");
    }
    command(t, "/exit");
    await expectEnded(session, 0, before);
  });

  test.each([
    ["is told of it", {}],
    ["learns of it when it writes", { isInShell: true, isDeaf: true }],
  ])("a terminal that goes away ends the program, which %s", async (_, how) => {
    const { t, place } = await started({ isInShell: false, ...how, args: "--allowedTools Bash(sleep:*)" });
    await t.shows(READY);
    await STATES["with a command at work"]?.(t);
    const pid = await place.pid();
    t.hangUp();
    await gone(pid);
    await t.until(() => place.programs().length === 0, `Still there: ${place.programs()}.`);
    expect("isDeaf" in how ? await numberIn(path.join(place.base, "code")) : await t.ended).toBe(129);
  });
});

async function expectEnded({ t, place }: Session, code: number, before: ReturnType<Pty["state"]>): Promise<void> {
  await t.shows(new RegExp(`^exit code ${code}$`));
  expect(t.state()).toEqual(before);
  expect(await place.isTerminalBack()).toBe(true);
  // Nothing of the live part is left.
  expect(t.everything().join("\n")).not.toContain(READY);
}
