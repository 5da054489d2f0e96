import {
  type AssistantContent,
  type AssistantMessage,
  type BadInputs,
  type JsonObject,
  type ModelEvent,
  NO_USAGE,
  newId,
  type StopReason,
  type ToolUseBlock,
  type Usage,
} from "gantry/sdk";
import { parseToolInput } from "gantry/sdk/kit/tool-input";

/** An answer while it comes in, piece by piece. */
export interface Answer {
  /** Takes one chunk in; gives what it adds, for eyes. */
  take(chunk: Readonly<Record<string, unknown>>): readonly ModelEvent[];
  /** Whether the server has said why it stopped. */
  readonly isFinished: boolean;
  /** Characters so far. */
  readonly length: number;
  /** The whole answer, checked. */
  end(): { readonly message: AssistantMessage; readonly badInputs?: BadInputs };
}

interface CallInProgress {
  readonly id: string;
  /** As the server spells it, to see when it means another. */
  readonly givenId: string;
  name: string;
  json: string;
}

/** @param usedIds ids of earlier calls: some servers count from 0 in every answer. */
export function createAnswer(askedModel: string, usedIds: ReadonlySet<string>): Answer {
  const ids = new Set(usedIds);
  const calls: CallInProgress[] = [];
  const byIndex = new Map<number, CallInProgress>();
  let id = "";
  let model = "";
  let said = "";
  let thought = "";
  let isRefused = false;
  let finish = "";
  let length = 0;
  let usage: Usage = NO_USAGE;

  function take(chunk: Readonly<Record<string, unknown>>): ModelEvent[] {
    const events: ModelEvent[] = [];
    if (!id) {
      id = textIn(chunk.id) || `chat_${newId()}`;
      model = textIn(chunk.model) || askedModel;
      events.push({ type: "start", id, model });
    }
    if (isObject(chunk.usage)) usage = usageOf(chunk.usage);
    const choice = list(chunk.choices).find((choice) => (choice.index ?? 0) === 0);
    if (!choice) return events;
    finish = textIn(choice.finish_reason) || finish;
    const delta = isObject(choice.delta) ? choice.delta : {};
    const thinking = textIn(delta.reasoning_content) || textIn(delta.reasoning);
    const text = textIn(delta.content) + textIn(delta.refusal);
    if (delta.refusal) isRefused = true;
    thought += thinking;
    said += text;
    length += thinking.length + text.length;
    if (thinking) events.push({ type: "thinking", text: thinking });
    if (text) events.push({ type: "text", text });
    for (const piece of list(delta.tool_calls)) events.push(takeCall(piece));
    return events;
  }

  function takeCall(piece: Readonly<Record<string, unknown>>): ModelEvent {
    const { name, arguments: given } = isObject(piece.function) ? piece.function : {};
    const call = callFor(piece, textIn(name));
    const json = isObject(given) ? JSON.stringify(given) : textIn(given);
    call.name ||= textIn(name);
    call.json += json;
    length += json.length;
    return { type: "tool_input", id: call.id, name: call.name, json };
  }

  /**
   * The call a piece belongs to: by index, else the newest. A piece with a name and an id of its own starts another, since
   * some servers give every call the index 0; an id alone does not, since others make one up for every piece.
   */
  function callFor(piece: Readonly<Record<string, unknown>>, name: string): CallInProgress {
    const index = typeof piece.index === "number" ? piece.index : undefined;
    const known = index === undefined ? calls.at(-1) : byIndex.get(index);
    const givenId = textIn(piece.id);
    const startsAnother = known?.name && name && (givenId ? givenId !== known.givenId : index === undefined);
    if (known && !startsAnother) return known;
    const call = { id: uniqueId(givenId), givenId, name: "", json: "" };
    calls.push(call);
    if (index !== undefined) byIndex.set(index, call);
    return call;
  }

  function uniqueId(given: string): string {
    const id = given && !ids.has(given) ? given : `call_${newId().replaceAll("-", "")}`;
    ids.add(id);
    return id;
  }

  function end(): ReturnType<Answer["end"]> {
    const bad: Record<string, string> = {};
    const content: AssistantContent[] = [];
    if (thought) content.push({ type: "thinking", thinking: thought });
    if (said) content.push({ type: "text", text: said });
    for (const call of calls) content.push(toolUse(call, bad));
    const message: AssistantMessage = {
      role: "assistant",
      id,
      model,
      content,
      stop_reason: isRefused ? "refusal" : stopReason(finish, calls.length > 0),
      usage,
    };
    return Object.keys(bad).length ? { message, badInputs: bad } : { message };
  }

  return {
    take,
    end,
    get isFinished() {
      return finish !== "";
    },
    get length() {
      return length;
    },
  };
}

/** A tool without parameters is often called with no text at all. */
function toolUse({ id, name, json }: CallInProgress, bad: Record<string, string>): ToolUseBlock {
  const read = json.trim() === "" ? { isValid: true as const, value: {} as JsonObject } : parseToolInput(json);
  if (!read.isValid) bad[id] = read.reason;
  return { type: "tool_use", id, name, input: read.isValid ? read.value : {} };
}

/** Some servers say `stop` after tool calls: the calls count. */
function stopReason(finish: string, hasCalls: boolean): StopReason {
  if (finish === "length") return "max_tokens";
  if (finish === "content_filter") return "refusal";
  return hasCalls ? "tool_use" : "end_turn";
}

/** Cached tokens are counted within the prompt; here they are counted apart. */
function usageOf(usage: Readonly<Record<string, unknown>>): Usage {
  const details = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const prompt = tokens(usage.prompt_tokens);
  const cached = Math.min(prompt, tokens(details.cached_tokens) || tokens(usage.prompt_cache_hit_tokens));
  return {
    ...NO_USAGE,
    input_tokens: prompt - cached,
    output_tokens: tokens(usage.completion_tokens),
    cache_read_input_tokens: cached,
  };
}

// ---------------------------------------------------------------- reading what a server may have left out

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function tokens(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0;
}
