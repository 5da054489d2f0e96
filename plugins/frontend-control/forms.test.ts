import { expect, it } from "vitest";
import { askForm } from "./forms.ts";
import type { Request } from "./line.ts";

const form = {
  kind: "form",
  from: "The MCP server weather",
  message: "Where are you?",
  fields: [
    { name: "city", type: "text", isRequired: true, max: 40, title: "City" },
    { name: "unit", type: "choice", isRequired: false, choices: [{ value: "C", title: "Celsius" }], default: "C" },
    { name: "days", type: "integer", isRequired: false, min: 1 },
    { name: "alerts", type: "choices", isRequired: false, choices: [{ value: "s", title: "Storm" }] },
    { name: "mail", type: "boolean", isRequired: true },
  ],
} as const;

async function asked(answer: unknown, of: object = form) {
  const requests: Request[] = [];
  const line = {
    ask: async (request: Request) => {
      requests.push(request);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const said = await askForm(line as never, of as never, new AbortController().signal);
  return { said, request: requests[0] };
}

it("is asked as a server would ask it", async () => {
  const { request } = await asked({ action: "cancel" });
  expect(request).toEqual({
    subtype: "elicitation",
    mcp_server_name: "weather",
    message: "Where are you?",
    mode: "form",
    requested_schema: {
      type: "object",
      properties: {
        city: { type: "string", title: "City", maxLength: 40 },
        unit: { type: "string", default: "C", oneOf: [{ const: "C", title: "Celsius" }] },
        days: { type: "integer", minimum: 1 },
        alerts: { type: "array", items: { anyOf: [{ const: "s", title: "Storm" }] } },
        mail: { type: "boolean" },
      },
      required: ["city", "mail"],
    },
  });
});

it("names the address that a person is to open", async () => {
  const page = { ...form, kind: "url", url: "https://weather.example/sign-in", fields: [] };
  const { said, request } = await asked({ action: "accept" }, page);
  expect(request).toMatchObject({ mode: "url", url: "https://weather.example/sign-in" });
  expect(said).toEqual({ decision: "allow", isOpened: true });
});

it.each([
  [
    { action: "accept", content: { city: "Oslo", mail: true } },
    { decision: "allow", values: { city: "Oslo", mail: true } },
  ],
  [{ action: "decline" }, { decision: "deny" }],
  [{ action: "cancel" }, undefined],
  [{ action: "accept", content: { city: {} } }, undefined],
  ["yes", undefined],
  [new Error("Unsupported control request subtype: elicitation"), undefined],
])("means by %j", async (answer, meant) => {
  expect((await asked(answer)).said).toEqual(meant);
});
