/** Keeps the conversation within what the model can take. */
import type {
  Compaction,
  CompactOptions,
  CompactOutcome,
  CompactRequest,
  Entry as LogEntry,
  Message,
  Provider,
} from "gantry/sdk";
import { estimateTokens, textTokens } from "gantry/sdk/kit/tokens";
import * as z from "zod";
import { error } from "./errors.ts";
import { messagesIn, messagesOf } from "./messages.ts";
import type { KernelSession } from "./session.ts";
import type { Turn } from "./turn.ts";

/** Room for an answer and for what the next calls bring; less where the window itself is small. */
const RESERVE = { tokens: 33_000, share: 0.2 };
/** How much of the window the conversation may fill afterwards. */
const COMPACT_TO = 0.5;

const onSchema = z.boolean();
const windowSchema = z.number().int().positive();

/** Shortens the conversation when the window is nearly full. Whether it did. */
export async function compactIfNeeded(turn: Turn, provider: Provider): Promise<boolean> {
  const { session } = turn;
  const window = await windowOf(turn, provider);
  if (window === undefined) return false;
  const tokens = conversationTokens(session);
  if (tokens < window - Math.min(RESERVE.tokens, window * RESERVE.share)) return false;
  if ((await session.setting("autoCompactEnabled", onSchema)) === false) return false;
  return (await compact(turn, { trigger: "auto", window })).isDone;
}

/** The model's window, or the smaller one that the settings say. */
async function windowOf({ session, model }: Turn, provider: Provider): Promise<number | undefined> {
  const real = provider.info?.(model.id)?.contextWindow;
  const wanted = await session.setting("autoCompactWindow", windowSchema);
  return wanted === undefined ? real : Math.min(wanted, real ?? wanted);
}

interface How extends CompactOptions {
  readonly trigger: CompactRequest["trigger"];
  readonly window: number | undefined;
}

/** Has the conversation, or a part of it, shortened by the first plugin that can, and writes that down. */
export async function compact(turn: Turn, { trigger, window, focus, from, upTo }: How): Promise<CompactOutcome> {
  const { session } = turn;
  const tokensBefore = conversationTokens(session);
  const { kept, messages, through } = partOf(session.entries, from, upTo);
  const all = Math.floor((window ?? 2 * tokensBefore) * COMPACT_TO);
  const target = Math.min(all, Math.floor(estimateTokens(messages) / 2));
  const request: CompactRequest = {
    trigger,
    messages,
    tokens: trigger === "manual" ? estimateTokens(messages) : tokensBefore,
    target,
    ...(focus !== undefined && { focus }),
  };
  session.emit({ type: "compacting", trigger });
  const made = messages.length ? await turn.generation.hooks.compact.promise(request, turn) : undefined;
  if (!made || made.messages === request.messages) {
    const why = made?.summary || "Nothing of the conversation could be shortened.";
    return { isDone: false, summary: why, tokensBefore, tokensAfter: tokensBefore };
  }
  const { by = "", summary } = made;
  const replaced = [...kept, ...made.messages];
  const tokensAfter = Math.max(0, tokensBefore - estimateTokens(messages) + estimateTokens(made.messages));
  const figures = { trigger, tokensBefore, tokensAfter, summary };
  session.append({ type: "compaction", by, through, messages: replaced as never, ...figures });
  session.emit({ type: "compacted", ...figures });
  session.notify({ level: "info", text: summary });
  return { isDone: true, summary, tokensBefore, tokensAfter };
}

/** The messages to shorten, those before them, and the last record that the result stands for. */
function partOf(entries: readonly LogEntry[], from: string | undefined, upTo: string | undefined) {
  const shortened = entries.findLast((entry) => entry.type === "compaction")?.through;
  const first = entries.findIndex(({ uuid }) => uuid === shortened) + 1;
  const place = (uuid: string) => {
    const at = entries.findIndex((entry) => entry.uuid === uuid);
    if (at < 0) throw error("GANTRY_SESSION_COMPACT", { problem: `There is no record ${uuid} in this conversation.` });
    if (at < first) throw error("GANTRY_SESSION_COMPACT", { problem: "What lies there was shortened before." });
    return at;
  };
  const start = from === undefined ? 0 : place(from);
  const end = upTo === undefined ? entries.length : place(upTo) + 1;
  const kept = from === undefined ? [] : messagesOf(entries, start);
  const messages = from === undefined ? messagesOf(entries, end) : messagesIn(entries.slice(start, end));
  if (openCalls(kept).size > 0 || (upTo !== undefined && openCalls(messages).size > 0)) {
    throw error("GANTRY_SESSION_COMPACT", { problem: "There a call would be parted from its result." });
  }
  return { kept, messages, through: entries[end - 1]?.uuid ?? "" };
}

// ---------------------------------------------------------------- what is asked of a compaction

/** Why a compaction cannot be used; `undefined` when it can. */
export function compactionProblem(made: unknown, request: CompactRequest): string | undefined {
  const { messages, summary } = made as Partial<Compaction>;
  if (!Array.isArray(messages) || typeof summary !== "string") return "it is no compaction";
  if (messages === request.messages) return undefined;
  if (estimateTokens(messages) >= estimateTokens(request.messages)) return "it is no shorter";
  const open = openCalls(request.messages);
  const parted = [...openCalls(messages)].filter((id) => !open.has(id));
  if (parted.length > 0) return `it parts the call ${parted[0]} from its result`;
  const stray = strayResult(messages, request.messages);
  return stray === undefined ? undefined : `it keeps a result of the call ${stray}, and not the call`;
}

/** Calls without a result. */
function openCalls(messages: readonly Message[]): Set<string> {
  const open = new Set<string>();
  for (const { content } of messages) {
    for (const block of content) {
      if (block.type === "tool_use") open.add(block.id);
      else if (block.type === "tool_result") open.delete(block.tool_use_id);
    }
  }
  return open;
}

/** A result whose call does not stand before it, where it did. */
function strayResult(messages: readonly Message[], before: readonly Message[]): string | undefined {
  const stray = (all: readonly Message[]) => {
    const called = new Set<string>();
    return all
      .flatMap(({ content }): readonly Message["content"][number][] => content)
      .flatMap((block) => {
        if (block.type === "tool_use") called.add(block.id);
        return block.type === "tool_result" && !called.has(block.tool_use_id) ? [block.tool_use_id] : [];
      });
  };
  const known = new Set(stray(before));
  return stray(messages).find((id) => !known.has(id));
}

// ---------------------------------------------------------------- how long it is

/** The tokens of the conversation: what the last answer counted, and an estimate of what came since. */
function conversationTokens({ entries, messages, prompt }: KernelSession): number {
  const answered = entries.findLastIndex(({ type }) => type === "assistant");
  // What an answer counted before a compaction says nothing of what is left.
  const isShortened = entries.findLastIndex(({ type }) => type === "compaction") > answered;
  const last = messages.findLastIndex((message) => message.role === "assistant");
  const answer = messages[last];
  if (answer?.role !== "assistant" || isShortened) {
    return estimateTokens(messages) + textTokens(prompt.map(({ text }) => text).join(""));
  }
  const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, output_tokens } = answer.usage;
  const counted = input_tokens + cache_read_input_tokens + cache_creation_input_tokens + output_tokens;
  return counted + estimateTokens(messages.slice(last + 1));
}
