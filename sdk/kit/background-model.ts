/** Asking a model in the background: bounded in time, ended with the session, and not at all where there is no language model. */
import { type Models, messageOf, type SessionView, text, textOf, type Usage } from "gantry/sdk";
import { type Clock, realClock } from "./clock.ts";

/** What is asked. */
export interface BackgroundQuestion {
  /** `provider/id`, id or alias; default: the session's model. */
  readonly model?: string | undefined;
  readonly system: string;
  readonly prompt: string;
  readonly maxTokens: number;
  readonly timeoutMs: number;
  /** Nobody wants it any more. */
  readonly signal?: AbortSignal;
}

/** A whole answer. */
export interface BackgroundAnswer {
  readonly text: string;
  readonly model: string;
  readonly usage: Usage;
}

/** Providers that plan and do not write. */
const NO_LANGUAGE = new Set(["offline", "replay"]);

/** Whether a session has a model that can write a text. */
export function hasLanguageModel(session: SessionView, model?: string): boolean {
  return model !== undefined || !NO_LANGUAGE.has(session.model.provider);
}

/**
 * Asks a model; the answer counts only if it is whole.
 *
 * **Contract**: rejects when the session ends or the signal fires, after `timeoutMs`, when the model fails, and when its answer is cut off or empty: with an
 * error whose message ends a sentence.
 *
 * @example
 * const question = { system: "Answer in one word.", prompt: "Oslo lies in", maxTokens: 10, timeoutMs: 5_000 };
 * const country = (models: Models, session: SessionView) => askInBackground(models, session, question);
 */
export async function askInBackground(
  models: Models,
  session: SessionView,
  { model, system, prompt, maxTokens, timeoutMs, signal: unwanted }: BackgroundQuestion,
  clock: Clock = realClock,
): Promise<BackgroundAnswer> {
  const controller = new AbortController();
  const { signal } = session.scope;
  let give: (problem: Error) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    give = reject;
  });
  const end = (problem: string) => {
    give(new Error(problem));
    controller.abort();
  };
  const onEnd = () => end("the session ended");
  const onUnwanted = () => end("nobody wants it any more");
  const stop = clock.after(timeoutMs, () => end(`there was no answer within ${Math.round(timeoutMs / 1000)} s`));
  if (signal.aborted) onEnd();
  else signal.addEventListener("abort", onEnd, { once: true });
  if (unwanted?.aborted) onUnwanted();
  else unwanted?.addEventListener("abort", onUnwanted, { once: true });
  try {
    const asked =
      signal.aborted || unwanted?.aborted
        ? ended
        : models.complete(session, {
            ...(model !== undefined && { model }),
            system,
            messages: [{ role: "user", content: [text(prompt)] }],
            maxTokens,
            signal: controller.signal,
          });
    const answer = await Promise.race([asked, ended]);
    const said = textOf(answer.content).trim();
    if (answer.stop_reason === "max_tokens") throw new Error("its answer was cut off");
    if (said === "") throw new Error("its answer was empty");
    return { text: said, model: model ?? `${session.model.provider}/${session.model.id}`, usage: answer.usage };
  } catch (thrown) {
    throw new Error(messageOf(thrown).replace(/\.$/, ""), { cause: thrown });
  } finally {
    stop();
    signal.removeEventListener("abort", onEnd);
    unwanted?.removeEventListener("abort", onUnwanted);
  }
}
