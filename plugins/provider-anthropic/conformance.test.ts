import type { ServerResponse } from "node:http";
import { createTestKernel, loopbackServer, type ProviderScenario, providerConformance } from "gantry/sdk/testing";
import { describe, it } from "vitest";
import httpNode from "../http-node/index.ts";
import anthropic from "./index.ts";
import { answer, begin, callBlock, eventStream, finish, json, KEY, sse, stop, textBlock } from "./test-server.ts";

const error = (status: number, type: string, headers = {}) =>
  json(status, { type: "error", error: { type, message: `No: ${KEY}` } }, headers);

const beginning = (response: ServerResponse) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(sse(begin, ...textBlock(0, "Hel")));
};

const ANSWERS: Readonly<Record<ProviderScenario, (response: ServerResponse) => void>> = {
  text: answer(begin, ...textBlock(0, "Hello, ", "you."), finish("end_turn"), stop),
  calls: answer(
    begin,
    ...callBlock(0, "toolu_1", '{"file_', 'path": "a"}'),
    ...callBlock(1, "toolu_2", '{"file_path": "b"}'),
    finish("tool_use"),
    stop,
  ),
  bad_input: answer(
    begin,
    ...callBlock(0, "toolu_1", '{"file_path": "a'),
    ...callBlock(1, "toolu_2", '{"file_path": "b"}'),
    finish("tool_use"),
    stop,
  ),
  max_tokens: answer(begin, ...callBlock(0, "toolu_1", '{"file_path": "a'), finish("max_tokens"), stop),
  refused: error(401, "authentication_error"),
  unknown_model: error(404, "not_found_error"),
  rate_limit: error(429, "rate_limit_error", { "retry-after": "7" }),
  unreachable: () => {},
  cut_off: (response) => {
    beginning(response);
    setImmediate(() => response.destroy());
  },
  garbage: eventStream(`${sse(begin)}data: {"type": "content_block_start", "index": 0, "content_\n\n`),
  silent: () => {},
  stalled: beginning,
};

async function make(scenario: ProviderScenario) {
  const server = await loopbackServer((_, response) => ANSWERS[scenario](response));
  if (scenario === "unreachable") await server.close();
  const kernel = await createTestKernel({
    plugins: [httpNode, anthropic],
    env: { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: KEY },
  });
  return {
    provider: await kernel.provider("anthropic"),
    request: { model: { provider: "anthropic", id: "claude-sonnet-5-5" } },
    secrets: [KEY],
    server,
    async dispose() {
      await server.close();
      await kernel.close();
    },
  };
}

describe("Claude keeps what a provider promises", () => {
  for (const { name, run } of providerConformance(make)) it(name, run);
});
