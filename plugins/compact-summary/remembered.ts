import type { Message, SessionMemory, SessionView } from "gantry/sdk";
import { estimateTokens } from "gantry/sdk/kit/tokens";
import { cutPlaces, type Parts, partAt } from "./parts.ts";

/** What a running summary does not cover may be a little more than what would stay anyway. */
const MORE = 1.5;

/** A summary that is there already, and the conversation parted so that nothing lies between it and what stays. */
export function remembered(
  memory: SessionMemory | undefined,
  session: SessionView,
  messages: readonly Message[],
  keepTokens: number,
): { readonly summary: string; readonly parts: Parts } | undefined {
  const known = memory?.current(session);
  if (!known?.text.trim() || messages.length !== session.messages.length) return undefined;
  const at = session.entries.findIndex(({ uuid }) => uuid === known.through);
  if (at < 0) return undefined;
  const later = session.entries.slice(at + 1);
  if (later.some(({ type }) => type === "compaction")) return undefined;

  const answers = later.filter(({ type }) => type === "assistant").length;
  const place = placeOf(messages, answers);
  const fitting = cutPlaces(messages).filter((cut) => cut <= place);
  const wanted = fitting.find((cut) => estimateTokens(messages.slice(cut)) <= keepTokens) ?? fitting.at(-1);
  if (wanted === undefined || estimateTokens(messages.slice(wanted)) > keepTokens * MORE) return undefined;
  return { summary: known.text, parts: { ...partAt(messages, wanted), begun: [] } };
}

/** Before the given number of answers at the end, and before what they answer. */
function placeOf(messages: readonly Message[], answers: number): number {
  let left = answers;
  let at = messages.length;
  while (left > 0 && at > 0) if (messages[--at]?.role === "assistant") left--;
  return Math.max(0, at - 1);
}
