import { type AssistantContent, NO_USAGE, type SessionEvent } from "gantry/sdk";
import { expect, it } from "vitest";
import { createPartial } from "./partial.ts";

const start: SessionEvent = { type: "answer_start", id: "msg_1", model: "m" };
const answer = (content: readonly AssistantContent[]): SessionEvent => ({
  type: "assistant",
  uuid: "u",
  model: "p/m",
  ms: 1,
  message: { role: "assistant", id: "msg_1", model: "m", content, stop_reason: "end_turn", usage: NO_USAGE },
});

/** What the raw events of a stream of session events add up to, as a client puts an answer together. */
function answersOf(events: readonly SessionEvent[]) {
  const partial = createPartial("s");
  const raw = events.flatMap((event) => [...partial.before(event), ...partial.after(event)]).map(({ event }) => event);
  const answers: Record<string, unknown>[][] = [];
  const open = new Set<unknown>();
  for (const event of raw) {
    if (event.type === "message_start") {
      answers.push([]);
      open.clear();
    }
    const blocks = answers.at(-1) ?? [];
    if (event.type === "content_block_start") {
      expect(event.index).toBe(blocks.length);
      open.add(event.index);
      blocks.push({ ...(event.content_block as object) });
    }
    if (event.type === "content_block_delta") {
      const block = blocks[event.index as number] as Record<string, string>;
      const { text, thinking, partial_json } = event.delta as Record<string, string>;
      if (text !== undefined) block.text += text;
      if (thinking !== undefined) block.thinking += thinking;
      if (partial_json !== undefined) block.json = (block.json ?? "") + partial_json;
    }
    if (event.type === "content_block_stop") expect(open.delete(event.index)).toBe(true);
    if (event.type === "message_stop") expect(open.size).toBe(0);
  }
  return { answers, types: raw.map(({ type }) => type) };
}

it("gives each block of an answer, in order, whatever of it was streamed", () => {
  const call = { type: "tool_use", id: "c1", name: "Read", input: { a: 1 } } as const;
  const { answers } = answersOf([
    start,
    { type: "thinking", text: "Hm" },
    { type: "thinking", text: "m." },
    { type: "text", text: "Let me " },
    { type: "text", text: "look." },
    { type: "tool_input", id: "c1", name: "Read", json: '{"a"' },
    { type: "tool_input", id: "c1", name: "Read", json: ":1}" },
    answer([
      { type: "thinking", thinking: "Hmm." },
      { type: "text", text: "Let me look." },
      call,
      { ...call, id: "c2", input: {} },
      { type: "redacted_thinking", data: "xyz" },
    ]),
  ]);
  expect(answers).toEqual([
    [
      { type: "thinking", thinking: "Hmm.", signature: "" },
      { type: "text", text: "Let me look." },
      { type: "tool_use", id: "c1", name: "Read", input: {}, json: '{"a":1}' },
      { type: "tool_use", id: "c2", name: "Read", input: {}, json: "{}" },
      { type: "redacted_thinking", data: "xyz" },
    ],
  ]);
});

it("begins anew after an attempt that failed", () => {
  const { answers } = answersOf([
    start,
    { type: "text", text: "Half an ans" },
    start,
    { type: "text", text: "All of it." },
    answer([{ type: "text", text: "All of it." }]),
  ]);
  expect(answers).toEqual([[{ type: "text", text: "Half an ans" }], [{ type: "text", text: "All of it." }]]);
});

it("gives an answer that was not streamed at all, whole", () => {
  const { answers, types } = answersOf([answer([{ type: "text", text: "Hello." }])]);
  expect(answers).toEqual([[{ type: "text", text: "Hello." }]]);
  expect([types[0], types.at(-2), types.at(-1)]).toEqual(["message_start", "message_delta", "message_stop"]);
});
