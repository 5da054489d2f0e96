import type { Answer, Question, RememberedAnswers, TurnView } from "gantry/sdk";

/** A question that waits for the person. */
export interface Waiting {
  readonly question: Question;
  readonly turn: TurnView;
  answer(answer: Answer | undefined): void;
}

export interface Asking {
  ask(question: Question, turn: TurnView, remembered: RememberedAnswers | undefined): Promise<Answer | undefined>;
  current(): Waiting | undefined;
  subscribe(listener: () => void): () => void;
}

/** A queue of questions, one shown at a time. */
export function createAsking(): Asking {
  const queue: Waiting[] = [];
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  return {
    current: () => queue[0],
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    ask: (question, turn) =>
      new Promise((resolve) => {
        const waiting: Waiting = {
          question,
          turn,
          answer(answer) {
            turn.signal.removeEventListener("abort", onAbort);
            if (queue.includes(waiting)) queue.splice(queue.indexOf(waiting), 1);
            resolve(answer);
            tell();
          },
        };
        const onAbort = () => waiting.answer(undefined);
        turn.signal.addEventListener("abort", onAbort, { once: true });
        queue.push(waiting);
        tell();
      }),
  };
}
