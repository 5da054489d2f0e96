import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AssistantContent, type Entry, type EntryBody, NO_USAGE, type TurnView, text } from "gantry/sdk";
import { createTestKernel, type ProviderScenario, providerConformance } from "gantry/sdk/testing";
import { describe, it } from "vitest";
import replay from "./index.ts";

const read = (id: string, input: object) => ({ type: "tool_use", id, name: "Read", input }) as const;

const RECORDED: Partial<Record<ProviderScenario, readonly AssistantContent[]>> = {
  text: [text("Hello, you. ".repeat(20))],
  calls: [read("c1", { file_path: "a" }), read("c2", { file_path: "b" })],
  // As the session logged it: empty, and its result says that it was invalid.
  bad_input: [read("c1", {}), read("c2", { file_path: "b" })],
};

const entry = (body: EntryBody) =>
  ({ ...body, uuid: "u", parentUuid: null, sessionId: "s", timestamp: "2026-01-01T00:00:00Z" }) as Entry;
const PROMPT = entry({ type: "user", message: { role: "user", content: [text("Hello")] } });
const INVALID = entry({
  type: "tool_result",
  toolUseId: "c1",
  tool: "Read",
  outcome: "invalid",
  content: [text("cut off")],
  ms: 0,
});

function answer(content: readonly AssistantContent[]): Entry {
  const stop_reason = content.some(({ type }) => type === "tool_use") ? "tool_use" : "end_turn";
  const message = { role: "assistant", id: "m1", model: "m", content, stop_reason, usage: NO_USAGE } as const;
  return entry({ type: "assistant", model: "p/m", ms: 1, message });
}

async function make(scenario: ProviderScenario) {
  const kernel = await createTestKernel({
    plugins: [replay],
    config: { "provider-replay": { file: "recorded.jsonl" } },
  });
  const recording = [PROMPT, answer(RECORDED[scenario] ?? []), ...(scenario === "bad_input" ? [INVALID] : [])];
  await writeFile(join(kernel.cwd, "recorded.jsonl"), recording.map((one) => JSON.stringify(one)).join("\n"));
  return {
    provider: await kernel.provider("replay"),
    request: { model: { provider: "replay", id: "replay" } },
    turn: { session: { entries: [PROMPT] } } as unknown as TurnView,
    dispose: kernel.close,
  };
}

describe("a recorded session keeps what a provider promises", () => {
  for (const { name, run } of providerConformance(make, Object.keys(RECORDED) as ProviderScenario[])) it(name, run);
});
