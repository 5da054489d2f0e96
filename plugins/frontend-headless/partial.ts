/** The raw events of a streamed answer, made again from what the session tells. */
import { type AssistantContent, newId, type SessionEvent, type WireStreamEvent } from "gantry/sdk";

type Raw = WireStreamEvent["event"];

/** What stands before and behind the line of an event. */
export interface Partial {
  before(event: SessionEvent): readonly WireStreamEvent[];
  after(event: SessionEvent): readonly WireStreamEvent[];
}

interface Block {
  readonly type: "text" | "thinking" | "tool_use";
  /** Of a call. */
  readonly id?: string;
}

export function createPartial(sessionId: string): Partial {
  let isStarted = false;
  /** The block that is being written, and which one it is. */
  let open: Block | undefined;
  let index = -1;

  const lines = (events: readonly Raw[]): readonly WireStreamEvent[] =>
    events.map((event) => ({
      type: "stream_event",
      event,
      parent_tool_use_id: null,
      session_id: sessionId,
      uuid: newId(),
    }));

  function start(id: string, model: string): readonly Raw[] {
    isStarted = true;
    open = undefined;
    index = -1;
    const message = { id, type: "message", role: "assistant", model, content: [], stop_reason: null };
    return [{ type: "message_start", message: { ...message, stop_sequence: null, usage: NONE } }];
  }

  function delta(block: Block, content_block: object, piece: object): readonly Raw[] {
    const isSame = open?.type === block.type && open.id === block.id;
    const events = isSame ? [] : [...stop(), begin(block, content_block)];
    return [...events, { type: "content_block_delta", index, delta: piece }];
  }

  function begin(block: Block, content_block: object): Raw {
    open = block;
    index++;
    return { type: "content_block_start", index, content_block };
  }

  function stop(): readonly Raw[] {
    if (!open) return [];
    open = undefined;
    return [{ type: "content_block_stop", index }];
  }

  /** What was not streamed: a provider need not, and a call without input has nothing to stream. */
  function rest(content: readonly AssistantContent[]): readonly Raw[] {
    return [...stop(), ...content.slice(index + 1).flatMap((block) => [...wholeOf(block), ...stop()])];
  }

  function wholeOf(block: AssistantContent): readonly Raw[] {
    switch (block.type) {
      case "text":
        return delta({ type: "text" }, TEXT, { type: "text_delta", text: block.text });
      case "thinking":
        return delta({ type: "thinking" }, THINKING, { type: "thinking_delta", thinking: block.thinking });
      case "tool_use":
        return delta({ type: "tool_use", id: block.id }, callOf(block.id, block.name), {
          type: "input_json_delta",
          partial_json: JSON.stringify(block.input ?? {}),
        });
      default:
        return [begin({ type: "text" }, block)];
    }
  }

  return {
    before(event) {
      switch (event.type) {
        case "answer_start":
          return lines(start(event.id, event.model));
        case "text":
          return lines(delta({ type: "text" }, TEXT, { type: "text_delta", text: event.text }));
        case "thinking":
          return lines(delta({ type: "thinking" }, THINKING, { type: "thinking_delta", thinking: event.text }));
        case "tool_input": {
          const piece = { type: "input_json_delta", partial_json: event.json };
          return lines(delta({ type: "tool_use", id: event.id }, callOf(event.id, event.name), piece));
        }
        case "assistant": {
          const { id, model, content } = event.message;
          return lines([...(isStarted ? [] : start(id, model)), ...rest(content)]);
        }
        default:
          return [];
      }
    },
    after(event) {
      if (event.type !== "assistant") return [];
      isStarted = false;
      const { stop_reason, usage } = event.message;
      return lines([
        { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage },
        { type: "message_stop" },
      ]);
    },
  };
}

const NONE = { input_tokens: 0, output_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
const TEXT = { type: "text", text: "" };
const THINKING = { type: "thinking", thinking: "", signature: "" };

function callOf(id: string, name: string) {
  return { type: "tool_use", id, name, input: {} };
}
