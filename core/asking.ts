/** One question, put to whoever answers: the taps of `ask` in order, and those who answer beside them. */
import type { Answer, Question, TurnView } from "gantry/sdk";
import type { Generation } from "./generation.ts";

/** Who is asked, for as long as it is not answered. */
const open = new WeakMap<Question, (answer: Promise<Answer | undefined>) => void>();

/** The first answer; the turn's signal, as those who are asked see it, fires with it. */
export async function putQuestion(
  { hooks }: Generation,
  about: Omit<Question, "agent">,
  { id, session, signal, requests, continuations }: TurnView,
): Promise<Answer | undefined> {
  const question: Question = { ...about, ...(session.agent && { agent: session.agent }) };
  const settled = new AbortController();
  const asking = { id, session, signal: AbortSignal.any([signal, settled.signal]), requests, continuations };
  const beside: Promise<unknown>[] = [];
  const elsewhere = new Promise<Answer>((resolve) => {
    open.set(question, (answer) => {
      beside.push(answer.then((given) => given && resolve(given)).catch(() => undefined));
    });
  });
  const inOrder = async () => {
    const answer = await hooks.ask.promise(question, asking);
    if (!answer) await Promise.race([Promise.all(beside), aborted(signal)]);
    return answer;
  };
  try {
    // An answer from elsewhere may come in the very moment in which nobody else has one.
    return await Promise.race([elsewhere, inOrder()]);
  } finally {
    open.delete(question);
    settled.abort(new Error("it is answered"));
  }
}

export function answerBeside(question: Question, answer: Promise<Answer | undefined>): void {
  const take = open.get(question);
  if (take) take(answer);
  else answer.catch(() => undefined);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
