import fc from "fast-check";
import { MAX_INPUT_DEPTH, parseToolInput } from "gantry/sdk/kit/tool-input";
import { describe, expect, it } from "vitest";

function reasonAgainst(json: string): string {
  const read = parseToolInput(json);
  if (read.isValid) throw new Error(`accepted: ${JSON.stringify(read.value).slice(0, 100)}`);
  return read.reason;
}

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

describe("reading a model's tool input", () => {
  it("gives what JSON.parse gives for every object", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (value) => {
        const json = JSON.stringify(value);
        expect(parseToolInput(json)).toEqual({ isValid: true, value: JSON.parse(json) });
      }),
    );
  });

  it("never accepts the start of an object", () => {
    const json = JSON.stringify({ file_path: "/tmp/a", content: 'say "hi"\\', list: [1, { b: null }] });
    for (let length = 0; length < json.length; length++) expect(reasonAgainst(json.slice(0, length))).toBeTruthy();
  });

  it("says that an input was cut off", () => {
    expect(reasonAgainst('{"command": "echo hi"')).toContain("cut off after 21 characters");
    expect(reasonAgainst('{"command": "echo')).toContain("cut off after 17 characters");
  });

  it("says where an input is wrong", () => {
    expect(reasonAgainst('{"a": 1} rest')).toMatch(/not valid JSON at character 9/);
    expect(reasonAgainst("")).toContain("empty");
  });

  it.each([
    ["[1]", "a list"],
    ["null", "null"],
    ['"text"', "a string"],
    ["12", "a number"],
  ])("refuses %s, which is no object", (json, kind) => {
    expect(reasonAgainst(json)).toContain(`It is ${kind}, not a JSON object.`);
  });

  it("refuses a key that comes twice in one object, however it is spelt", () => {
    expect(reasonAgainst('{"command": "ls", "command": "rm -rf /"}')).toContain('"command" twice');
    expect(reasonAgainst('{"a": [{"b": 1, "c": {}, "b": 2}]}')).toContain('"b" twice');
    expect(reasonAgainst('{"path": 1, "\\u0070ath": 2}')).toContain('"path" twice');
  });

  it("takes the same key in different objects, and commas, braces and quotes inside texts", () => {
    const json = '{"a": {"a": [{"a": 1}, {"a": "a"}, "a", "a"]}, "b": ",\\"a\\": {", "c\\\\": "\\\\"}';
    expect(parseToolInput(json)).toEqual({ isValid: true, value: JSON.parse(json) });
  });

  it("refuses more than 200 levels, even very many more", () => {
    expect(parseToolInput(nested(MAX_INPUT_DEPTH)).isValid).toBe(true);
    expect(reasonAgainst(nested(MAX_INPUT_DEPTH + 1))).toContain("more than 200 levels");
    expect(reasonAgainst(`{"a": ${"[".repeat(20_000)}${"]".repeat(20_000)}}`)).toContain("200 levels");
  });

  it("does not touch prototypes", () => {
    const read = parseToolInput('{"__proto__": {"isAdmin": true}}');
    expect(read.isValid).toBe(true);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });
});
