import type { JsonObject, RunTool } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { createStructured, TOOL } from "./structured.ts";

function answering(schema: JsonObject, most = 3) {
  const structured = createStructured(schema, most);
  const tool = structured.contribution.tools?.[TOOL];
  const run = tool?.run as unknown as RunTool;
  const give = (input: unknown) => run(input, undefined as never);
  return { structured, tool, give };
}

const city: JsonObject = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };

describe("an answer", () => {
  it("counts when it fits, and says where it does not", () => {
    const { structured, give } = answering(city);
    expect(give({ name: 7 })).toEqual({
      content: `The answer does not fit the schema: /name must be string. Correct it and call ${TOOL} again.`,
      isError: true,
    });
    expect([structured.output, structured.failures, structured.isExhausted]).toEqual([undefined, 1, false]);
    expect(give({ name: "Oslo" })).toContain("recorded");
    expect(structured.output).toEqual({ value: { name: "Oslo" } });
    structured.reset();
    expect([structured.output, structured.failures]).toEqual([undefined, 0]);
  });

  it("that is no object stands in one", () => {
    const { structured, tool, give } = answering({
      type: "array",
      items: { $ref: "#/$defs/n" },
      $defs: { n: { type: "number" } },
    });
    expect(tool?.input).toMatchObject({
      jsonSchema: { type: "object", properties: { value: { type: "array" } }, $defs: { n: { type: "number" } } },
    });
    expect(give({ value: ["x"] })).toMatchObject({ isError: true });
    give({ value: [1, 2] });
    expect(structured.output).toEqual({ value: [1, 2] });
  });

  it("may be the text itself, bare or in a fence", () => {
    const { structured } = answering(city);
    expect(structured.reminder('Here:\n```json\n{"name": "Oslo"}\n```')).toBeUndefined();
    expect(structured.output).toEqual({ value: { name: "Oslo" } });
  });

  it("is asked for so often and no more", () => {
    const { structured } = answering(city, 2);
    expect(structured.reminder("Oslo.")).toContain(TOOL);
    expect(structured.reminder('{"name": 1}')).toBeUndefined();
    expect(structured.isExhausted).toBe(true);
  });

  it("is judged by the language that its schema names, and not by formats", () => {
    const old = { $schema: "http://json-schema.org/draft-07/schema#", type: "array", items: [{ type: "string" }] };
    const { structured, give } = answering(old as JsonObject);
    expect(give({ value: [1] })).toMatchObject({ isError: true });
    give({ value: ["x", 1] });
    expect(structured.output).toEqual({ value: ["x", 1] });
    const dated = answering({ type: "object", properties: { on: { type: "string", format: "date" } } });
    dated.give({ on: "tomorrow" });
    expect(dated.structured.output).toEqual({ value: { on: "tomorrow" } });
  });
});

it("a schema that is none is refused", () => {
  expect(() => createStructured({ type: "sausage" }, 3)).toThrow(
    expect.objectContaining({ code: "GANTRY_HEADLESS_SCHEMA", remedy: expect.any(String) }),
  );
});
