import { expect, test } from "vitest";
import { createScrollback } from "./scrollback.ts";

const numbered = (count: number, word = "line") => Array.from({ length: count }, (_, at) => `${word} ${at + 1}`);

function filled(count: number) {
  const scrollback = createScrollback(() => "earlier");
  scrollback.add(numbered(count));
  scrollback.seen([], 4);
  return scrollback;
}

test("the last lines are seen, with the open ones below them", () => {
  expect(filled(10).seen(["open"], 4)).toEqual({ lines: ["line 8", "line 9", "line 10", "open"], below: 0 });
});

test("who looks back sees the same lines, whatever comes, and how many lie below", () => {
  const scrollback = filled(10);
  scrollback.scroll(-3);
  expect(scrollback.seen([], 4)).toEqual({ lines: numbered(7).slice(3), below: 3 });
  scrollback.add(["new"]);
  expect(scrollback.seen(["open"], 4)).toEqual({ lines: numbered(7).slice(3), below: 5 });
});

test("who has scrolled to the end follows what comes", () => {
  const scrollback = filled(10);
  scrollback.scroll(Number.NEGATIVE_INFINITY);
  expect(scrollback.seen([], 4).lines[0]).toBe("line 1");
  scrollback.scroll(Number.POSITIVE_INFINITY);
  scrollback.seen([], 4);
  scrollback.add(["new"]);
  expect(scrollback.seen([], 4)).toEqual({ lines: ["line 8", "line 9", "line 10", "new"], below: 0 });
});

test("in another width lines are painted anew where somebody knows how, and broken where nobody does", () => {
  const scrollback = createScrollback(() => "earlier");
  let width = 80;
  scrollback.add(["one two three"]);
  scrollback.add(["80 wide"], { again: () => [`${width} wide`, "…"] });
  width = 7;
  scrollback.repaint(7);
  expect(scrollback.seen([], 9).lines).toEqual(["one two", "three", "7 wide", "…"]);
  scrollback.repaint(80);
  expect(scrollback.seen([], 9).lines).toEqual(["one two three", "7 wide", "…"]);
});

test("what comes in pieces is painted anew as one; torn apart by something else, it stays as it is", () => {
  const scrollback = createScrollback(() => "earlier");
  const [one, other] = [{}, {}];
  scrollback.add(["a"], { of: one });
  scrollback.add(["b"], { of: one });
  scrollback.add([], { of: one, again: () => ["a b"] });
  scrollback.add(["c"], { of: other });
  scrollback.add(["between"]);
  scrollback.add(["d"], { of: other });
  scrollback.add([], { of: other, again: () => ["c d"] });
  scrollback.repaint(80);
  expect(scrollback.missing()).toEqual(["a b", "c", "between", "d"]);
});

test("who looks back when the width changes still sees what was looked at", () => {
  const scrollback = createScrollback(() => "earlier");
  for (const line of numbered(20)) scrollback.add([line], { again: () => [line, "more"] });
  scrollback.seen([], 4);
  scrollback.scroll(-6);
  expect(scrollback.seen([], 4).lines[0]).toBe("line 11");
  scrollback.repaint(40);
  expect(scrollback.seen([], 4).lines[0]).toBe("line 11");
});

test("what the terminal's own scrollback has is not given to it again", () => {
  const scrollback = createScrollback(() => "earlier");
  scrollback.add(["before"], { isThere: true });
  scrollback.add(["since"]);
  expect(scrollback.missing()).toEqual(["since"]);
});

test("of a session without end the newest lines are kept, and where the others are is said", () => {
  const scrollback = createScrollback(() => "earlier");
  for (let at = 0; at < 300; at++) scrollback.add(numbered(100, `batch ${at}`));
  scrollback.seen([], 4);
  scrollback.scroll(Number.NEGATIVE_INFINITY);
  const missing = scrollback.missing();
  expect(scrollback.seen([], 4).lines[0]).toBe("earlier");
  expect([missing[0], missing.at(-1)]).toEqual(["earlier", "batch 299 100"]);
  expect(missing.length).toBeLessThanOrEqual(20_001);
});
