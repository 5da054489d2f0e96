import {
  CreateElicitationResponse,
  type ElicitationPropertySchema,
  methods,
  type RequestPermissionRequest,
  type StringFormat,
} from "@agentclientprotocol/sdk/unstable";
import {
  type Answer,
  type Call,
  type FormField,
  type FormValue,
  newId,
  type QuestionForm,
  rootOf,
  type TurnView,
} from "gantry/sdk";
import { choiceText, formMessage, joinOthers, splitOthers } from "gantry/sdk/kit/form";
import { exactText } from "gantry/sdk/kit/question";
import { fenced } from "./content.ts";
import type { Link } from "./link.ts";

const FORMATS: ReadonlySet<string> = new Set<StringFormat>(["email", "uri", "date", "date-time"]);
const NO: Answer = { decision: "deny" };

/** Puts a form, an address or a yes-or-no to the person. `undefined` where the client offers no way to ask. */
export async function fillIn(
  form: QuestionForm,
  call: Call,
  { session, signal }: TurnView,
  { peer, capabilities }: Link,
): Promise<Answer | undefined> {
  const waiting = { cancellationSignal: signal, stopWaitingOnCancel: true };
  const said = formMessage(form);
  const message = exactText(said ? `${form.from}: ${said}` : `${form.from} asks`);
  if (form.kind === "consent") return consent();
  const scope = { sessionId: rootOf(session).id, toolCallId: call.id, message };
  if (form.kind === "url") {
    if (!capabilities.elicitation?.url || !form.url) return undefined;
    const asked = { mode: "url", elicitationId: newId(), url: form.url, ...scope } as const;
    const answer = answerIn(await peer.request(methods.client.elicitation.create, asked, waiting));
    return answer.decision === "allow" ? { ...answer, isOpened: true } : answer;
  }
  if (!capabilities.elicitation?.form) return form.isForCall ? choices() : undefined;
  const fields = splitOthers(form.fields);
  const requestedSchema = {
    type: "object" as const,
    properties: Object.fromEntries(fields.map((field) => [field.name, propertyOf(field)])),
    required: fields.filter(({ isRequired }) => isRequired).map(({ name }) => name),
  };
  const asked = { mode: "form", requestedSchema, ...scope } as const;
  const answer = answerIn(await peer.request(methods.client.elicitation.create, asked, waiting));
  return answer.values ? { ...answer, values: joinOthers(form.fields, answer.values) } : answer;

  /** Every client can have one of a few things chosen: then a form of choices is asked for field by field. */
  async function choices(): Promise<Answer | undefined> {
    if (!form.fields.every(({ type }) => type === "choice" || type === "choices")) return undefined;
    const values: Record<string, FormValue> = {};
    for (const [index, field] of form.fields.entries()) {
      const chosen = await choose(field, index === 0 && said ? [said] : []);
      if (typeof chosen !== "string") return chosen;
      values[field.name] = field.type === "choices" ? [chosen] : chosen;
    }
    return { decision: "allow", values };
  }

  async function choose(field: FormField, before: readonly string[]): Promise<string | Answer> {
    const { title = field.name, description, choices = [] } = field;
    const text = [...before, ...(description ? [description] : [])].map(exactText).join("\n\n");
    const asked: RequestPermissionRequest = {
      sessionId: session.id,
      toolCall: {
        toolCallId: call.id,
        title: exactText(title),
        ...(text !== "" && { content: [{ type: "content", content: fenced({ text }) }] }),
      },
      options: [
        ...choices.map((choice, index) => {
          return { optionId: `${index}`, name: exactText(choiceText(choice)), kind: "allow_once" } as const;
        }),
        { optionId: "no", name: "No answer", kind: "reject_once" },
      ],
    };
    const { outcome } = await peer.request(methods.client.session.requestPermission, asked, waiting);
    if (outcome.outcome !== "selected") return { ...NO, interrupt: true };
    return choices[Number(outcome.optionId)]?.value ?? NO;
  }

  async function consent(): Promise<Answer> {
    const { outcome } = await peer.request(
      methods.client.session.requestPermission,
      {
        sessionId: rootOf(session).id,
        toolCall: {
          toolCallId: call.id,
          title: exactText(form.from),
          content: [{ type: "content", content: fenced({ text: message }) }],
        },
        options: [
          { optionId: "yes", name: "Yes", kind: "allow_once" },
          { optionId: "no", name: "No", kind: "reject_once" },
        ],
      },
      waiting,
    );
    return outcome.outcome === "selected" && outcome.optionId === "yes" ? { decision: "allow" } : NO;
  }
}

function answerIn(response: CreateElicitationResponse): Answer {
  if (!CreateElicitationResponse.isAccept(response)) return NO;
  return { decision: "allow", ...(response.content && { values: response.content as Record<string, FormValue> }) };
}

function propertyOf(field: FormField): ElicitationPropertySchema {
  const { type, title, description, choices = [], min, max, format, default: value } = field;
  const common = {
    ...(title && { title }),
    ...(description && { description }),
    ...(value !== undefined && { default: value }),
  };
  const options = choices.map((choice) => ({ const: choice.value, title: choiceText(choice) }));
  const range = { ...(min !== undefined && { minimum: min }), ...(max !== undefined && { maximum: max }) };
  switch (type) {
    case "number":
    case "integer":
      return { type, ...common, ...range } as ElicitationPropertySchema;
    case "boolean":
      return { type, ...common } as ElicitationPropertySchema;
    case "choice":
      return { type: "string", ...common, oneOf: options } as ElicitationPropertySchema;
    case "choices":
      return {
        type: "array",
        ...common,
        items: { anyOf: options },
        ...(min !== undefined && { minItems: min }),
        ...(max !== undefined && { maxItems: max }),
      } as ElicitationPropertySchema;
    case "text":
      return {
        type: "string",
        ...common,
        ...(format && FORMATS.has(format) && { format: format as StringFormat }),
        ...(min !== undefined && { minLength: min }),
        ...(max !== undefined && { maxLength: max }),
      } as ElicitationPropertySchema;
  }
}
