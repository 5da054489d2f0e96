import fc from "fast-check";
import { jsonProblem, parseStrictJson } from "gantry/sdk/kit/strict-json";
import { describe, expect, it } from "vitest";

describe("JSON of other programs", () => {
  it("is what JSON.parse makes of it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        if (text.includes('"__proto__"')) return;
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['{"a":1,"a":2}', 'line 1, column 8: the key "a" is there twice'],
    ['[{"b":{"a":":","\\u0061":2}}]', 'line 1, column 16: the key "a" is there twice'],
    ['{"\\\\":1,"\\\\":2}', 'the key "\\\\" is there twice'],
    ['{"id":1,"__proto__":{"isAdmin":true}}', 'it has the key "__proto__"'],
    ['{"id":1,"\\u005f_proto__":null}', 'it has the key "__proto__"'],
    ["[".repeat(201) + "]".repeat(201), "it is nested deeper than 200"],
    ["[".repeat(100_000) + "]".repeat(100_000), "it is nested deeper than 200"],
  ])("is refused: %.60s", (text, problem) => {
    expect(() => parseStrictJson(text)).toThrow(problem);
  });

  it("may have the same key in different objects, and in strings whatever it likes", () => {
    const text = String.raw`{"a":{"a":1},"b":[{"a":":"},{"a":"\"x\":1,\\"}],"constructor":"\\\":"}`;
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  it("may be no deeper and no longer than the reader wants", () => {
    expect(parseStrictJson("[[1]]", { maxDepth: 2, maxLength: 5 })).toEqual([[1]]);
    expect(() => parseStrictJson("[[1]]", { maxDepth: 1 })).toThrow("nested deeper than 1");
    expect(() => parseStrictJson("[[1]]", { maxLength: 4 })).toThrow("longer than 4 characters");
  });

  it("that others have read is looked at too", () => {
    expect(jsonProblem({ a: [1, { b: 2 }], c: null })).toBeUndefined();
    expect(jsonProblem([JSON.parse('{"__proto__":1}')])).toBe('it has the key "__proto__"');
  });
});
