import { type AssistantContent, type ModelEvent, NO_USAGE, type StopReason, type Usage } from "gantry/sdk";
import { parseToolInput } from "gantry/sdk/kit/tool-input";
import { broken, ofErrorEvent, RequestFailed } from "./failure.ts";

/** The most characters of one answer. */
const MAX_ANSWER = 64 * 1024 * 1024;
const MAX_BLOCKS = 10_000;

type Fields = Readonly<Record<string, unknown>>;

interface Block {
  readonly type: string;
  readonly start: Fields;
  text: string;
  signature: string | undefined;
  isStopped: boolean;
}

/**
 * Puts an answer together from the events of the stream, strictly: blocks by their index, a tool's input as raw text that is
 * read only when its block has stopped, nothing counted before `message_stop`. What it does not know it skips; what
 * contradicts the protocol is a failure.
 */
export function createAnswer(model: string) {
  let id: string | undefined;
  let answeredBy = model;
  let usage: Usage = NO_USAGE;
  let stopReason: string | undefined;
  let isComplete = false;
  let length = 0;
  const blocks = new Map<number, Block>();
  const deltas = createDeltas();

  function take(name: string, data: string): void {
    if (isComplete || !KNOWN.has(name)) return;
    const event = readEvent(data);
    if (event?.type === "error") throw ofErrorEvent(fieldsOf(event.error) ?? {});
    if (typeof event?.type !== "string" || !KNOWN.has(event.type)) return;
    if (event.type === "message_start") start(event);
    else if (id === undefined) throw broken("The answer does not begin at its beginning.");
    else if (event.type === "content_block_start") startBlock(event);
    else if (event.type === "content_block_delta") takeDelta(event);
    else if (event.type === "content_block_stop") blockOf(event).isStopped = true;
    else if (event.type === "message_delta") takeEnd(event);
    else if (event.type === "message_stop") isComplete = true;
  }

  function start(event: Fields): void {
    if (id !== undefined) throw broken("The answer begins twice.");
    const message = fieldsOf(event.message);
    id = textOf(message?.id) ?? "";
    answeredBy = textOf(message?.model) ?? model;
    usage = readUsage(message?.usage, usage);
    deltas.add({ type: "start", id, model: answeredBy });
  }

  function startBlock(event: Fields): void {
    const { index } = event;
    if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || index >= MAX_BLOCKS) {
      throw broken("A block of the answer has no proper index.");
    }
    if (blocks.has(index)) throw broken(`Block ${index} of the answer begins twice.`);
    const begin = fieldsOf(event.content_block) ?? {};
    const block: Block = {
      type: textOf(begin.type) ?? "",
      start: begin,
      text: "",
      signature: textOf(begin.signature),
      isStopped: false,
    };
    if (block.type === "tool_use" && !(textOf(begin.id) && textOf(begin.name))) {
      throw broken("A tool call of the answer has no id or no name.");
    }
    blocks.set(index, block);
    for (const field of ["text", "thinking"]) addPart(block, field, textOf(begin[field]) ?? "");
  }

  function takeDelta(event: Fields): void {
    const block = blockOf(event);
    const delta = fieldsOf(event.delta);
    if (delta?.type === "text_delta") addPart(block, "text", textOf(delta.text) ?? "");
    else if (delta?.type === "thinking_delta") addPart(block, "thinking", textOf(delta.thinking) ?? "");
    else if (delta?.type === "input_json_delta") addPart(block, "tool_use", textOf(delta.partial_json) ?? "");
    else if (delta?.type === "signature_delta") block.signature = textOf(delta.signature);
  }

  /** Adds to a block of the type that such a part belongs to; blocks of unknown type are passed over. */
  function addPart(block: Block, type: string, part: string): void {
    if (part === "" || !ASSEMBLED.has(block.type)) return;
    if (block.type !== type) throw broken(`A part of type ${type} came for a block of type ${block.type}.`);
    length += part.length;
    if (length > MAX_ANSWER) throw broken(`The answer is longer than ${MAX_ANSWER} characters.`, false);
    deltas.addPart(block, part);
  }

  function blockOf(event: Fields): Block {
    const block = typeof event.index === "number" ? blocks.get(event.index) : undefined;
    if (!block) throw broken(`A part of the answer belongs to block ${String(event.index)}, which never began.`);
    if (block.isStopped) throw broken(`Block ${String(event.index)} of the answer goes on after its end.`);
    return block;
  }

  function takeEnd(event: Fields): void {
    stopReason = textOf(fieldsOf(event.delta)?.stop_reason) ?? stopReason;
    usage = readUsage(event.usage, usage);
  }

  /** The whole answer; only after `message_stop`. */
  function end(): ModelEvent {
    deltas.flush();
    if (stopReason === undefined) throw broken("The answer ended without a reason.");
    if (stopReason === "model_context_window_exceeded") throw overflow();
    const content: AssistantContent[] = [];
    const calls = new Map<string, string | undefined>();
    for (let index = 0; index < blocks.size; index++) {
      const block = blocks.get(index);
      if (!block) throw broken(`Block ${index} of the answer is missing.`);
      const whole = finish(block, stopReason, calls);
      if (whole) content.push(whole);
    }
    const badInputs = [...calls].filter((call): call is [string, string] => call[1] !== undefined);
    return {
      type: "end",
      message: {
        role: "assistant",
        id: id ?? "",
        model: answeredBy,
        content,
        stop_reason: stopReasonOf(stopReason, calls.size > 0),
        usage,
      },
      ...(badInputs.length && { badInputs: Object.fromEntries(badInputs) }),
    };
  }

  return {
    take,
    end,
    drain: deltas.drain,
    get isComplete() {
      return isComplete;
    },
    get hasBegun() {
      return id !== undefined;
    },
    /** What the answer has cost so far; `undefined` before it began. */
    get usage() {
      return id === undefined ? undefined : usage;
    },
  };
}

const KNOWN: ReadonlySet<string> = new Set([
  "message",
  "message_start",
  "content_block_start",
  "content_block_delta",
  "content_block_stop",
  "message_delta",
  "message_stop",
  "error",
]);

const ASSEMBLED: ReadonlySet<string> = new Set(["text", "thinking", "tool_use"]);

// ---------------------------------------------------------------- deltas

/**
 * Gathers what arrives together: neighbouring parts of one block become one event, and only then join the block's text, so
 * that a thousand small parts are a few strings.
 */
function createDeltas() {
  let events: ModelEvent[] = [];
  let block: Block | undefined;
  let parts: string[] = [];

  function flush(): void {
    if (!block) return;
    const text = parts.join("");
    block.text += text;
    events.push(deltaOf(block, text));
    block = undefined;
    parts = [];
  }

  return {
    add(event: ModelEvent) {
      flush();
      events.push(event);
    },
    addPart(of: Block, part: string) {
      if (block !== of) flush();
      block = of;
      parts.push(part);
    },
    flush,
    /** What has gathered since the last time. */
    drain(): ModelEvent[] {
      flush();
      const drained = events;
      events = [];
      return drained;
    },
  };
}

function deltaOf({ type, start }: Block, text: string): ModelEvent {
  if (type !== "tool_use") return { type: type as "text" | "thinking", text };
  return { type: "tool_input", id: start.id as string, name: start.name as string, json: text };
}

// ---------------------------------------------------------------- the end

/** The block in full. Calls are noted by their id, with the reason why their input cannot count, if so. */
function finish(
  block: Block,
  stopReason: string,
  calls: Map<string, string | undefined>,
): AssistantContent | undefined {
  const { type, start, text, signature } = block;
  if (type === "text") return text ? { type, text } : undefined;
  if (type === "thinking") return { ...start, type, thinking: text, ...(signature && { signature }) };
  if (type === "redacted_thinking") return start as unknown as AssistantContent;
  if (type !== "tool_use") return undefined;
  const id = start.id as string;
  if (calls.has(id)) throw broken("Two tool calls of the answer have one id.");
  const read = readInput(block, stopReason);
  calls.set(id, read.isValid ? undefined : read.reason);
  return { type, id, name: start.name as string, input: read.isValid ? read.value : {} };
}

function readInput(block: Block, stopReason: string): ReturnType<typeof parseToolInput> {
  if (stopReason !== "tool_use" && stopReason !== "end_turn") {
    return { isValid: false, reason: whyNotRun(stopReason) };
  }
  if (!block.isStopped) {
    return { isValid: false, reason: "The input of this call did not come to its end. Write the call again." };
  }
  return parseToolInput(block.text || JSON.stringify(block.start.input ?? {}));
}

function whyNotRun(stopReason: string): string {
  if (stopReason === "max_tokens") {
    return "The answer reached its output limit, so this call did not run. Write less at once: split the work into smaller calls.";
  }
  return `The answer ended early (${stopReason}), so this call did not run. Write the call again if it is still needed.`;
}

const STOP_REASONS: ReadonlySet<string> = new Set<StopReason>([
  "end_turn",
  "tool_use",
  "max_tokens",
  "stop_sequence",
  "refusal",
  "pause_turn",
]);

function stopReasonOf(reason: string, hasCalls: boolean): StopReason {
  if (hasCalls && reason === "end_turn") return "tool_use";
  return STOP_REASONS.has(reason) ? (reason as StopReason) : "end_turn";
}

function overflow(): RequestFailed {
  return new RequestFailed({
    kind: "context_overflow",
    message: "The answer reached the end of the model's context window.",
    remedy: "Compact the conversation, or start a new one.",
    code: "model_context_window_exceeded",
    isRetryable: false,
  });
}

// ---------------------------------------------------------------- fields

function readEvent(data: string): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(data));
  } catch {
    throw broken("An event of the answer is not JSON.");
  }
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null ? (value as Fields) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The newest figures; what is missing or null stays as it was. */
function readUsage(value: unknown, before: Usage): Usage {
  const fields = fieldsOf(value);
  if (!fields) return before;
  const figure = (name: keyof Usage) => {
    const given = fields[name];
    return typeof given === "number" && given >= 0 ? given : (before[name] ?? 0);
  };
  const hour = fieldsOf(fields.cache_creation)?.ephemeral_1h_input_tokens;
  const hourly = typeof hour === "number" ? hour : before.cache_creation_1h_input_tokens;
  return {
    input_tokens: figure("input_tokens"),
    output_tokens: figure("output_tokens"),
    cache_read_input_tokens: figure("cache_read_input_tokens"),
    cache_creation_input_tokens: figure("cache_creation_input_tokens"),
    ...(hourly && { cache_creation_1h_input_tokens: hourly }),
  };
}
