import type { ServerResponse } from "node:http";
import { createTestKernel, loopbackServer, type ProviderScenario, providerConformance } from "gantry/sdk/testing";
import { describe, it } from "vitest";
import httpNode from "../http-node/index.ts";
import { sse } from "./fixtures/server.ts";
import openai from "./index.ts";

const KEY = "sk-a-very-secret-key";

const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: "chat-1",
  model: "gpt-5",
  choices: [{ index: 0, delta, finish_reason }],
});
const call = (index: number, json: string) =>
  chunk({ tool_calls: [{ index, id: `call_${index}`, function: { name: "Read", arguments: json } }] });
const usage = { id: "chat-1", choices: [], usage: { prompt_tokens: 7, completion_tokens: 9 } };

const streaming =
  (...chunks: object[]) =>
  (response: ServerResponse) =>
    sse(response, [...chunks, usage]);
const error =
  (status: number, code: string, headers = {}) =>
  (response: ServerResponse) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ error: { code, message: `No: ${KEY}` } }));
  };
const beginning = (response: ServerResponse) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(`data: ${JSON.stringify(chunk({ content: "Hel" }))}\n\n`);
};

const ANSWERS: Readonly<Record<ProviderScenario, (response: ServerResponse) => void>> = {
  text: streaming(chunk({ content: "Hello, " }), chunk({ content: "you." }), chunk({}, "stop")),
  calls: streaming(call(0, '{"file_path": "a"}'), call(1, '{"file_path": "b"}'), chunk({}, "tool_calls")),
  bad_input: streaming(call(0, '{"file_path": "a'), call(1, '{"file_path": "b"}'), chunk({}, "tool_calls")),
  max_tokens: streaming(call(0, '{"file_path": "a'), chunk({}, "length")),
  refused: error(401, "invalid_api_key"),
  unknown_model: error(404, "model_not_found"),
  rate_limit: error(429, "rate_limit_exceeded", { "retry-after": "7" }),
  unreachable: () => {},
  cut_off: (response) => {
    beginning(response);
    setImmediate(() => response.destroy());
  },
  garbage: (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end('data: {"id": "chat-1", "choi\n\n');
  },
  silent: () => {},
  stalled: beginning,
};

async function make(scenario: ProviderScenario) {
  const server = await loopbackServer((_, response) => ANSWERS[scenario](response));
  if (scenario === "unreachable") await server.close();
  const kernel = await createTestKernel({
    plugins: [httpNode, openai],
    env: { OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: KEY, OPENAI_MODEL: "gpt-5" },
  });
  return {
    provider: await kernel.provider("openai"),
    request: { model: { provider: "openai", id: "gpt-5" } },
    secrets: [KEY],
    server,
    async dispose() {
      await server.close();
      await kernel.close();
    },
  };
}

describe("an endpoint like OpenAI's keeps what a provider promises", () => {
  for (const { name, run } of providerConformance(make)) it(name, run);
});
