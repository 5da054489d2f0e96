import fc from "fast-check";
import { expect, test } from "vitest";
import * as edit from "./buffer.ts";
import { columnsIn, layOut, rowOf, vertical } from "./layout.ts";

/** A buffer of a text in which `|` is the cursor. */
function at(marked: string, chips: readonly string[] = []): edit.Buffer {
  const cursor = marked.indexOf("|");
  return { ...edit.EMPTY, chips, text: marked.replace("|", ""), cursor };
}

function marked({ text, cursor }: edit.Buffer): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

function moved(place: keyof typeof edit.PLACES) {
  return (buffer: edit.Buffer) => edit.moveTo(buffer, edit.PLACES[place](buffer));
}

test.each([
  ["ab|", moved("left"), "a|b"],
  ["a👩‍💻|b", moved("left"), "|a👩‍💻b".replace("|a", "a|")],
  ["e\u0301|x", moved("left"), "|e\u0301x"],
  ["|👍🏽x", moved("right"), "👍🏽|x"],
  ["a|\nb", moved("right"), "a\n|b"],
  ["foo bar-baz|", moved("wordLeft"), "foo bar-|baz"],
  ["|  foo bar", moved("wordRight"), "  foo| bar"],
  ["one\ntw|o", moved("lineStart"), "one\n|two"],
  ["on|e\ntwo", moved("lineEnd"), "one|\ntwo"],
  ["|", moved("left"), "|"],
  ["a字|", edit.deleteBackward, "a|"],
  ["a|字b", edit.deleteForward, "a|b"],
  ["foo bar-baz|", edit.killWordBackward, "foo |"],
  ["one|two\nthree", edit.killToEnd, "one|\nthree"],
  ["one|\nthree", edit.killToEnd, "one|three"],
  ["a\nb c|d", edit.killToStart, "a\n|d"],
  ["a\n|d", edit.killToStart, "a|d"],
])("%j becomes %3$j", (before, deed, after) => {
  expect(marked(deed(at(before)))).toBe(after);
});

const CHIP = "[Image #1]";

test.each([
  [`x${CHIP}|`, moved("left"), `x|${CHIP}`],
  [`x|${CHIP}y`, moved("right"), `x${CHIP}|y`],
  [`x${CHIP}|y`, edit.deleteBackward, "x|y"],
  [`x |${CHIP} y`, moved("wordRight"), `x ${CHIP}| y`],
  [`x ${CHIP} |y`, moved("wordLeft"), `x |${CHIP} y`],
  [`x ${CHIP}|`, edit.killWordBackward, "x |"],
])("a chip is one sign: %j becomes %3$j", (before, deed, after) => {
  expect(marked(deed(at(before, [CHIP])))).toBe(after);
});

test("a text that only looks like a chip is text", () => {
  expect(marked(edit.deleteBackward(at(`${CHIP}|`)))).toBe("[Image #1|");
});

test("words are undone one by one, and done again", () => {
  let buffer = edit.EMPTY;
  for (const sign of "one two") buffer = edit.insert(buffer, sign);
  buffer = edit.deleteBackward(edit.deleteBackward(buffer));
  const seen = [buffer.text];
  for (let n = 0; n < 4; n++) {
    buffer = edit.undo(buffer);
    seen.push(buffer.text);
  }
  expect(seen).toEqual(["one t", "one two", "one", "", ""]);
  expect(edit.redo(edit.redo(edit.redo(buffer))).text).toBe("one t");
  expect(edit.redo(edit.insert(edit.undo(edit.insert(buffer, "x")), "y")).text).toBe("y");
});

test("what is cut in a row is one, and what was cut before comes back", () => {
  let buffer = edit.killToEnd(edit.moveTo(at("first|"), 0));
  buffer = edit.insert(buffer, "a b c");
  buffer = edit.killWordBackward(edit.killWordBackward(buffer));
  expect(buffer.kills).toEqual(["b c", "first"]);
  buffer = edit.yank(buffer);
  expect(marked(buffer)).toBe("a b c|");
  buffer = edit.yankPop(buffer);
  expect(marked(buffer)).toBe("a first|");
  expect(edit.yankPop(buffer).text).toBe("a b c");
  expect(edit.yankPop(edit.insert(buffer, "!")).text).toBe("a first!");
});

test("what is selected is replaced, or deleted", () => {
  const selected = edit.moveTo(at("one |two"), 7, true);
  expect(edit.selection(selected)).toEqual({ from: 4, to: 7 });
  expect(edit.insert(selected, "2").text).toBe("one 2");
  expect(edit.deleteBackward(selected).text).toBe("one ");
  expect(edit.selection(edit.moveTo(selected, 0))).toBeUndefined();
});

test("a mark that joins the sign before it does not join a chip", () => {
  const chip = edit.withChip(edit.EMPTY, CHIP);
  const marked = edit.insert(edit.insert(chip, "\u0301"), "\u0301");
  expect(edit.moveTo(marked, marked.cursor).cursor).toBe(marked.cursor);
  expect(edit.PLACES.left(edit.moveTo(marked, CHIP.length))).toBe(0);
});

test("whatever is done, the cursor stands where it may, and all can be undone", () => {
  const deeds = [
    ...Object.keys(edit.PLACES).map((place) => moved(place as keyof typeof edit.PLACES)),
    ...[edit.deleteBackward, edit.deleteForward, edit.killToEnd, edit.killToStart, edit.killWordBackward],
    ...[edit.yank, edit.yankPop, edit.undo, edit.redo],
    (buffer: edit.Buffer) => edit.withChip(buffer, CHIP),
    ...["a", "字", "👩‍💻", "\u0301", " ", "\n", "[Image #1"].map(
      (text) => (buffer: edit.Buffer) => edit.insert(buffer, text),
    ),
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...deeds), { maxLength: 40 }), (done) => {
      let buffer = edit.EMPTY;
      for (const deed of done) {
        buffer = deed(buffer);
        const { text, cursor, chips } = buffer;
        expect(edit.moveTo(buffer, cursor).cursor).toBe(cursor);
        const rows = layOut(text, 7, chips);
        expect(rows.map(({ from, to, isLast }) => text.slice(from, to) + (isLast ? "\n" : "")).join("")).toBe(
          `${text}\n`,
        );
      }
      while (buffer.past.length) buffer = edit.undo(buffer);
      expect(buffer.text).toBe("");
    }),
  );
});

test.each([
  ["hello big world", 9, ["hello big", " world"]],
  ["hello bigger world", 9, ["hello ", "bigger ", "world"]],
  ["字字字字", 5, ["字字", "字字"]],
  ["👩‍💻👩‍💻", 3, ["👩‍💻", "👩‍💻"]],
  ["abcdefghij", 4, ["abcd", "efgh", "ij"]],
  ["", 4, [""]],
  ["a\n", 4, ["a", ""]],
])("%j in %i columns", (text, columns, rows) => {
  expect(layOut(text, columns).map(({ from, to }) => text.slice(from, to))).toEqual(rows);
});

test("up and down keep the column, over shorter rows too", () => {
  const text = "hello world\nab\nwide enough";
  const rows = layOut(text, 80);
  const first = vertical({ text, cursor: 8, chips: [] }, rows, 1);
  expect(first).toEqual({ place: 14, goal: 8 });
  const second = vertical({ text, cursor: 14, chips: [], goal: 8 }, rows, 1);
  expect(text.slice(15, second?.place)).toBe("wide eno");
  expect(vertical({ text, cursor: 0, chips: [] }, rows, -1)).toBeUndefined();
  expect(rowOf(rows, 12)).toBe(1);
  expect(columnsIn("a\tb", 0, 3)).toBe(6);
});
