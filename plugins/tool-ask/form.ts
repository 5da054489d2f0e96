/** Questions of a model as a form, and what was put into it as answers. */
import type { Block, FormField, FormValue, QuestionForm } from "gantry/sdk";
import type { AskedQuestion } from "./index.ts";

/** What came back, as tools and hooks of the field know it: by the text of the question. */
export interface Answers {
  readonly answers: Readonly<Record<string, string>>;
  /** What was said in place of answers. */
  readonly response?: string;
  readonly annotations?: Readonly<Record<string, unknown>>;
  /** Nobody has answered for so long. */
  readonly afkTimeoutMs?: number;
}

export function formOf(questions: readonly AskedQuestion[]): QuestionForm {
  return { kind: "form", from: "The model", message: "", fields: questions.map(fieldOf), isForCall: true };
}

export function answersIn(questions: readonly AskedQuestion[], values: Readonly<Record<string, FormValue>>): Answers {
  const answers: Record<string, string> = {};
  const annotations: Record<string, unknown> = {};
  for (const [index, { question, options }] of questions.entries()) {
    const value = values[nameOf(index)];
    if (value === undefined) continue;
    answers[question] = Array.isArray(value) ? value.join(", ") : String(value);
    const preview = options.find(({ label }) => label === value)?.preview;
    if (preview) annotations[question] = { preview };
  }
  return { answers, ...(Object.keys(annotations).length && { annotations }) };
}

function fieldOf({ question, header, options, multiSelect = false }: AskedQuestion, index: number): FormField {
  return {
    name: nameOf(index),
    title: header || `Question ${index + 1}`,
    description: question,
    type: multiSelect ? "choices" : "choice",
    choices: options.map(({ label, description, preview }) => ({
      value: label,
      title: label,
      ...(description && { description }),
      ...(preview && { preview: [previewOf(preview)] }),
    })),
    allowsOther: true,
    isRequired: true,
  };
}

function nameOf(index: number): string {
  return `question${index + 1}`;
}

/** A drawing keeps its columns; what has fences or headings is meant as markdown. */
function previewOf(text: string): Block {
  return /^(?:```|~~~|#{1,6} )/m.test(text) ? { type: "markdown", text } : { type: "code", text };
}
