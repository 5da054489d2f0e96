/** What one hook's end means: exit codes and JSON, as documented, and what a failure is. */
import type { Decision } from "gantry/sdk";
import { rulesOf } from "./events.ts";
import { deniesOnFailure, whatRuns } from "./handlers.ts";
import { OUTPUT_FIELDS, type Output, outputSchema } from "./output-schemas.ts";
import type { Hook } from "./read.ts";

/** How a hook ended, whatever kind it is of. */
export type Ended =
  | { readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  /** It could not be started, was ended, or took too long. */
  | { readonly failure: string };

/** What one hook says. */
export interface Answer {
  readonly decision: Decision;
  readonly reason?: string;
  readonly context?: string;
  /** The whole input of the call, as it shall be. */
  readonly input?: Readonly<Record<string, unknown>>;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly stop?: string;
  /** For the person. */
  readonly message?: string;
  /** What went wrong, without denying anything. */
  readonly problem?: string;
  /** It denies because it failed. */
  readonly isFailed?: true;
}

const NOTHING: Answer = Object.freeze({ decision: "none" });
const NOT_FOUND = new Set([126, 127]);

/** A failed hook: a refusal where it guards something, a problem to tell of elsewhere. */
export function failed(hook: Hook, why: string): Answer {
  const what = `the ${hook.event} hook [${named(hook)}] of ${hook.source} ${why}`;
  if (!deniesOnFailure(hook.event, hook.handler)) return { decision: "none", problem: what };
  const how = hook.handler.onFail === "deny" ? "" : '; correct it, or declare it "onFail": "report"';
  return { decision: "deny", reason: `${what}${how}`, isFailed: true };
}

export function interpret(hook: Hook, ended: Ended): Answer {
  if ("failure" in ended) return failed(hook, ended.failure);
  const { exitCode, stderr } = ended;
  if (NOT_FOUND.has(exitCode)) return failed(hook, `could not be started (exit ${exitCode})${firstLine(stderr)}`);
  // What a shell says of a program that a signal has ended.
  if (exitCode > 128 && exitCode < 160) return failed(hook, `was ended by signal ${exitCode - 128}`);

  const printed = readOutput(hook, ended.stdout);
  if (exitCode === 2) return refused(hook, stderr.trim(), printed);
  if (exitCode !== 0 && hook.handler.onFail === "deny") {
    return failed(hook, `ended with exit code ${exitCode}${firstLine(stderr)}`);
  }
  if ("broken" in printed) return failed(hook, `printed no valid answer: ${printed.broken}`);
  if ("json" in printed) return fromJson(printed.json);
  if (exitCode !== 0)
    return { decision: "none", problem: `${titled(hook)} ended with exit code ${exitCode}${firstLine(stderr)}` };
  const isContext = rulesOf(hook.event).isPlainTextContext && printed.text !== "";
  if (isContext) return { decision: "none", context: printed.text };
  return /"(hookSpecificOutput|permissionDecision)"/.test(printed.text)
    ? { decision: "none", problem: `${titled(hook)} printed something before its JSON, so the JSON does not count` }
    : NOTHING;
}

// ---------------------------------------------------------------- exit code 2

function refused(hook: Hook, stderr: string, printed: Printed): Answer {
  const json = "json" in printed ? fromJson(printed.json) : NOTHING;
  // Whoever says no in one way and yes in another has not said yes.
  const given: Answer = json.decision === "allow" ? { ...json, decision: "none" } : json;
  const said = `[${named(hook)}]: ${stderr || "No stderr output"}`;
  switch (rulesOf(hook.event).exitTwo) {
    case "block":
      return { ...given, decision: "deny", reason: (given.decision === "deny" && given.reason) || said };
    case "model":
      return { ...given, context: given.context ?? said };
    case "person":
      return { ...given, message: given.message ?? said };
    default:
      return hook.handler.onFail === "deny" ? failed(hook, `ended with exit code 2${firstLine(stderr)}`) : given;
  }
}

// ---------------------------------------------------------------- standard output

type Printed = { readonly text: string } | { readonly json: Output } | { readonly broken: string };

function readOutput({ event }: Hook, stdout: string): Printed {
  const text = stdout.trim();
  if (!text.startsWith("{")) return { text };
  const value = parsed(text);
  if (value === undefined)
    return isLinesOfOtherJson(text) ? { text } : { broken: "what it printed begins like JSON and is none" };
  const answer = outputSchema(event).safeParse(value);
  if (answer.success) return { json: answer.data };
  const [issue] = answer.error.issues;
  return { broken: `"${issue?.path.join(".")}" of its JSON: ${issue?.message}` };
}

/** Several lines of JSON that speak of no hook, such as a log. */
function isLinesOfOtherJson(text: string): boolean {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return (
    lines.length > 1 &&
    lines.every((line) => {
      const value = parsed(line);
      return typeof value === "object" && value !== null && !OUTPUT_FIELDS.some((field) => Object.hasOwn(value, field));
    })
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fromJson(json: Output): Answer {
  const {
    hookEventName: _,
    additionalContext,
    updatedInput,
    permissionDecision,
    permissionDecisionReason,
    decision,
    ...fields
  } = (json.hookSpecificOutput ?? {}) as Specific;
  const asked = decision ? { decision: decision.behavior, reason: decision.message } : undefined;
  const said = permissionDecision ?? asked?.decision ?? old(json.decision);
  const reason = permissionDecisionReason ?? asked?.reason ?? json.reason;
  const input = decision?.updatedInput ?? updatedInput;
  const more = {
    ...fields,
    ...(decision?.updatedPermissions && { updatedPermissions: decision.updatedPermissions }),
    ...(decision?.interrupt !== undefined && { interrupt: decision.interrupt }),
    ...(json.action !== undefined && { action: json.action, content: json.content }),
  };
  return {
    // There is nobody to put it off to: what shall be decided later is asked for now.
    decision: said === "defer" ? "ask" : (said ?? "none"),
    ...(reason && { reason }),
    ...(additionalContext && { context: additionalContext }),
    ...(input && { input }),
    ...(Object.keys(more).length && { fields: more }),
    ...(json.continue === false && { stop: json.stopReason ?? "" }),
    ...(json.systemMessage && { message: json.systemMessage }),
  };
}

interface Specific extends Record<string, unknown> {
  readonly additionalContext?: string;
  readonly updatedInput?: Record<string, unknown>;
  readonly permissionDecision?: "allow" | "deny" | "ask" | "defer";
  readonly permissionDecisionReason?: string;
  readonly decision?: {
    readonly behavior: "allow" | "deny";
    readonly message?: string;
    readonly interrupt?: boolean;
    readonly updatedInput?: Record<string, unknown>;
    readonly updatedPermissions?: readonly unknown[];
  };
}

function old(decision: Output["decision"]): Decision | undefined {
  if (decision === undefined) return undefined;
  return decision === "approve" ? "allow" : "deny";
}

// ---------------------------------------------------------------- words

function titled(hook: Hook): string {
  return `the ${hook.event} hook [${named(hook)}]`;
}

export function named({ handler }: Hook): string {
  const whole = whatRuns(handler);
  return whole.length > 200 ? `${whole.slice(0, 199)}…` : whole;
}

function firstLine(stderr: string): string {
  const [line = ""] = stderr.trim().split("\n");
  return line && `: ${line.slice(0, 500)}`;
}
