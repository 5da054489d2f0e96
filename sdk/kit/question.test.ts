import fc from "fast-check";
import { type Call, NO_VERDICT, type Question, type Verdict, z } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { exactText, questionParts, questionTargets } from "./question.ts";

const question = (input: unknown, verdict: Partial<Verdict> = {}, tool: Partial<Call["tool"]> = {}): Question => ({
  call: {
    id: "1",
    tool: { name: "Tool", owner: "o", description: "", input: z.unknown(), ...tool },
    input,
    origin: "model",
  },
  verdict: { ...NO_VERDICT, decision: "ask", ...verdict },
});
const offer = { rules: ["Tool(a:*)"], covers: "a with any words", file: "/f.json" };
const partsOf = (asked: Question, some: typeof offer | undefined = offer) =>
  questionParts(asked, { targets: [], offer: some });
const answers = (asked: Question, some?: typeof offer) => partsOf(asked, some).offers.map(({ answer }) => answer);

describe("the parts of a question", () => {
  it("never hold a line end or a sign without ink, whatever the call and the verdict say", () => {
    const nasty = fc.string({
      unit: fc.constantFrom("a", "\n", "\r", "\u001b", "\u202e", "\u00a0", "\u2028", "\ud800", "\u200b"),
    });
    fc.assert(
      fc.property(nasty, nasty, nasty, (one, two, three) => {
        const asked = question(
          { [one]: two, old_string: one, new_string: three },
          { reason: two, rule: three },
          { name: one },
        );
        const parts = questionParts(asked, {
          targets: [one],
          offer: { rules: [one], covers: two, file: three },
        });
        const texts = JSON.parse(JSON.stringify(parts), (_, value) =>
          typeof value === "object" && value !== null ? Object.values(value).flat(9) : value,
        );
        for (const text of texts.filter((value: unknown) => typeof value === "string")) {
          expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}]|(?! )\p{Zs}/u);
        }
      }),
    );
  });

  it("show an edit as what goes and what comes, also where only the last line end differs", () => {
    const diff = (old_string: string, new_string: string) => partsOf(question({ old_string, new_string })).diff;
    expect(diff("a\nb", "a\nc")).toEqual([" a", "-b", "+c"]);
    expect(diff("", "new\nfile\n")).toEqual(["+new", "+file"]);
    expect(diff("a\n", "a")).toEqual(["-a", "+a", "\\ No newline at end of file"]);
    expect(diff("same", "same")).toEqual([]);
  });

  it("offer more than once only where a yes would hold", () => {
    expect(answers(question({}))).toEqual(["once", "session", "always", "no"]);
    expect(answers(question({}), { ...offer, rules: [] })).toEqual(["once", "session", "no"]);
    expect(answers(question({}, { by: "gate" }))).toEqual(["once", "no"]);
    expect(answers(question({}, { by: "rules", rule: "Tool" }, { traits: { readOnly: true } }))).toEqual([
      "once",
      "no",
    ]);
    expect(answers(question({}, { by: "modes" }, { traits: { readOnly: true } }))).toContain("always");
    expect(questionParts(question({}), { targets: [], offer: undefined }).offers).toHaveLength(2);
  });

  it("take any input for what it is", () => {
    expect(partsOf(question(undefined)).fields).toEqual([
      { name: "input", lines: ["undefined"], isSubject: false, isInDiff: false },
    ]);
    expect(partsOf(question(["a"])).fields[0]?.lines).toEqual(["[", '  "a"', "]"]);
    expect(partsOf(question({})).fields).toEqual([]);
  });
});

describe("where a path leads", () => {
  const path = { permission: { family: "Edit", path: "file_path" } };
  const targets = (file_path: unknown, places?: readonly string[]) =>
    questionTargets({ ...question({ file_path }, {}, path).call, ...(places && { places }) }, "/shop");

  it("is told where it is not what is written", () => {
    expect(targets("/shop/a", ["/shop/a"])).toEqual([]);
    expect(targets("src/../../etc/a", ["/etc/a"])).toEqual(["/etc/a"]);
    expect(targets("~/a", ["/home/me/a", "/disk/a"])).toEqual(["/home/me/a", "/disk/a"]);
    expect(targets(7, ["/shop"])).toEqual([]);
    expect(targets("src/a", ["/shop/src/a"])).toEqual([]);
    expect(targets("src/a", ["/shop/src/a", "/disk/a"])).toEqual(["/disk/a"]);
    expect(targets("src/../a", ["/shop/a"])).toEqual(["/shop/a"]);
  });

  it("is not passed over in silence where it leads nowhere", () => {
    expect(targets("a\0")).toEqual(["(nowhere: no file can have this path)"]);
  });
});

it("exact text writes out what looks like something else, and keeps what has ink", () => {
  expect(exactText("a\tb\nc é 你 👩")).toBe("a\tb\nc é 你 👩");
  expect(exactText("x\r\ny\u3164\u2800\u200d\ufeff")).toBe("x<U+000D>\ny<U+3164><U+2800><U+200D><U+FEFF>");
});
