/** Questions that wait for an answer from a device. */
import {
  type Answer,
  type FormValue,
  type Hunk,
  isGantryError,
  messageOf,
  newId,
  type Question,
  type QuestionForm,
  type RememberedAnswers,
  type Slots,
  type TurnView,
} from "gantry/sdk";
import { formProblems } from "gantry/sdk/kit/form";
import { exactText, type QuestionParts, questionChange, questionParts, questionTargets } from "gantry/sdk/kit/question";

/** A question as a device shows it. */
export type ShownQuestion = { readonly id: string } & (
  | { readonly kind: "permission"; readonly parts: QuestionParts }
  | { readonly kind: "form"; readonly form: QuestionForm }
);

/** What a device says. */
export interface DeviceAnswer {
  readonly id: string;
  readonly answer: "once" | "session" | "always" | "no";
  readonly reason?: string | undefined;
  readonly values?: Readonly<Record<string, FormValue>> | undefined;
}

/** How it was taken: `problem` says why it was not, `fields` with which field. */
export type Taken =
  | { readonly kind: "taken" | "gone" }
  | { readonly kind: "wrong"; readonly problem: string; readonly fields?: Readonly<Record<string, string>> };

export interface Questions {
  /** Resolves to `undefined` once somebody else has answered. */
  put(question: Question, turn: TurnView): Promise<Answer | undefined>;
  shown(): readonly ShownQuestion[];
  answer(given: DeviceAnswer): Promise<Taken>;
}

interface Waiting {
  readonly question: Question;
  readonly turn: TurnView;
  readonly shown: ShownQuestion;
  settle(answer: Answer | undefined): void;
}

export function createQuestions(
  { remembered, slots }: { readonly remembered: RememberedAnswers | undefined; readonly slots: Slots },
  tell: (change: { readonly asks: ShownQuestion } | { readonly settled: string }) => void,
): Questions {
  const waiting = new Map<string, Waiting>();

  return {
    async put(question, turn) {
      const change = question.form ? undefined : await questionChange(question, turn.session, slots);
      if (turn.signal.aborted) return undefined;
      const id = newId();
      return new Promise((resolve) => {
        const settle = (answer: Answer | undefined) => {
          turn.signal.removeEventListener("abort", withdraw);
          if (waiting.delete(id)) tell({ settled: id });
          resolve(answer);
        };
        const withdraw = () => settle(undefined);
        const shown = shownQuestion(id, question, turn, remembered, change);
        turn.signal.addEventListener("abort", withdraw, { once: true });
        waiting.set(id, { question, turn, shown, settle });
        tell({ asks: shown });
      });
    },
    shown: () => [...waiting.values()].map(({ shown }) => shown),
    async answer(given) {
      const one = waiting.get(given.id);
      if (!one) return { kind: "gone" };
      const { form } = one.question;
      return form ? fill(one, form, given) : permit(one, given);
    },
  };

  async function permit({ question, turn, shown, settle }: Waiting, { answer, reason }: DeviceAnswer): Promise<Taken> {
    if (answer === "no") {
      settle({ decision: "deny", ...(reason ? { reason } : {}) });
      return { kind: "taken" };
    }
    const isOffered = shown.kind === "permission" && shown.parts.offers.some((offer) => offer.answer === answer);
    if (!isOffered) return { kind: "wrong", problem: "That is not offered for this call." };
    if (answer !== "once") {
      try {
        await remembered?.keep(turn.session, question.call, answer);
      } catch (thrown) {
        const remedy = isGantryError(thrown) && thrown.remedy ? ` ${thrown.remedy}` : "";
        return { kind: "wrong", problem: `${messageOf(thrown)}${remedy}` };
      }
    }
    settle({ decision: "allow" });
    return { kind: "taken" };
  }
}

function fill({ settle }: Waiting, form: QuestionForm, { answer, values = {} }: DeviceAnswer): Taken {
  if (answer === "no") {
    settle({ decision: "deny", reason: "The person said no." });
    return { kind: "taken" };
  }
  if (form.kind !== "form") settle({ decision: "allow" });
  else {
    const fields = formProblems(form, values);
    if (Object.keys(fields).length) return { kind: "wrong", problem: "Some answers do not fit.", fields };
    settle({ decision: "allow", values });
  }
  return { kind: "taken" };
}

function shownQuestion(
  id: string,
  question: Question,
  { session }: TurnView,
  remembered: RememberedAnswers | undefined,
  change: readonly Hunk[] | undefined,
): ShownQuestion {
  const { form, call } = question;
  if (form) return { id, kind: "form", form: exact(form) };
  const offer = remembered?.offer(session, call);
  const targets = questionTargets(call, session.cwd);
  return { id, kind: "permission", parts: questionParts(question, { targets, offer, change }) };
}

/** What a person reads of it; names and values stay, since they come back. */
function exact(form: QuestionForm): QuestionForm {
  const optional = (text: string | undefined) => (text === undefined ? undefined : exactText(text));
  return {
    ...form,
    from: exactText(form.from),
    message: exactText(form.message),
    ...(form.url !== undefined && { url: exactText(form.url) }),
    fields: form.fields.map((field) => ({
      ...field,
      title: exactText(field.title ?? field.name),
      ...(field.description !== undefined && { description: optional(field.description) as string }),
      ...(field.choices && {
        choices: field.choices.map((choice) => ({ ...choice, title: exactText(choice.title) })),
      }),
    })),
  };
}
