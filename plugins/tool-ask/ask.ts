import { type Answer, ask, type Call, type JsonObject, type Settings, type Setup, type TurnView, z } from "gantry/sdk";
import { type Clock, realClock } from "gantry/sdk/kit/clock";
import { type Answers, answersIn, formOf } from "./form.ts";
import type { AskedQuestion, toolAsk } from "./index.ts";
import { askRenderer } from "./renderer.ts";

const NAME = "AskUserQuestion";
const ALONE = "Decide by yourself what fits best, and say what you have assumed.";

/** What whoever answers adds to the input. */
const answersSchema = z.object({
  answers: z.record(z.string(), z.union([z.string(), z.array(z.string()).transform((all) => all.join(", "))])),
  response: z.string().optional(),
  annotations: z.record(z.string(), z.unknown()).optional(),
  afkTimeoutMs: z.number().optional(),
});
const ADDED = Object.keys(answersSchema.shape);

export function createSetup(clock: Clock): Setup<typeof toolAsk> {
  return ({ use }) => {
    return {
      renderers: { AskUserQuestion: askRenderer },
      tools: {
        AskUserQuestion: (input) => {
          const { questions } = input;
          const given = answersOf(input) ?? { answers: {} };
          return { content: textOf(questions, given), data: { questions, ...given } };
        },
      },
      taps: {
        // Where nobody can answer, a hook may: else it is no use to the model.
        promptBuild: async (draft, { session }) =>
          session.isInteractive || (await use.hooks?.())?.has("PreToolUse")
            ? undefined
            : draft.filterTools(({ name }) => name !== NAME),
        // A model does not answer its own questions.
        preTool: (call) => (call.origin === "model" ? withoutAnswers(call) : undefined),
        toolGate: (_, call) =>
          answersOf(call.input) ? undefined : { ...ask("only the person can answer it"), remedy: ALONE },
        ask: ({ call, form }, turn) => (form ? undefined : putToPerson(call, turn)),
      },
    };

    async function putToPerson(call: Call, turn: TurnView): Promise<Answer> {
      const { questions } = call.input as { readonly questions: readonly AskedQuestion[] };
      const idle = new AbortController();
      const patience = patienceOf(use.settings);
      const callOff = patience === undefined ? undefined : clock.after(patience, () => idle.abort());
      try {
        const signal = AbortSignal.any([turn.signal, idle.signal]);
        const asked = use.questions.ask(turn.session, { form: formOf(questions), call, turn, signal });
        const answer = await asked.catch((thrown) => {
          // Calling a question off is how its time ends.
          if (!idle.signal.aborted) throw thrown;
          return undefined;
        });
        const withAnswers = (more: object): Answer => ({
          decision: "allow",
          input: { ...(call.input as object), ...more },
        });
        if (answer?.decision === "deny") {
          const reason = answer.interrupt
            ? "the person wants to say something first"
            : `the person does not answer. ${ALONE}`;
          return { reason, ...answer };
        }
        if (answer) return answer.values ? withAnswers(answersIn(questions, answer.values)) : answer;
        if (idle.signal.aborted) return withAnswers({ answers: {}, afkTimeoutMs: patience });
        return { decision: "deny", reason: `only the person can answer it, and nobody can be asked. ${ALONE}` };
      } finally {
        callOff?.();
      }
    }
  };
}

export default createSetup(realClock);

function answersOf(input: unknown): Answers | undefined {
  return answersSchema.safeParse(input).data as Answers | undefined;
}

function withoutAnswers(call: Call): Call | undefined {
  const input = call.input as JsonObject;
  if (!ADDED.some((name) => name in input)) return undefined;
  return { ...call, input: Object.fromEntries(Object.entries(input).filter(([name]) => !ADDED.includes(name))) };
}

/** How long a question waits, in milliseconds; `undefined`: as long as it takes. */
function patienceOf(settings: Settings | undefined): number | undefined {
  const [, count, unit] = /^(\d+)(s|m)$/.exec(settings?.get("askUserQuestionTimeout", z.string()) ?? "") ?? [];
  return count === undefined || Number(count) === 0 ? undefined : Number(count) * (unit === "m" ? 60_000 : 1_000);
}

function textOf(
  questions: readonly AskedQuestion[],
  { answers, response, annotations, afkTimeoutMs }: Answers,
): string {
  if (afkTimeoutMs !== undefined) return `Nobody has answered within ${afkTimeoutMs / 1_000} seconds. ${ALONE}`;
  const lines = questions.flatMap(({ question }) => {
    const answer = answers[question];
    const { notes } = (annotations?.[question] ?? {}) as { readonly notes?: unknown };
    return answer === undefined
      ? []
      : [`${question}\n  ${answer}${typeof notes === "string" && notes ? ` (${notes})` : ""}`];
  });
  if (response) lines.push(`In their own words: ${response}`);
  return lines.length ? `The person has answered.\n${lines.join("\n")}` : `The person has left it unanswered. ${ALONE}`;
}
