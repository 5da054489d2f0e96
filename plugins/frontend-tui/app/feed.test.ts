import { type Call, type Session, type SessionEvent, type ToolResult, text } from "gantry/sdk";
import { expect, test } from "vitest";
import { createTheme } from "../paint/theme.ts";
import { createFeed } from "./feed.ts";
import { createStore } from "./store.ts";
import { createToolLines } from "./tool-lines.ts";

/** The lines that these events come to. */
function shown(...events: readonly object[]): readonly string[] {
  const printed: string[] = [];
  const options = () => ({ theme: createTheme({ name: "dark", depth: 0 }), width: 60 });
  const feed = createFeed({ cwd: "/w" } as Session, {
    screen: { print: (lines) => void printed.push(...lines), setTail: () => {} },
    drawNow: () => {},
    drawSoon: () => {},
    store: createStore({ columns: 60, rows: 24 }),
    tools: createToolLines(undefined, () => {}),
    meter: undefined,
    options,
    showsFigures: () => false,
    onShown: () => {},
  });
  for (const event of events) feed.take(event as SessionEvent);
  return printed;
}

const begun = (...words: readonly string[]) => ({
  type: "turn_start",
  input: { origin: "person", content: words.map(text) },
});
const input = { command: "ls" };
const call = { id: "c", tool: { name: "Bash" }, input, origin: "user" } as unknown as Call;
const result = (said: string, outcome = "ok") => ({ outcome, content: [text(said)], ms: 1 }) as unknown as ToolResult;
const ended = (said: string, outcome?: string) => [
  { type: "tool_start", call },
  { type: "tool_end", id: "c", tool: "Bash", input, result: result(said, outcome) },
];

test("a command that was typed for the shell stands with what it said, and that once", () => {
  const end = { type: "turn_end", end: { reason: "handled", text: "a.ts\nb.ts" }, ms: 1 };
  expect(shown(begun("!ls"), ...ended("a.ts\nb.ts\n"), end)).toEqual(["", "! ls", "  ⎿ a.ts", "    b.ts"]);
});

test("a long output is cut, and controls in it are none", () => {
  const long = Array.from({ length: 50 }, (_, at) => `${at}\u001b[2J`).join("\n");
  const lines = shown(begun("!ls"), ...ended(long));
  expect([lines.length, lines[2], lines.at(-1)]).toEqual([
    33,
    "  ⎿ 0<U+001B>[2J",
    "    … 20 more lines: Ctrl-O shows them",
  ]);
});

test("what was pasted is a prompt, and the calls of the model are told as ever", () => {
  const lines = shown(begun("!l", "s"), ...ended("a.ts"));
  expect(lines.slice(0, 2)).toEqual(["", "> !ls"]);
  expect(lines).toContain("● Bash ls");
});
