/** Questions that wait for the person: one is shown at a time, in the order in which they came. */
import type { Answer, Hunk, LeftOut, Question, QuestionForm, RememberedAnswers, TurnView } from "gantry/sdk";
import { type QuestionParts, questionParts, questionTargets } from "gantry/sdk/kit/question";

interface Waits {
  readonly id: number;
}

/** Whether a call may run. */
export interface WaitingPermission extends Waits {
  readonly kind: "permission";
  readonly question: Question;
  readonly turn: TurnView;
  /** What is shown; made when it is its turn, since an answer before it may have changed what can be offered. */
  readonly parts: QuestionParts;
  answer(answer: Answer): void;
  /** Remembers a yes and answers with it. Rejects where that cannot be written: the question still waits. */
  keep(until: "session" | "always"): Promise<void>;
}

/** What somebody else wants of the person. */
export interface WaitingForm extends Waits {
  readonly kind: "form";
  readonly question: Question;
  readonly turn: TurnView;
  readonly form: QuestionForm;
  /** `undefined`: it is left unanswered. */
  answer(answer: Answer | undefined): void;
}

export type TrustAnswer = "yes" | "no" | "leave";

/** Whether what the folder asks for may run. */
export interface WaitingTrust extends Waits {
  readonly kind: "trust";
  readonly left: LeftOut;
  readonly cwd: string;
  answer(answer: TrustAnswer): void;
}

export type Waiting = WaitingPermission | WaitingForm | WaitingTrust;

/** What is known of a question besides. */
export interface Known {
  readonly remembered?: RememberedAnswers | undefined;
  /** What the call would change in its file. */
  readonly change?: readonly Hunk[] | undefined;
}

export interface Asking {
  /** What the hook `ask` of a frontend answers with. */
  ask(question: Question, turn: TurnView, known?: Known): Promise<Answer | undefined>;
  trust(left: LeftOut, cwd: string, signal: AbortSignal): Promise<TrustAnswer>;
  /** What is to be shown; the same object until it is answered or withdrawn. */
  current(): Waiting | undefined;
  /** How many wait behind it. */
  behind(): number;
  subscribe(listener: () => void): () => void;
}

interface Queued {
  readonly make: () => Waiting;
  shown?: Waiting;
}

/** A queue of questions. `say` hears what the person should know of an answer, such as the file it was written to. */
export function createAsking({ say = () => {} }: { readonly say?: (text: string) => void } = {}): Asking {
  const queue: Queued[] = [];
  const listeners = new Set<() => void>();
  let lastId = 0;

  return {
    ask(question, turn, known = {}) {
      const { form } = question;
      const id = ++lastId;
      if (form) {
        return put<Answer | undefined>(turn.signal, undefined, (answer) => ({
          kind: "form",
          id,
          question,
          turn,
          form,
          answer,
        }));
      }
      const withdrawn: Answer = { decision: "deny", interrupt: true };
      return put<Answer>(turn.signal, withdrawn, (answer) => permission(id, question, turn, known, answer));
    },
    trust(left, cwd, signal) {
      const id = ++lastId;
      return put<TrustAnswer>(signal, "leave", (answer) => ({ kind: "trust", id, left, cwd, answer }));
    },
    current() {
      const [first] = queue;
      if (first) first.shown ??= first.make();
      return first?.shown;
    },
    behind: () => Math.max(0, queue.length - 1),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };

  /** Waits in the queue until it is answered, or the signal withdraws it. */
  function put<A>(signal: AbortSignal, withdrawn: A, make: (answer: (answer: A) => void) => Waiting): Promise<A> {
    if (signal.aborted) return Promise.resolve(withdrawn);
    return new Promise((resolve) => {
      const settle = (answer: A) => {
        if (!queue.includes(queued)) return;
        signal.removeEventListener("abort", withdraw);
        queue.splice(queue.indexOf(queued), 1);
        resolve(answer);
        tell();
      };
      const withdraw = () => settle(withdrawn);
      const queued: Queued = { make: () => make(settle) };
      signal.addEventListener("abort", withdraw, { once: true });
      queue.push(queued);
      tell();
    });
  }

  function permission(
    id: number,
    question: Question,
    turn: TurnView,
    { remembered, change }: Known,
    answer: (answer: Answer) => void,
  ): WaitingPermission {
    const offer = remembered?.offer(turn.session, question.call);
    const parts = questionParts(question, { targets: questionTargets(question.call, turn.session.cwd), offer, change });
    return {
      kind: "permission",
      id,
      question,
      turn,
      parts,
      answer,
      async keep(until) {
        const offered = parts.offers.find((one) => one.answer === until);
        if (!offered || !remembered) return;
        await remembered.keep(turn.session, question.call, until);
        if (offered.file) say(`Written to ${offered.file}.`);
        answer({ decision: "allow" });
      },
    };
  }

  function tell() {
    for (const listener of [...listeners]) listener();
  }
}
