import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { FrontendHost, Settings } from "gantry/sdk";
import { expect, onTestFinished, test } from "vitest";
import { openEarly } from "./opening.ts";

/** A host whose terminal keeps what is written to it. */
async function opened(settings: Readonly<Record<string, unknown>> = {}, env: Readonly<Record<string, string>> = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode() {} });
  let written = "";
  const stdout = Object.assign(new EventEmitter(), {
    isTTY: true,
    columns: 40,
    rows: 10,
    write(text: string) {
      written += text;
      return true;
    },
  });
  const layered = { get: (path: string) => settings[path] } as unknown as Settings;
  const host = {
    stdin,
    stdout,
    stderr: new PassThrough(),
    info: { env, claudeFolder: "nowhere" },
    service: async () => layered,
    report: () => ({ plugins: [] }),
  } as unknown as FrontendHost;
  const opening = await openEarly(host);
  onTestFinished(() => opening.terminal.close());
  return { opening, stdin, stdout, written: () => written };
}

const heard = () => {
  const all: string[] = [];
  return {
    all,
    parts: {
      onBytes: (bytes: Buffer) => void all.push(`bytes ${bytes}`),
      onResize: () => void all.push("resize"),
      onStray: (text: string) => void all.push(`stray ${text}`),
      onEnd: () => void all.push("end"),
    },
  };
};

test("the editor stands there before anything else is loaded", async () => {
  const { written } = await opened();
  const border = "─".repeat(40);
  const shown = stripVTControlCharacters(written().slice(written().indexOf("─")));
  expect(shown.trim().split(/\s*\r\n/)).toEqual([border, ">", border]);
});

test("what comes before anybody hears it is told first, in order, and the rest at once", async () => {
  const { opening, stdin, stdout } = await opened();
  stdin.write("early");
  await new Promise((resolve) => setImmediate(resolve));
  stdout.write("printed by a plugin");
  const { all, parts } = heard();
  opening.handTo(parts);
  expect(all).toEqual(["bytes early", "stray printed by a plugin"]);
  stdin.write("late");
  await new Promise((resolve) => setImmediate(resolve));
  stdin.end();
  await new Promise((resolve) => setImmediate(resolve));
  expect(all.slice(2, 4)).toEqual(["bytes late", "end"]);
});

test("a terminal with colours is asked what lies behind the text, and one without is not", async () => {
  const ASKED = "\u001b]11;?";
  expect((await opened({}, { TERM: "xterm-256color" })).written()).toContain(ASKED);
  expect((await opened({}, { TERM: "xterm-256color", NO_COLOR: "1" })).written()).not.toContain(ASKED);
});

test("where the settings say so, all of the conversation is on the other screen from the first frame on", async () => {
  const { opening, written } = await opened({ tui: "fullscreen" });
  expect(written().indexOf("\u001b[?1049h")).toBeLessThan(written().indexOf("─"));
  expect(opening.terminal.screen.isFull).toBe(true);
  expect((await opened()).written()).not.toContain("\u001b[?1049h");
});
