import fc from "fast-check";
import { JsonProblem, parseJsonText, placeInJson } from "gantry/sdk/kit/json-text";
import { describe, expect, it } from "vitest";

function problemOf(text: string): JsonProblem {
  try {
    parseJsonText(text);
  } catch (error) {
    if (error instanceof JsonProblem) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

describe("JSON as people write it", () => {
  it("is what JSON.parse makes of it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseJsonText(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("is never what JSON.parse refuses", () => {
    const pieces = fc.constantFrom(
      '"',
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      "1",
      "-",
      ".",
      "e",
      "0",
      "true",
      "nul",
      "\\",
      "u00e9",
      " ",
      "\n",
      "a",
      "\u0000",
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 12 }).map((all) => all.join("")),
        (text) => {
          let expected: unknown;
          try {
            expected = JSON.parse(text);
          } catch {
            problemOf(text);
            return;
          }
          expect(parseJsonText(text)).toEqual(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("says where it is wrong, in lines and letters as an editor counts them", () => {
    expect(problemOf('{\r\n  "é😀": tru\r\n}')).toMatchObject({ line: 2, column: 9 });
    expect(problemOf('{\n "a": 1,\n "b": "x\n"}')).toMatchObject({ line: 3, column: 7 });
    expect(problemOf('{"a": 1} x').message).toContain("where nothing more is expected");
  });

  it("has no key twice, however it is spelt", () => {
    expect(problemOf('{"deny": 1, "\\u0064eny": 2}').message).toContain('"deny" is there twice');
  });

  it("is not nested so deep that reading it breaks", () => {
    expect(problemOf("[".repeat(100_000)).message).toContain("nested deeper than");
  });
});

describe("a place in JSON", () => {
  const text = '{\n  "a": [1, {"b": 2}],\n  "é😀": {"a": 3}, "c": 4\n}';

  it.each([
    [["a"], 2, 3],
    [["a", 0], 2, 9],
    [["a", 1, "b"], 2, 13],
    [["é😀", "a"], 3, 10],
    [["c"], 3, 19],
    [["c", "deeper"], 3, 19],
    [["a", 7], 2, 3],
  ])("of %j is where its key or element begins", (path, line, column) => {
    expect(placeInJson(text, path)).toEqual({ line, column });
  });

  it("is unknown for what is not there, and in a text that is not JSON", () => {
    expect(placeInJson(text, ["b"])).toBeUndefined();
    expect(placeInJson(text, [])).toBeUndefined();
    expect(placeInJson('{"a": 1', ["a"])).toBeUndefined();
  });
});
