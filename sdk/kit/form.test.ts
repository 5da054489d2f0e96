import type { FormField } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { choiceText, formMessage, formProblems, joinOthers, readField, splitOthers } from "./form.ts";

describe("a field", () => {
  it("takes what was typed for the type that it has", () => {
    const colours = [
      { value: "r", title: "Red" },
      { value: "g", title: "Green" },
    ];
    expect(readField({ name: "a", type: "integer", isRequired: true }, " 12 ")).toEqual({ kind: "value", value: 12 });
    expect(readField({ name: "a", type: "boolean", isRequired: true }, "Yes")).toEqual({ kind: "value", value: true });
    expect(readField({ name: "a", type: "choice", choices: colours, isRequired: true }, "2")).toEqual({
      kind: "value",
      value: "g",
    });
    expect(readField({ name: "a", type: "choices", choices: colours, isRequired: true }, "Red, g")).toEqual({
      kind: "value",
      value: ["r", "g"],
    });
  });

  it("takes the default for nothing, and nothing where nothing is needed", () => {
    expect(readField({ name: "a", type: "text", isRequired: true, default: "x" }, "")).toEqual({
      kind: "value",
      value: "x",
    });
    expect(readField({ name: "a", type: "text", isRequired: false }, " ")).toEqual({ kind: "none" });
    expect(readField({ name: "a", type: "text", isRequired: true }, "")).toMatchObject({ kind: "problem" });
  });

  it("takes what is none of its choices only where that is allowed", () => {
    const field = { name: "a", choices: [{ value: "r", title: "Red" }], isRequired: true } as const;
    const open = { ...field, allowsOther: true };
    expect(readField({ ...open, type: "choice" }, "teal")).toEqual({ kind: "value", value: "teal" });
    expect(readField({ ...open, type: "choices" }, "1, teal")).toEqual({ kind: "value", value: ["r", "teal"] });
    expect(readField({ ...field, type: "choice" }, "teal")).toMatchObject({ kind: "problem" });
    expect(formProblems({ fields: [{ ...open, type: "choice" }] }, { a: "  " })).toHaveProperty("a");
  });

  it("says what is wrong", () => {
    const problem = (field: Parameters<typeof readField>[0], text: string) => {
      const reading = readField(field, text);
      return reading.kind === "problem" ? reading.problem : undefined;
    };
    expect(problem({ name: "a", type: "integer", isRequired: true }, "1.5")).toBe("It has to be a whole number.");
    expect(problem({ name: "a", type: "number", isRequired: true, max: 3 }, "4")).toBe("It has to be at most 3.");
    expect(problem({ name: "a", type: "text", isRequired: true, format: "email" }, "me")).toBe(
      "It has to be of the form email.",
    );
  });
});

describe("a form", () => {
  it("has what is to be read and what a choice means in one text", () => {
    expect(formMessage({ message: "Go?", body: [{ type: "code", text: "1. Build" }] })).toBe("Go?\n\n1. Build");
    expect(formMessage({ message: "Go?" })).toBe("Go?");
    expect(choiceText({ value: "a", title: "Anchor", description: "stay" })).toBe("Anchor: stay");
  });

  it("names what is missing, wrong, or not asked for", () => {
    const fields = [
      { name: "name", type: "text", isRequired: true },
      { name: "age", type: "integer", isRequired: false },
    ] as const;
    expect(formProblems({ fields }, { name: "Ada", age: 3 })).toEqual({});
    expect(Object.keys(formProblems({ fields }, { age: 1.5, constructor: "x" } as never))).toEqual([
      "name",
      "age",
      "constructor",
    ]);
  });
});

describe("a choice that allows another text, where one is offered at a time", () => {
  const choice = { name: "sea", type: "choice", choices: [{ value: "n", title: "North" }], isRequired: true } as const;
  const fields: readonly FormField[] = [
    { ...choice, allowsOther: true },
    { ...choice, name: "piers", type: "choices", allowsOther: true, otherTitle: "And" },
    { ...choice, name: "name" },
  ];

  it("is two fields, neither of which has to be filled in", () => {
    expect(splitOthers(fields).map(({ name, title, isRequired }) => [name, title, isRequired])).toEqual([
      ["sea", undefined, false],
      ["sea_other", "Something else", false],
      ["piers", undefined, false],
      ["piers_other", "And", false],
      ["name", undefined, true],
    ]);
  });

  it("is one value again: the text before the choice, and beside choices", () => {
    const values = { sea: "n", sea_other: "Baltic", piers: ["n"], piers_other: "east", name: "n", name_other: "kept" };
    expect(joinOthers(fields, values)).toEqual({ sea: "Baltic", piers: ["n", "east"], name: "n", name_other: "kept" });
    expect(joinOthers(fields, { sea: "n", sea_other: " ", piers_other: "east" })).toEqual({
      sea: "n",
      piers: ["east"],
    });
    expect(joinOthers(fields, {})).toEqual({});
  });
});
