/** Forms: what was typed becomes a value, and a value is checked against its field. Every frontend asks, and whoever asked checks. */
import type { FormChoice, FormField, FormValue, QuestionForm } from "gantry/sdk";
import { blocksText } from "./view-text.ts";

/** What a text means as the value of a field. */
export type FieldReading =
  | { readonly kind: "value"; readonly value: FormValue }
  | { readonly kind: "none" }
  | { readonly kind: "problem"; readonly problem: string };

/**
 * Reads what a person typed for a field. An empty text means the default, or nothing where nothing is required. Choices are named by
 * number, value or title, several parted by commas; where the field allows it, what is none of them stands for itself.
 *
 * @example
 * readField({ name: "age", type: "integer", isRequired: true }, "12"); // { kind: "value", value: 12 }
 */
export function readField(field: FormField, text: string): FieldReading {
  const typed = text.trim();
  if (typed === "") {
    if (field.default !== undefined) return { kind: "value", value: field.default };
    return field.isRequired ? { kind: "problem", problem: "An answer is needed." } : { kind: "none" };
  }
  const value = typedValue(field, typed);
  if (value === undefined) return { kind: "problem", problem: wanted(field) };
  const problem = fieldProblem(field, value);
  return problem === undefined ? { kind: "value", value } : { kind: "problem", problem };
}

/** What is wrong with the values of a form, by field; empty when nothing is. Values that no field asks for are wrong too. */
export function formProblems(
  { fields }: Pick<QuestionForm, "fields">,
  values: Readonly<Record<string, FormValue>>,
): Readonly<Record<string, string>> {
  const known = new Set(fields.map(({ name }) => name));
  const problems = fields.flatMap((field): [string, string][] => {
    const value = Object.hasOwn(values, field.name) ? values[field.name] : undefined;
    if (value === undefined) return field.isRequired ? [[field.name, "An answer is needed."]] : [];
    const problem = fieldProblem(field, value);
    return problem === undefined ? [] : [[field.name, problem]];
  });
  const unknown = Object.keys(values).filter((name) => !known.has(name));
  return Object.fromEntries([...problems, ...unknown.map((name) => [name, "Nobody asked for it."] as const)]);
}

/**
 * The message of a form and what is to be read below it, as plain text.
 *
 * @example
 * formMessage({ message: "Start?", body: [{ type: "markdown", text: "1. Build" }] }); // "Start?\n\n1. Build"
 */
export function formMessage({ message, body = [] }: Pick<QuestionForm, "message" | "body">): string {
  return body.length ? `${message}\n\n${blocksText(body)}` : message;
}

/**
 * A choice in one text: its title, and what it would mean.
 *
 * @example
 * choiceText({ value: "a", title: "Anchor", description: "stay here" }); // "Anchor: stay here"
 */
export function choiceText({ title, description }: FormChoice): string {
  return description ? `${title}: ${description}` : title;
}

const OTHER = "_other";

/**
 * The fields for whoever can offer choices or a text and not both at once: behind each that allows another text stands one for it.
 * {@link joinOthers} puts together what came of them.
 *
 * @example
 * const field = { name: "sea", type: "choice", choices: [], allowsOther: true, isRequired: true } as const;
 * splitOthers([field]).map(({ name }) => name); // ["sea", "sea_other"]
 */
export function splitOthers(fields: readonly FormField[]): readonly FormField[] {
  return fields.flatMap((field): FormField[] => {
    if (!field.allowsOther) return [field];
    const { allowsOther: _, otherTitle = "Something else", ...rest } = field;
    const other = { name: `${field.name}${OTHER}`, title: otherTitle, type: "text", isRequired: false } as const;
    return [{ ...rest, isRequired: false }, other];
  });
}

/** The values of fields, from those of {@link splitOthers}: a text goes before the choice, and beside choices. */
export function joinOthers(
  fields: readonly FormField[],
  values: Readonly<Record<string, FormValue>>,
): Readonly<Record<string, FormValue>> {
  const joined = new Map(Object.entries(values));
  for (const { name, type, allowsOther } of fields) {
    const other = joined.get(`${name}${OTHER}`);
    if (!allowsOther || other === undefined) continue;
    joined.delete(`${name}${OTHER}`);
    if (typeof other !== "string" || other.trim() === "") continue;
    const chosen = joined.get(name);
    joined.set(name, type === "choices" ? [...(Array.isArray(chosen) ? chosen : []), other] : other);
  }
  return Object.fromEntries(joined);
}

function typedValue(field: FormField, typed: string): FormValue | undefined {
  switch (field.type) {
    case "text":
      return typed;
    case "number":
    case "integer": {
      const number = Number(typed);
      return Number.isFinite(number) ? number : undefined;
    }
    case "boolean":
      if (/^(y|yes|true|1)$/i.test(typed)) return true;
      return /^(n|no|false|0)$/i.test(typed) ? false : undefined;
    case "choice":
      return chosen(field, typed);
    case "choices": {
      const all = typed.split(",").map((part) => chosen(field, part.trim()));
      return all.every((one) => one !== undefined) ? (all as string[]) : undefined;
    }
  }
}

function chosen({ choices = [], allowsOther }: FormField, typed: string): string | undefined {
  const named = choices.find(({ value, title }) => value === typed || title === typed);
  return named?.value ?? choices[Number(typed) - 1]?.value ?? (allowsOther && typed !== "" ? typed : undefined);
}

function fieldProblem(field: FormField, value: FormValue): string | undefined {
  const { type, choices = [], min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = field;
  const isWithin = (size: number) => size >= min && size <= max;
  const isOther = (one: unknown) => field.allowsOther === true && typeof one === "string" && one.trim() !== "";
  const isChoice = (one: unknown) => isOther(one) || choices.some((choice) => choice.value === one);
  switch (type) {
    case "text":
      if (typeof value !== "string" || !hasFormat(field.format, value)) return wanted(field);
      return isWithin([...value].length) ? undefined : `It needs ${bounds(field)} characters.`;
    case "number":
    case "integer":
      if (typeof value !== "number" || (type === "integer" && !Number.isInteger(value))) return wanted(field);
      return isWithin(value) ? undefined : `It has to be ${bounds(field)}.`;
    case "boolean":
      return typeof value === "boolean" ? undefined : wanted(field);
    case "choice":
      return isChoice(value) ? undefined : wanted(field);
    case "choices":
      if (!Array.isArray(value) || !value.every(isChoice)) return wanted(field);
      return isWithin(value.length) ? undefined : `Choose ${bounds(field)}.`;
  }
}

const FORMATS: Readonly<Record<string, RegExp>> = {
  email: /^[^\s@]+@[^\s@]+$/,
  uri: /^[a-z][a-z0-9+.-]*:\S+$/i,
  date: /^\d{4}-\d{2}-\d{2}$/,
  "date-time": /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}/,
};

function hasFormat(format: string | undefined, value: string): boolean {
  const pattern = format !== undefined && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  return pattern?.test(value) ?? true;
}

function wanted({ type, format, choices = [] }: FormField): string {
  if (type === "text") return `It has to be ${format === undefined ? "a text" : `of the form ${format}`}.`;
  if (type === "boolean") return "Answer yes or no.";
  if (type === "choice" || type === "choices") return `Choose from: ${choices.map(({ title }) => title).join(", ")}.`;
  return type === "integer" ? "It has to be a whole number." : "It has to be a number.";
}

function bounds({ min, max }: FormField): string {
  if (min === undefined) return `at most ${max}`;
  return max === undefined ? `at least ${min}` : `${min} to ${max}`;
}
