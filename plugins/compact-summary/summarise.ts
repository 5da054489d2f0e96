/** Has a model write a summary: on less where the first request was too long, once more where something is missing. */
import {
  type AssistantMessage,
  isGantryError,
  type Message,
  type Models,
  messageOf,
  type SessionView,
  text,
} from "gantry/sdk";
import type { Digest } from "gantry/sdk/kit/digest";
import { judgeSummary } from "./check.ts";
import { repairPrompt, systemPrompt } from "./prompt.ts";
import { transcriptOf } from "./transcript.ts";

export interface Task {
  readonly session: SessionView;
  readonly messages: readonly Message[];
  /** What the summary has to name. */
  readonly digest: Digest;
  readonly facts: string;
  readonly wishes: readonly string[];
  /** Most tokens of the summary. */
  readonly tokens: number;
  /** Most tokens of what the model is shown. */
  readonly shownTokens: number;
  readonly model: string | undefined;
  readonly signal: AbortSignal;
}

/** How often a request that was too long is made again, and on how much of it. */
const TRIES = 4;
const LESS = 0.5;
const TOO_LONG = /too long|too large|too many tokens|context|maximum.{0,40}tokens|exceed/i;

/** Rejects when there is no answer, or none that is a summary. */
export async function summarise(task: Task, models: Models): Promise<string> {
  const first = judgeSummary(await askOnLess(task, models), task.digest, task.tokens);
  if ("summary" in first && first.missing.length === 0) return first.summary;
  const draft = "summary" in first ? first.summary : "";
  const problem =
    "problem" in first
      ? `It cannot be used: ${first.problem}.`
      : `It does not name this:\n${first.missing.map((each) => `- ${each}`).join("\n")}`;
  const again = judgeSummary(
    await ask(task, models, repairPrompt(draft, problem, task.facts)),
    task.digest,
    task.tokens,
  );
  // What it still does not name stands behind it as it was gathered.
  if ("summary" in again) return again.summary;
  if (draft) return draft;
  throw new Error(`the summary cannot be used: ${again.problem}`);
}

async function askOnLess(task: Task, models: Models): Promise<AssistantMessage> {
  for (let number = 1, shown = task.shownTokens; ; number++, shown *= LESS) {
    try {
      return await ask(task, models, transcriptOf(task.messages, shown));
    } catch (thrown) {
      if (number === TRIES || task.signal.aborted || !isTooLong(thrown)) throw thrown;
    }
  }
}

function ask(
  { session, wishes, tokens, model, signal }: Task,
  models: Models,
  shown: string,
): Promise<AssistantMessage> {
  return models.complete(session, {
    ...(model !== undefined && { model }),
    system: systemPrompt(tokens, wishes),
    messages: [{ role: "user", content: [text(shown)] }],
    // Words and tokens are not the same: what is a little too long is still whole.
    maxTokens: Math.ceil(tokens * 1.5),
    signal,
  });
}

function isTooLong(thrown: unknown): boolean {
  return isGantryError(thrown) && TOO_LONG.test(messageOf(thrown));
}
