import { expect, test } from "vitest";
import { createTheme } from "../paint/theme.ts";
import { width } from "../paint/width.ts";
import { expanded, hold, RULE, SPRING } from "./frame.ts";

const theme = createTheme({ name: "dark", depth: 0 });
const frame = (...lines: readonly string[]) => expanded(lines, 20, theme);

test("a line that is held is one sign to Ink, and itself again in the frame", () => {
  const line = "\u001b[1mlong and painted\u001b[22m";
  const sign = hold(line);
  expect([...sign]).toHaveLength(1);
  expect(width(sign)).toBe(1);
  expect(frame("above", sign)).toEqual(["above", line]);
});

test("the same line is the same sign, another is another", () => {
  expect(hold("one line")).toBe(hold("one line"));
  expect(hold("one line")).not.toBe(hold("other line"));
});

test("what is no longer than its sign is not held", () => {
  expect([hold(""), hold("a")]).toEqual(["", "a"]);
});

test("lines that are shown stay, however many others come and go", () => {
  const sign = hold("the one that stays");
  for (let at = 0; at < 5000; at++) {
    hold(`line ${at}`);
    expect(frame(sign)).toEqual(["the one that stays"]);
  }
});

test("signs are used again, and never for two lines at once", () => {
  const lines = Array.from({ length: 900 }, (_, at) => `kept ${at}`);
  for (let at = 0; at < 3000; at++) hold(`gone ${at}`);
  const signs = lines.map(hold);
  expect(new Set(signs).size).toBe(lines.length);
  expect(frame(...signs)).toEqual(lines);
});

test("a rule is as wide as the window, and what follows a spring ends at the right", () => {
  expect(frame(RULE)).toEqual(["─".repeat(20)]);
  const [line = ""] = frame(`left${SPRING}right`);
  expect([line, width(line)]).toEqual(["left         right", 18]);
  expect(frame(`${"x".repeat(15)}${SPRING}right`)).toEqual([`${"x".repeat(15)} right`]);
  expect(frame(hold(`held${SPRING}right`))).toEqual(["held         right"]);
});
