/** What an MCP server wants to know of a person, asked at the other end of the line. */
import { type Answer, type FormField, type QuestionForm, z } from "gantry/sdk";
import { choiceText, formMessage, joinOthers, splitOthers } from "gantry/sdk/kit/form";
import type { Line } from "./line.ts";

/** `undefined`: the other end does not answer such questions. What fits is checked by whoever asked. */
export async function askForm(
  line: Pick<Line, "ask">,
  form: QuestionForm,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const { kind, from, url, fields } = form;
  try {
    const said = await line.ask(
      {
        subtype: "elicitation",
        mcp_server_name: from.replace(/^the MCP server /i, ""),
        message: formMessage(form),
        mode: kind === "url" ? "url" : "form",
        ...(url !== undefined && { url }),
        ...(kind !== "url" && { requested_schema: schemaOf(splitOthers(fields)) }),
      },
      signal,
    );
    const { action, content } = answerSchema().parse(said);
    const isOpened = kind === "url" && { isOpened: true };
    if (action === "accept")
      return { decision: "allow", ...(content && { values: joinOthers(fields, content) }), ...isOpened };
    return action === "decline" ? { decision: "deny" } : undefined;
  } catch {
    return undefined;
  }
}

function schemaOf(fields: readonly FormField[]) {
  const properties = Object.fromEntries(fields.map((field) => [field.name, propertyOf(field)]));
  return {
    type: "object",
    properties,
    required: fields.filter(({ isRequired }) => isRequired).map(({ name }) => name),
  };
}

function propertyOf({ type, title, description, format, choices = [], min, max, ...rest }: FormField) {
  const about = {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(rest.default !== undefined && { default: rest.default }),
  };
  const within = (least: string, most: string) => ({
    ...(min !== undefined && { [least]: min }),
    ...(max !== undefined && { [most]: max }),
  });
  const named = choices.map((choice) => ({ const: choice.value, title: choiceText(choice) }));
  switch (type) {
    case "text":
      return { type: "string", ...about, ...(format !== undefined && { format }), ...within("minLength", "maxLength") };
    case "choice":
      return { type: "string", ...about, oneOf: named };
    case "choices":
      return { type: "array", ...about, items: { anyOf: named }, ...within("minItems", "maxItems") };
    default:
      return { type, ...about, ...(type !== "boolean" && within("minimum", "maximum")) };
  }
}

function answerSchema() {
  const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
  return z.looseObject({
    action: z.enum(["accept", "decline", "cancel"]),
    content: z.record(z.string(), value).nullish(),
  });
}
