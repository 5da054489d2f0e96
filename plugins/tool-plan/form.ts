/** A plan as a question, and what was answered. */
import type { Answer, FormChoice, PermissionMode, QuestionForm } from "gantry/sdk";

const NEXT = "next";
const KEEP = "plan";
/** The plan, where the person has changed it; and where the input has it. */
const PLAN = "plan";
/** Modes that a person does not lose by planning in between. */
const KEPT: ReadonlySet<PermissionMode | undefined> = new Set(["auto", "bypassPermissions"]);

export function formOf(plan: string, file: string, before: PermissionMode | undefined): QuestionForm {
  return {
    kind: "form",
    from: "The model",
    message: `This is the plan, kept in ${file}`,
    body: [{ type: "markdown", text: plan }],
    draft: { name: PLAN, text: plan },
    fields: [
      {
        name: NEXT,
        title: "Shall it be carried out?",
        type: "choice",
        choices: choicesFor(before),
        allowsOther: true,
        otherTitle: "No, change this",
        isRequired: true,
      },
    ],
    isForCall: true,
  };
}

/** What the call comes to; `input` is what it runs with. */
export function answerOf(answer: Answer | undefined, input: object): Answer {
  if (!answer) {
    const reason = "only a person can approve a plan, and nobody can be asked. Give the plan as your answer.";
    return { decision: "deny", reason };
  }
  if (answer.decision === "deny") return { reason: "the person wants you to keep planning", ...answer };
  // Whoever knows the tool says yes to the call itself.
  if (!answer.values) return answer;
  const { [NEXT]: next, [PLAN]: plan } = answer.values;
  if (typeof next !== "string") return { decision: "deny", reason: "the person has not said yes to the plan" };
  if (next === KEEP) return { decision: "deny", reason: "the person wants you to keep planning", interrupt: true };
  const isChoice = choicesFor("auto")
    .concat(choicesFor("bypassPermissions"))
    .some(({ value }) => value === next);
  if (isChoice)
    return { decision: "allow", input: { ...input, mode: next, ...(typeof plan === "string" && { plan }) } };
  return { decision: "deny", reason: `the person wants another plan: ${next}` };
}

function choicesFor(before: PermissionMode | undefined): readonly FormChoice[] {
  const kept =
    before !== undefined && KEPT.has(before)
      ? [{ value: before, title: `Yes, and go back to the mode ${before}` }]
      : [];
  return [
    ...kept,
    { value: "acceptEdits", title: "Yes, and accept edits" },
    { value: "default", title: "Yes, and ask for each edit" },
    { value: KEEP, title: "No, keep planning" },
  ];
}
