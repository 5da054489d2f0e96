/** What a server wants to know of a person: a form or an address, through the hook `ask`, and hooks of the settings around it. */
import type {
  FormField,
  FormValue,
  HookEvents,
  HostInfo,
  QuestionForm,
  Questions,
  SessionView,
  ToolInfo,
  TurnView,
} from "gantry/sdk";
import { openBrowser } from "gantry/sdk/kit/browser";
import { formProblems } from "gantry/sdk/kit/form";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { ElicitAnswer } from "./connection.ts";

type Fields = Readonly<Record<string, unknown>>;

/** On whose behalf it is asked. */
export interface Asking {
  readonly server: string;
  readonly session: SessionView;
  readonly turn?: TurnView | undefined;
  readonly tool: ToolInfo;
  readonly signal: AbortSignal;
}

export interface ElicitParts {
  readonly host: HostInfo;
  readonly questions: Questions;
  readonly events: HookEvents | undefined;
}

export async function elicit(
  params: Fields,
  asking: Asking,
  { host, questions, events }: ElicitParts,
): Promise<ElicitAnswer> {
  const { server, session, turn, tool, signal } = asking;
  const form = formOf(params, server);
  const about = {
    mcp_server_name: server,
    mode: form.kind === "url" ? "url" : "form",
    ...(typeof params.elicitationId === "string" && { elicitation_id: params.elicitationId }),
  };
  const decided = await firstWord();
  const answer = decided ?? (await personsWord());
  return lastWord(answer);

  async function firstWord(): Promise<ElicitAnswer | undefined> {
    if (!events?.has("Elicitation")) return undefined;
    const { message, requestedSchema } = params;
    const input = {
      ...about,
      message,
      ...(form.url !== undefined && { url: form.url }),
      ...(requestedSchema !== undefined && { requested_schema: requestedSchema }),
    };
    const outcome = await events.fire(session, { event: "Elicitation", subject: server, input, signal });
    if (outcome.decision === "deny") return { action: "decline" };
    return answerIn(outcome.fields);
  }

  async function personsWord(): Promise<ElicitAnswer> {
    const answer = await questions.ask(session, { form, call: { tool }, signal, ...(turn && { turn }) });
    if (!answer) return { action: "cancel" };
    if (answer.decision === "deny") return { action: "decline" };
    if (form.url !== undefined && answer.isOpened !== true) await opened(form.url);
    return {
      action: "accept",
      ...(form.kind === "form" && { content: contentOf({ ...defaultsOf(form), ...answer.values }) }),
    };
  }

  /** Where nobody sits, no browser is opened. */
  async function opened(url: string): Promise<void> {
    if (!session.isInteractive || (await openBrowser(new URL(url), host))) return;
    const text = `No browser could be started. Open this for the MCP server ${server}: ${visibleLine(url, url.length)}`;
    session.notify({ level: "info", plugin: "mcp-bridge", text });
  }

  async function lastWord(answer: ElicitAnswer): Promise<ElicitAnswer> {
    const checked = isGood(answer, form) ? answer : ({ action: "cancel" } as const);
    if (!events?.has("ElicitationResult")) return checked;
    const input = { ...about, action: checked.action, ...("content" in checked && { content: checked.content }) };
    const outcome = await events.fire(session, { event: "ElicitationResult", subject: server, input, signal });
    if (outcome.decision === "deny") return { action: "decline" };
    const other = answerIn(outcome.fields);
    return other && isGood(other, form) ? other : checked;
  }
}

/** What a field that was left out means. */
function defaultsOf({ fields }: QuestionForm): Readonly<Record<string, FormValue>> {
  return Object.fromEntries(fields.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value]])));
}

function isGood({ action, content = {} }: ElicitAnswer, form: QuestionForm): boolean {
  return action !== "accept" || form.kind === "url" || Object.keys(formProblems(form, content)).length === 0;
}

function answerIn({ action, content }: Fields): ElicitAnswer | undefined {
  if (action !== "accept" && action !== "decline" && action !== "cancel") return undefined;
  return { action, ...(action === "accept" && content !== undefined && { content: contentOf(content as never) }) };
}

function contentOf(values: Readonly<Record<string, FormValue>>): NonNullable<ElicitAnswer["content"]> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? [...value] : (value as string)]),
  );
}

/** Throws for what can be put into no form: the server is told. */
export function formOf(params: Fields, server: string): QuestionForm {
  const from = `The MCP server ${server}`;
  const message = String(params.message ?? "");
  if (params.mode === "url") return { kind: "url", from, message, url: safeUrl(params.url), fields: [] };
  const { properties = {}, required = [] } = (params.requestedSchema ?? {}) as {
    properties?: Fields;
    required?: unknown;
  };
  const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
  const fields = Object.entries(properties).map(([name, schema]) => fieldOf(name, schema as Fields, isRequired(name)));
  return { kind: fields.length ? "form" : "consent", from, message, fields };
}

/** Nothing but the web, and in the clear only on this machine. */
function safeUrl(given: unknown): string {
  const url = URL.canParse(String(given)) ? new URL(String(given)) : undefined;
  const isHere = url !== undefined && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (!url || url.username || !(url.protocol === "https:" || (url.protocol === "http:" && isHere))) {
    throw new Error("only https addresses are opened");
  }
  return url.href;
}

function fieldOf(name: string, schema: Fields, isRequired: boolean): FormField {
  const { type, title, description, format } = schema;
  const about = {
    name,
    isRequired,
    ...(typeof title === "string" && { title }),
    ...(typeof description === "string" && { description }),
    ...(schema.default !== undefined && { default: schema.default as FormValue }),
  };
  const one = choicesIn(schema);
  if (one) return { ...about, type: "choice", choices: one };
  if (type === "string") {
    const text = { ...about, type: "text", ...bounds(schema.minLength, schema.maxLength) } as const;
    return { ...text, ...(typeof format === "string" && { format }) };
  }
  if (type === "number" || type === "integer") return { ...about, type, ...bounds(schema.minimum, schema.maximum) };
  if (type === "boolean") return { ...about, type };
  const several = type === "array" ? choicesIn(schema.items as Fields) : undefined;
  if (several) return { ...about, type: "choices", choices: several, ...bounds(schema.minItems, schema.maxItems) };
  throw new Error(`the field ${JSON.stringify(name)} has a type that no form has`);
}

function choicesIn(schema: Fields | undefined): FormField["choices"] | undefined {
  const titled = schema?.oneOf ?? schema?.anyOf;
  if (Array.isArray(titled)) {
    return titled.map((one: Fields) => ({ value: String(one.const), title: String(one.title ?? one.const) }));
  }
  if (!Array.isArray(schema?.enum)) return undefined;
  const names = Array.isArray(schema.enumNames) ? schema.enumNames : [];
  return schema.enum.map((value, index) => ({ value: String(value), title: String(names[index] ?? value) }));
}

function bounds(min: unknown, max: unknown) {
  return { ...(typeof min === "number" && { min }), ...(typeof max === "number" && { max }) };
}
