import { describe, expect, test } from "vitest";
import { createFind } from "./filter.ts";

const NAMES = ["src/session/model.ts", "models", "docs/model-list.md", "Übersicht", "漢字 session", "a.b"];

const finds = (typed: string, names: readonly string[] = NAMES) =>
  createFind<string>((name) => name.toLowerCase())(names, typed);

describe("what is typed", () => {
  test("finds what begins with it, then what has it in a word, then what has its signs in order", () => {
    expect(finds("model")).toEqual(["models", "docs/model-list.md", "src/session/model.ts"]);
    expect(finds("mdl")).toEqual(["models", "src/session/model.ts", "docs/model-list.md"]);
    expect(finds("sm")).toEqual(["src/session/model.ts"]);
  });

  test("has to be there with all of its words, in any order and case", () => {
    expect(finds("MODEL src")).toEqual(["src/session/model.ts"]);
    expect(finds("übers")).toEqual(["Übersicht"]);
    expect(finds("字")).toEqual(["漢字 session"]);
    expect(finds("model nowhere")).toEqual([]);
  });

  test("is no expression", () => {
    expect(finds("a.b")).toEqual(["a.b"]);
    expect(finds(".*")).toEqual([]);
  });

  test("finds the same when it is typed sign by sign", () => {
    const find = createFind<string>((name) => name.toLowerCase());
    for (const typed of ["m", "mo", "mod", "mod s", "mod", "", "s", "se", "ses"]) {
      expect(find(NAMES, typed)).toEqual(finds(typed));
    }
    expect(find(["session"], "ses")).toEqual(["session"]);
  });
});
