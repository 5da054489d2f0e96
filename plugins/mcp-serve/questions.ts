/** A question of the host, as a client can put it to its person; and what comes back. */
import type { Answer, FormField, FormValue, Json, JsonObject, Question } from "gantry/sdk";
import { choiceText, formMessage, formProblems } from "gantry/sdk/kit/form";
import { exactText, questionParts, questionTargets } from "gantry/sdk/kit/question";
import type { ClientAnswer, ClientQuestion } from "./offer.ts";

/** A yes has to be chosen: some programs accept an empty form by themselves. */
const DECISION: JsonObject = {
  type: "object",
  properties: {
    decision: {
      type: "string",
      title: "May it?",
      oneOf: [
        { const: "deny", title: "No" },
        { const: "allow", title: "Yes, once" },
      ],
    },
  },
  required: ["decision"],
};

export function clientQuestion(question: Question, cwd: string): ClientQuestion {
  const { form } = question;
  if (!form) return { message: permissionText(question, cwd), schema: DECISION };
  const message = exactText(`${form.from}: ${formMessage(form)}`);
  if (form.kind === "url" && form.url !== undefined) return { message, url: form.url };
  return { message, schema: form.kind === "consent" ? DECISION : schemaOf(form.fields) };
}

/** Nothing but a plain yes is one. */
export function answerOf(question: Question, given: ClientAnswer | undefined): Answer | undefined {
  if (!given || given.action === "cancel") return undefined;
  if (given.action === "decline") return { decision: "deny", reason: "The person said no." };
  const { form } = question;
  if (form?.kind === "url") return { decision: "allow" };
  const content = given.content ?? {};
  if (!form || form.kind === "consent") return { decision: content.decision === "allow" ? "allow" : "deny" };
  const values = withDefaults(form.fields, content);
  return Object.keys(formProblems(form, values)).length ? undefined : { decision: "allow", values };
}

function permissionText(question: Question, cwd: string): string {
  const { title, fields, targets, diff, reason, rule } = questionParts(question, {
    targets: questionTargets(question.call, cwd),
    offer: undefined,
  });
  return [
    `${title}:`,
    ...fields.flatMap(({ name, lines }) => lines.map((line, index) => (index ? `  ${line}` : `${name}: ${line}`))),
    ...targets.map((target) => `Its path leads to: ${target}`),
    ...(diff.length ? ["It would change:", ...diff] : []),
    ...(reason === undefined ? [] : [`Why you are asked: ${reason}`]),
    ...(rule === undefined ? [] : [`Rule: ${rule}`]),
  ].join("\n");
}

function schemaOf(fields: readonly FormField[]): JsonObject {
  const properties = Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)]));
  return {
    type: "object",
    properties,
    required: fields.filter(({ isRequired }) => isRequired).map(({ name }) => name),
  };
}

function fieldSchema(field: FormField): JsonObject {
  const { title, description, min, max, format, choices = [] } = field;
  const about: Record<string, Json> = {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
  };
  if (field.default !== undefined) about.default = field.default as Json;
  const limits = (low: string, high: string): Record<string, Json> => ({
    ...(min !== undefined && { [low]: min }),
    ...(max !== undefined && { [high]: max }),
  });
  const isPlain = choices.every((choice) => choiceText(choice) === choice.value);
  const titled = choices.map((choice) => ({ const: choice.value, title: choiceText(choice) }));
  const values = choices.map(({ value }) => value);
  switch (field.type) {
    case "text":
      return { ...about, type: "string", ...(format !== undefined && { format }), ...limits("minLength", "maxLength") };
    case "choice":
      return { ...about, type: "string", [isPlain ? "enum" : "oneOf"]: isPlain ? values : titled };
    case "choices": {
      const items: JsonObject = isPlain ? { type: "string", enum: values } : { anyOf: titled };
      return { ...about, type: "array", items, ...limits("minItems", "maxItems") };
    }
    case "boolean":
      return { ...about, type: "boolean" };
    default:
      return { ...about, type: field.type, ...limits("minimum", "maximum") };
  }
}

function withDefaults(fields: readonly FormField[], given: Readonly<Record<string, FormValue>>) {
  const values: Record<string, FormValue> = Object.create(null);
  for (const { name, default: usual } of fields) {
    const value = Object.hasOwn(given, name) ? given[name] : usual;
    if (value !== undefined) values[name] = value;
  }
  return values;
}
