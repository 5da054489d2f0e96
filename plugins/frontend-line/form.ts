import type { Answer, FormField, FormValue, QuestionForm } from "gantry/sdk";
import { choiceText, formMessage, readField } from "gantry/sdk/kit/form";
import { exactText } from "gantry/sdk/kit/question";
import { blocksText } from "gantry/sdk/kit/view-text";
import type { AskingParts } from "./asking.ts";
import { readAnswer } from "./question.ts";

interface Filling extends AskingParts {
  readonly signal: AbortSignal;
}

/** Puts what somebody else wants to the person; `undefined` when they leave it unanswered. All texts but ours stand behind a mark. */
export async function fillIn(form: QuestionForm, { terminal, printer, signal }: Filling): Promise<Answer | undefined> {
  printer.say(headText(form));
  const isMeant = await readLine("Answer? ");
  if (isMeant === undefined) return undefined;
  const answer = readAnswer(isMeant);
  if (typeof answer !== "object") return undefined;
  if (answer.decision === "deny" || form.fields.length === 0) return answer;
  const values: Record<string, FormValue> = Object.create(null);
  for (const field of form.fields) {
    printer.say(fieldText(field));
    const value = await readValue(field);
    if (value === "cancelled") return undefined;
    if (value !== undefined) values[field.name] = value;
  }
  return { decision: "allow", values };

  async function readValue(field: FormField): Promise<FormValue | undefined | "cancelled"> {
    for (;;) {
      const text = await readLine(": ", field.isSecret);
      if (text === undefined) return "cancelled";
      const reading = readField(field, text);
      if (reading.kind === "value") return reading.value;
      if (reading.kind === "none") return undefined;
      printer.say(exactText(reading.problem));
    }
  }

  async function readLine(label: string, isSecret = false): Promise<string | undefined> {
    if (signal.aborted) return undefined;
    const reading = await terminal.read(label, { signal, isSecret });
    return reading.kind === "line" ? reading.text : undefined;
  }
}

function headText(form: QuestionForm): string {
  const { kind, from, url, fields } = form;
  const wants = {
    form: `wants to know ${fields.length === 1 ? "something" : `${fields.length} things`} of you:`,
    url: "wants you to open an address in your browser:",
    consent: "asks:",
  }[kind];
  return [
    `${oneLine(from)} ${wants}`,
    ...marked(formMessage(form)),
    ...(url === undefined ? [] : marked(url)),
    { form: "y: fill it in   n: no", url: "y: open it   n: no", consent: "y: yes   n: no" }[kind],
  ].join("\n");
}

function fieldText(field: FormField): string {
  const { name, title, description, type, choices = [], allowsOther, otherTitle, isRequired, isSecret } = field;
  const { default: value } = field;
  const kind = type === "choice" || type === "choices" ? "" : ` (${type})`;
  return [
    ...marked(`${title ?? name}${kind}${isRequired ? "" : ", may be left out"}`),
    ...(description === undefined ? [] : marked(description)),
    ...choices.flatMap((choice, index) => [
      ...marked(`${index + 1}. ${choiceText(choice)}`),
      ...(choice.preview ? marked(blocksText(choice.preview).replace(/^/gm, "     ")) : []),
    ]),
    ...(allowsOther && otherTitle !== undefined ? marked(`${otherTitle}: in your own words`) : []),
    ...(allowsOther && otherTitle === undefined ? ["Anything else is an answer in your own words."] : []),
    ...(isSecret ? ["What you type is not shown."] : []),
    ...(value === undefined || isSecret ? [] : marked(`Enter means ${String(value)}`)),
  ].join("\n");
}

function marked(text: string): readonly string[] {
  return exactText(text)
    .split("\n")
    .map((line) => `  | ${line}`);
}

function oneLine(text: string): string {
  return exactText(text).replaceAll("\n", " ");
}
