/** What the kit for providers asks, and how it reads what comes. */
import assert from "node:assert/strict";
import type { AssistantMessage, ModelEvent, ModelFailure, ModelRequest, ToolUseBlock } from "gantry/sdk";
import { NO_USAGE, text } from "gantry/sdk";
import { inTime } from "gantry/sdk/kit/in-time";
import type { ProviderUnderTest } from "./provider-conformance.ts";

// ---------------------------------------------------------------- asking

/** How long a loopback server and a provider may take over anything. */
export const LIMIT_MS = 3_000;

interface Asking {
  readonly request?: ModelRequest;
  readonly signal?: AbortSignal;
  readonly onFirst?: () => void;
}

/** All events of one request, in an order that the contract allows. */
export async function gather(subject: ProviderUnderTest, asking: Asking = {}): Promise<readonly ModelEvent[]> {
  const events: ModelEvent[] = [];
  const read = async () => {
    for await (const event of streamOf(subject, asking)) {
      events.push(event);
      if (events.length === 1) asking.onFirst?.();
    }
  };
  await soon(read(), "the stream did not end");
  const types = events.map(({ type }) => type);
  const last = types.at(-1);
  assert.ok(last === "end" || last === "failure", `the last of ${types.join(", ") || "no events"} is no ending`);
  assert.equal(types.filter((type) => type === "end" || type === "failure").length, 1, `two endings: ${types}`);
  assert.ok(types.lastIndexOf("start") <= 0, `it begins late or twice: ${types}`);
  assert.ok(types[0] === "start" || types.length === 1, `it does not begin: ${types}`);
  assert.ok(!types.includes("retry"), "it tries again by itself");
  return events;
}

export function streamOf(subject: ProviderUnderTest, { request, signal }: Asking = {}): AsyncIterable<ModelEvent> {
  const { provider, turn } = subject;
  return provider.stream(deepFreeze(request ?? requestOf(subject)), {
    signal: signal ?? new AbortController().signal,
    ...(turn && { turn }),
  });
}

export function requestOf({ request }: ProviderUnderTest): ModelRequest {
  return {
    system: [
      { key: "role", text: "You help.", cache: "stable" },
      { key: "now", text: "It is Monday.", cache: "turn" },
    ],
    messages: [{ role: "user", content: [text("Hello")] }],
    tools: [READ],
    ...request,
  };
}

const READ = {
  name: "Read",
  description: "Reads a file.",
  input_schema: { type: "object", properties: { file_path: { type: "string" } }, required: ["file_path"] },
} as const;

export const CONVERSATION: ModelRequest["messages"] = [
  {
    role: "user",
    content: [
      text("Look at this."),
      { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } },
    ],
  },
  {
    role: "assistant",
    id: "earlier",
    model: "other",
    stop_reason: "tool_use",
    usage: NO_USAGE,
    content: [
      { type: "thinking", thinking: "I should read it.", signature: "c2lnbmVk" },
      text("I read it."),
      { type: "tool_use", id: "earlier_1", name: "Read", input: { file_path: "a.txt" } },
      { type: "tool_use", id: "earlier_2", name: "Read", input: {} },
    ],
  },
  {
    role: "user",
    content: [
      { type: "tool_result", tool_use_id: "earlier_1", content: [text("content")] },
      { type: "tool_result", tool_use_id: "earlier_2", content: [text("There is no such file.")], is_error: true },
      text("Go on."),
    ],
  },
];

export async function released({ server }: ProviderUnderTest): Promise<void> {
  if (server) await soon(server.released(), "the connection was not let go");
}

/** Fails where it takes longer than anything of a loopback server may. */
export function soon<T>(work: Promise<T>, problem: string): Promise<T> {
  return inTime(
    LIMIT_MS,
    () => work,
    () => assert.fail(`${problem} within ${LIMIT_MS} ms`),
  );
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

// ---------------------------------------------------------------- reading what came

export function answerOf(events: readonly ModelEvent[]): AssistantMessage {
  const last = events.at(-1);
  assert.ok(last?.type === "end", `it failed: ${last?.type === "failure" ? last.failure.message : "no end"}`);
  assert.equal(last.message.role, "assistant");
  return last.message;
}

export function failureOf(events: readonly ModelEvent[]): ModelFailure {
  const last = events.at(-1);
  assert.ok(last?.type === "failure", "it did not fail");
  return last.failure;
}

export function badInputsOf(events: readonly ModelEvent[]): Readonly<Record<string, string>> {
  const last = events.at(-1);
  return (last?.type === "end" && last.badInputs) || {};
}

export function callsIn({ content }: AssistantMessage): ToolUseBlock[] {
  return content.filter((block) => block.type === "tool_use");
}

export function textIn({ content }: AssistantMessage): string {
  return content.map((block) => (block.type === "text" ? block.text : "")).join("");
}

export function said(events: readonly ModelEvent[], type: "text" | "thinking"): string {
  return events.map((event) => (event.type === type ? event.text : "")).join("");
}

export function streamedInputs(events: readonly ModelEvent[]): ReadonlyMap<string, string> {
  const inputs = new Map<string, string>();
  for (const event of events) {
    if (event.type === "tool_input") inputs.set(event.id, (inputs.get(event.id) ?? "") + event.json);
  }
  return inputs;
}

export function isSentence(words: string | undefined): void {
  assert.ok(words?.trim() && !/\n\s+at /.test(words), `not a sentence for people: ${words}`);
}
