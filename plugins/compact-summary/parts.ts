/** Parts a conversation: what is summed up, and what stays as it is. */
import { type Message, text, type UserContent } from "gantry/sdk";
import { cut } from "gantry/sdk/kit/digest-text";
import { estimateTokens } from "gantry/sdk/kit/tokens";
import { isSummary } from "./earlier.ts";

/** A conversation in parts, in order. */
export interface Parts {
  /** Turns that are over. */
  readonly older: readonly Message[];
  /** What the turn at work was asked, where that would be parted from what stays. */
  readonly asked: readonly UserContent[];
  /** The first part of the turn at work, where it is too long to stay whole. */
  readonly begun: readonly Message[];
  /** Stays as it is. */
  readonly kept: readonly Message[];
}

/** Keeps the newest messages, whole batches of calls with their results. `undefined` when nothing is left to sum up. */
export function partConversation(messages: readonly Message[], keepTokens: number): Parts | undefined {
  const places = cutPlaces(messages);
  const last = places.at(-1);
  if (last === undefined) return undefined;
  const place = places.find((at) => estimateTokens(messages.slice(at)) <= keepTokens);
  const kept = messages.slice(place ?? last);
  return partAt(messages, place ?? last, place === undefined ? shortenResults(kept, keepTokens) : kept);
}

/** Parts at a given place. */
export function partAt(messages: readonly Message[], at: number, kept: readonly Message[] = messages.slice(at)): Parts {
  const begin = messages.findLastIndex(isPrompt);
  // Nothing is at work, or what it was asked stays anyway.
  if (begin < 0 || begin >= at || isOver(messages)) return { older: messages.slice(0, at), asked: [], begun: [], kept };
  const prompt = messages[begin] as Message;
  const content = prompt.content as readonly UserContent[];
  // A prompt that stands behind an earlier summary leaves that to be summed up again.
  const before = content.filter(isSummary);
  return {
    older: before.length ? [...messages.slice(0, begin), { role: "user", content: before }] : messages.slice(0, begin),
    asked: content.filter((block) => !isSummary(block)),
    begun: messages.slice(begin + 1, at),
    kept,
  };
}

/** Where a conversation can be cut without parting a call from its result; rising. */
export function cutPlaces(messages: readonly Message[]): readonly number[] {
  const called = new Map<string, number>();
  const parts = new Set<number>();
  for (const [at, { content }] of messages.entries()) {
    for (const block of content) {
      if (block.type === "tool_use") called.set(block.id, at);
      if (block.type !== "tool_result") continue;
      for (let between = (called.get(block.tool_use_id) ?? at) + 1; between <= at; between++) parts.add(between);
    }
  }
  return messages.flatMap((_, at) => (at > 0 && !parts.has(at) ? [at] : []));
}

/** The last word is the agent's. */
function isOver(messages: readonly Message[]): boolean {
  const last = messages.at(-1);
  return last?.role === "assistant" && !last.content.some(({ type }) => type === "tool_use");
}

function isPrompt({ role, content }: Message): boolean {
  return role === "user" && content.length > 0 && !content.some(({ type }) => type === "tool_result");
}

/** Results that are too long even for the newest batch keep their beginning and end. */
function shortenResults(messages: readonly Message[], budget: number): readonly Message[] {
  const results = messages.flatMap(({ content }) => content.filter(({ type }) => type === "tool_result"));
  const others = estimateTokens(messages) - estimateTokens([{ role: "user", content: results as UserContent[] }]);
  const share = Math.max(200, (budget - others) / Math.max(1, results.length));
  return messages.map((message) => {
    if (message.role === "assistant" || !message.content.some(({ type }) => type === "tool_result")) return message;
    return { role: "user", content: message.content.map((block) => shortenResult(block, share)) };
  });
}

function shortenResult(block: UserContent, tokens: number): UserContent {
  if (block.type !== "tool_result" || estimateTokens([{ role: "user", content: [block] }]) <= tokens) return block;
  const content = block.content.map((part) =>
    part.type === "text" ? text(cut(part.text, tokens / block.content.length)) : text(`[${part.type} left out]`),
  );
  return { ...block, content };
}
