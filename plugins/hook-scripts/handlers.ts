import { type HookFunction, z } from "gantry/sdk";
import { type EventName, rulesOf } from "./events.ts";

let made: ReturnType<typeof makeSchema> | undefined;

/** The five kinds of hooks. Made when there is a hook to read: most starts have none. */
function handlerSchema() {
  made ??= makeSchema();
  return made;
}

function makeSchema() {
  const common = {
    if: z.string().optional().describe("one permission rule that the call must fit"),
    timeout: z.number().positive().optional().describe("seconds"),
    onFail: z
      .enum(["deny", "report"])
      .optional()
      .describe("what a failure of the hook means; for gates deny, else report"),
    statusMessage: z.string().optional(),
    once: z.boolean().optional().describe("in a skill or a command: it runs no more than once"),
  };
  const asked = {
    ...common,
    prompt: z.string(),
    model: z.string().optional(),
    continueOnBlock: z.boolean().optional(),
  };

  // Keys that nobody knows are let be: files in the wild have them.
  return z.discriminatedUnion("type", [
    z.looseObject({
      ...common,
      type: z.literal("command"),
      command: z.string().min(1),
      args: z.array(z.string()).optional().describe("without a shell"),
      async: z.boolean().optional(),
      asyncRewake: z.boolean().optional(),
      shell: z.enum(["bash", "powershell"]).optional(),
    }),
    z.looseObject({
      ...common,
      type: z.literal("http"),
      url: z.url({ protocol: /^https?$/ }),
      headers: z.record(z.string(), z.string()).optional(),
      allowedEnvVars: z.array(z.string()).optional(),
    }),
    z.looseObject({
      ...common,
      type: z.literal("mcp_tool"),
      server: z.string().min(1),
      tool: z.string().min(1),
      input: z.record(z.string(), z.unknown()).optional(),
    }),
    z.looseObject({ ...asked, type: z.literal("prompt") }),
    z.looseObject({ ...asked, type: z.literal("agent") }),
  ]);
}

/** A hook that no file can name. */
export interface FunctionHandler {
  readonly type: "function";
  readonly name: string;
  readonly run: HookFunction["run"];
  readonly timeout?: number | undefined;
  readonly onFail?: "deny" | "report" | undefined;
  readonly if?: undefined;
  readonly once?: undefined;
}

export type Handler = z.output<ReturnType<typeof makeSchema>> | FunctionHandler;
export type HandlerOf<T extends Handler["type"]> = Extract<Handler, { type: T }>;

/** Reads one hook; an old one without a type is a command. A sentence when it means nothing. */
export function readHandler(event: EventName, value: unknown): Handler | string {
  const given = value as Readonly<Record<string, unknown>> | null;
  const isUntyped = typeof given === "object" && given !== null && given.type === undefined && "command" in given;
  const parsed = handlerSchema().safeParse(isUntyped ? { ...given, type: "command" } : value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join(".");
    return `${where ? `"${where}": ` : ""}${issue?.message ?? "not valid"}`;
  }
  return unfit(event, parsed.data) ?? parsed.data;
}

function unfit(event: EventName, handler: Handler): string | undefined {
  const { isEarly, takesModels } = rulesOf(event);
  const { type } = handler;
  if (isEarly && type !== "command" && type !== "mcp_tool") {
    return `a hook of the type "${type}" cannot run on ${event}; only command and mcp_tool can`;
  }
  if ((type === "prompt" || type === "agent") && !takesModels) {
    return `a hook of the type "${type}" cannot run on ${event}`;
  }
  return undefined;
}

/** What a timer can count to: 24 days. */
const MOST_SECONDS = 2_000_000;

/** How long a hook may take, in seconds. */
export function timeoutOf(event: EventName, handler: Handler): number {
  if (handler.timeout !== undefined) return Math.min(handler.timeout, MOST_SECONDS);
  if (handler.type === "prompt") return 30;
  if (handler.type === "agent") return 60;
  return rulesOf(event).timeout ?? 600;
}

/** Whether its failure denies. */
export function deniesOnFailure(event: EventName, handler: Handler): boolean {
  return handler.onFail === "deny" || (rulesOf(event).isGate === true && handler.onFail !== "report");
}

/** What it runs, on one line, for people. */
export function whatRuns(handler: Handler): string {
  switch (handler.type) {
    case "command":
      return [handler.command, ...(handler.args ?? [])].join(" ");
    case "http":
      return handler.url;
    case "mcp_tool":
      return `${handler.server} ${handler.tool}`;
    case "function":
      return handler.name;
    default:
      return handler.prompt;
  }
}

/** All of it, the same for the same hook however its keys stand. */
export function wholeOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(wholeOf).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, inner]) => `${JSON.stringify(key)}:${wholeOf(inner)}`).join(",")}}`;
}
