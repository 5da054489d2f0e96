/**
 * The loop. A prompt comes in and is logged; the prompt is built; the model answers; its calls run; their results are logged and
 * go back to the model; until it asks for nothing more and nobody wants it to go on.
 */
import {
  type AssistantMessage,
  type BadInputs,
  type Input,
  isGantryError,
  type ModelFailure,
  type Provider,
  type ToolUseBlock,
  type TurnEnd,
  text,
  textOf,
} from "gantry/sdk";
import { sentence } from "gantry/sdk/kit/clause";
import { compact, compactIfNeeded } from "./compaction.ts";
import { wordsOf } from "./errors.ts";
import { logInput, takeIn, takeInLater } from "./intake.ts";
import { ask, providerOf } from "./request.ts";
import { HookAborted, TapDenied } from "./tap-run.ts";
import { runCalls } from "./toolcall.ts";
import type { Turn } from "./turn.ts";

/** How often `turnStop` may make one turn go on. */
const CONTINUATIONS = 10;

const REFUSED = "A call was refused and the turn ended with it.";
const INTERRUPTED = "[Request interrupted by user]";

/** Runs one turn to its end. Never rejects: whatever goes wrong is how the turn ended. */
export async function runTurn(turn: Turn, input: Input): Promise<TurnEnd> {
  const started = performance.now();
  turn.emit({ type: "turn_start", turnId: turn.id, input });
  let end: TurnEnd;
  try {
    end = (await takeIn(turn, input)) ?? (await loop(turn));
  } catch (thrown) {
    end = unlogged(turn, () =>
      turn.signal.aborted || thrown instanceof HookAborted ? aborted(turn) : broken(turn, thrown),
    );
  }
  const ms = performance.now() - started;
  try {
    if (end.reason !== "handled") turn.session.append({ type: "turn_end", reason: end.reason, ms: Math.round(ms) });
    await turn.session.flush();
  } catch (thrown) {
    turn.session.notify({ level: "error", text: logFault(thrown) });
  }
  turn.emit({ type: "turn_end", turnId: turn.id, end, ms });
  return end;
}

/** Even where the log can no longer be written, the turn ends in words. */
function unlogged(turn: Turn, end: () => TurnEnd): TurnEnd {
  try {
    return end();
  } catch (thrown) {
    return { reason: "error", text: turn.lastText, error: logFault(thrown) };
  }
}

// ---------------------------------------------------------------- the loop

async function loop(turn: Turn): Promise<TurnEnd> {
  let finished: TurnEnd | undefined;
  while (true) {
    const isMoreSaid = await takeQueued(turn);
    if (finished && !isMoreSaid && !(await goesOn(turn))) return finished;
    // Somebody may have chosen another model meanwhile.
    const provider = await providerOf(turn);
    // What a plugin puts back into a conversation that was shortened, the model is told at once.
    if (await compactIfNeeded(turn, provider)) await takeQueued(turn);
    turn.adopt();
    const answer = await ask(turn, provider);
    if ("failure" in answer) {
      if (await isShortened(turn, provider, answer.failure)) continue;
      return failedRequest(turn, answer.failure);
    }
    turn.isShortened = false;
    const { message, badInputs } = answer;
    turn.lastText = textOf(message.content) || turn.lastText;
    const calls = message.content.filter((block) => block.type === "tool_use");
    finished = undefined;
    if (calls.length) {
      const batch = await runCalls(turn, calls, (block) => cannotRun(block, message, badInputs));
      if (turn.signal.aborted) return aborted(turn);
      if (batch.endsTurn) return { reason: "denied", text: turn.lastText, error: REFUSED };
    } else if (message.stop_reason !== "pause_turn") {
      finished = { reason: "completed", text: textOf(message.content) };
    }
  }
}

/** A request that was too long is made again, once, when the conversation could be shortened. */
async function isShortened(turn: Turn, provider: Provider, { kind }: ModelFailure): Promise<boolean> {
  if (kind !== "context_overflow" || turn.isShortened || turn.signal.aborted) return false;
  turn.isShortened = true;
  const window = provider.info?.(turn.model.id)?.contextWindow;
  return (await compact(turn, { trigger: "overflow", window })).isDone;
}

/** Why a call of this answer must not run: its input was not whole, or the answer was not. */
function cannotRun(
  block: ToolUseBlock,
  message: AssistantMessage,
  badInputs: BadInputs | undefined,
): string | undefined {
  const problem = badInputs?.[block.id];
  if (problem !== undefined) return `${block.name} did not run. ${problem}`;
  if (message.stop_reason === "tool_use" || message.stop_reason === "end_turn") return undefined;
  return `The call did not run: the answer ended early (${message.stop_reason}). Send it again, in smaller pieces.`;
}

/** What came in while the model was at work is said before it goes on. Whether anything was. */
async function takeQueued(turn: Turn): Promise<boolean> {
  let isMoreSaid = false;
  for (const input of turn.session.dequeue()) {
    turn.took(input);
    if (await takeInLater(turn, input)) isMoreSaid = true;
  }
  return isMoreSaid;
}

async function goesOn(turn: Turn): Promise<boolean> {
  if (turn.continuations >= CONTINUATIONS) return false;
  const reason = await turn.generation.hooks.turnStop.promise(turn);
  if (typeof reason !== "string") return false;
  turn.continuations++;
  logInput(turn, { content: [text(reason)], origin: "hook", isMeta: true });
  return true;
}

// ---------------------------------------------------------------- ends

function failedRequest(turn: Turn, failure: ModelFailure): TurnEnd {
  if (failure.kind === "aborted" || turn.signal.aborted) return aborted(turn);
  const reason = failure.kind === "limit" ? (failure.code ?? "limit") : "model_error";
  const error = failure.remedy ? `${sentence(failure.message)} ${failure.remedy}` : failure.message;
  return { reason, text: turn.lastText, error, ...(failure.status !== undefined && { status: failure.status }) };
}

function aborted(turn: Turn): TurnEnd {
  logInput(turn, { content: [text(INTERRUPTED)], origin: "plugin", isMeta: true });
  return { reason: "aborted", text: turn.lastText, error: "The turn was interrupted." };
}

function broken(turn: Turn, thrown: unknown): TurnEnd {
  if (!(thrown instanceof TapDenied) && !isGantryError(thrown)) turn.fault("gantry", "turn", thrown);
  turn.session.answerOrphans();
  return { reason: "error", text: turn.lastText, error: wordsOf(thrown) };
}

function logFault(thrown: unknown): string {
  return `The session log cannot be written: ${wordsOf(thrown)}`;
}
