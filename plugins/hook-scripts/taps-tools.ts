/** The moments of a call: before it is judged, when somebody is asked, after it. */
import { resolve } from "node:path";
import {
  type Answer,
  allow,
  ask,
  type Call,
  deny,
  type HookOutcome,
  type ResultContent,
  type SessionView,
  type ToolResult,
  type TurnView,
  text,
  textOf,
} from "gantry/sdk";
import { wrapped } from "./fire.ts";
import type { Handlers, Kit } from "./kit.ts";
import { applyUpdates, suggestionsFor } from "./permission-updates.ts";

type AfterEvent = "PostToolUse" | "PostToolUseFailure";

export function toolTaps(kit: Kit): Handlers<"preTool" | "toolGate" | "ask" | "postTool"> {
  const { firing, stateOf } = kit;

  return {
    preTool: (call, turn) => (firing.has("PreToolUse") ? before(call, turn) : undefined),
    toolGate: (_, call, turn) => {
      const { judged } = stateOf(turn.session);
      if (!judged.has(call.id)) return undefined;
      const outcome = judged.get(call.id);
      judged.delete(call.id);
      return outcome ? voteOf(outcome) : deny("its PreToolUse hooks were cut off before they answered");
    },
    ask: ({ call, verdict, form }, turn) =>
      !form && (firing.has("PermissionRequest") || firing.has("Notification"))
        ? permission(call, verdict.rule !== undefined, turn)
        : undefined,
    postTool: (result, call, turn) => {
      const event = result.outcome === "ok" ? "PostToolUse" : "PostToolUseFailure";
      if (!firing.has(event) && !firing.has("CwdChanged")) return undefined;
      const work = after(event, result, call, turn);
      // An interrupted turn waits for nobody, but its hooks hear of it.
      return turn.signal.aborted ? undefined : work;
    },
  };

  async function before(call: Call, turn: TurnView): Promise<Call | undefined> {
    const { judged } = stateOf(turn.session);
    judged.set(call.id, undefined);
    const input = { ...aboutCall(call, turn.session), tool_use_id: call.id };
    const outcome = await firing.fire(turn.session, {
      event: "PreToolUse",
      ...subjectOf(call),
      input,
      signal: turn.signal,
    });
    if (turn.signal.aborted) {
      judged.delete(call.id);
      return undefined;
    }
    judged.set(call.id, outcome);
    kit.stopFor(turn.session, outcome);
    kit.tellModel(turn.session, outcome.context);
    return outcome.input ? { ...call, input: outcome.input } : undefined;
  }

  async function permission(call: Call, isByRule: boolean, turn: TurnView): Promise<Answer | undefined> {
    const { session, signal } = turn;
    const suggestions = firing.has("PermissionRequest") ? await suggestionsFor(kit.permits, session, call) : [];
    const input = { ...aboutCall(call, session), ...(suggestions.length && { permission_suggestions: suggestions }) };
    const outcome = await firing.fire(session, { event: "PermissionRequest", ...subjectOf(call), input, signal });
    const { decision, reason, fields } = outcome;
    kit.stopFor(session, outcome);
    if (decision === "deny" || outcome.stop !== undefined) {
      const why = reason ?? (outcome.stop || "a PermissionRequest hook said no");
      return { decision: "deny", reason: why, ...(fields.interrupt === true && { interrupt: true }) };
    }
    // A rule that says "ask" wants a person; and what a hook would change now was not judged.
    if (decision === "allow" && !isByRule && !outcome.input) {
      await applyUpdates(kit, session, fields.updatedPermissions);
      return { decision: "allow" };
    }
    if (decision === "allow") {
      const why = isByRule
        ? "a rule wants a person to be asked"
        : "a hook cannot change a call that is being asked for; PreToolUse can";
      kit.notify(session, `the yes of a PermissionRequest hook to ${call.tool.name} does not count: ${why}`);
    }
    if (session.isInteractive)
      kit.announce(session, "permission_prompt", `Gantry needs your permission to use ${call.tool.name}`);
    return undefined;
  }

  async function after(
    event: AfterEvent,
    result: ToolResult,
    call: Call,
    turn: TurnView,
  ): Promise<ToolResult | undefined> {
    if (firing.has("CwdChanged")) await moved(turn);
    return firing.has(event) ? afterwards(event, result, call, turn) : undefined;
  }

  /** Tells where the call has left the shell, before the next command runs there. */
  async function moved({ session, signal }: TurnView): Promise<void> {
    const state = stateOf(session);
    const old_cwd = state.shellFolder;
    const new_cwd = (await kit.shellFolders?.())?.current(session) ?? old_cwd;
    if (new_cwd === old_cwd) return;
    state.shellFolder = new_cwd;
    const outcome = await firing.fire(session, { event: "CwdChanged", input: { old_cwd, new_cwd }, signal });
    kit.tellModel(session, outcome.context);
  }

  async function afterwards(
    event: AfterEvent,
    result: ToolResult,
    call: Call,
    turn: TurnView,
  ): Promise<ToolResult | undefined> {
    const { session } = turn;
    const isFailure = event === "PostToolUseFailure";
    const input = {
      ...aboutCall(call, session),
      tool_use_id: call.id,
      duration_ms: Math.round(result.ms),
      ...(isFailure
        ? { error: textOf(result.content), is_interrupt: result.outcome === "aborted" }
        : { tool_response: result.data ?? textOf(result.content) }),
    };
    const signal = turn.signal.aborted ? session.scope.signal : turn.signal;
    const outcome = await firing.fire(session, { event, ...subjectOf(call), input, signal });
    kit.stopFor(session, outcome);
    return shaped(result, outcome, call.tool.name.startsWith("mcp__"));
  }
}

/** What an event says of a call. The paths of file tools are absolute. */
export function aboutCall({ tool, input }: Call, session: SessionView): Record<string, unknown> {
  const given = (typeof input === "object" && input !== null ? input : {}) as Readonly<Record<string, unknown>>;
  const field = tool.permission && "path" in tool.permission ? tool.permission.path : undefined;
  const path = field === undefined ? undefined : given[field];
  const isRelative = typeof path === "string" && path !== "" && !path.startsWith("~");
  return {
    tool_name: tool.name,
    tool_input: isRelative ? { ...given, [field as string]: resolve(session.cwd, path) } : given,
  };
}

export function subjectOf(call: Call) {
  return { subject: call.tool.name, aliases: call.tool.aliases ?? [], call };
}

const BY_PERSON = "A hook wants a person to say yes to it; no rule does so.";

function voteOf({ decision, reason, stop }: HookOutcome) {
  if (stop !== undefined) return deny(stop || "a PreToolUse hook ended the turn");
  if (decision === "deny") return deny(reason ?? "a PreToolUse hook said no");
  // No rule lifts it, so its own remedy stands in place of those of other votes.
  if (decision === "ask")
    return { ...ask(reason ?? "a PreToolUse hook wants a person to be asked"), remedy: BY_PERSON };
  return decision === "allow" ? allow(reason ?? "a PreToolUse hook") : undefined;
}

/** The result with what hooks put in its place and behind it. */
function shaped(
  result: ToolResult,
  { decision, reason, context, fields, isFailed }: HookOutcome,
  isMcp: boolean,
): ToolResult | undefined {
  if (isFailed)
    return { outcome: "error", content: [text(`The call ran, but its result is withheld: ${reason}`)], ms: result.ms };
  const replaced = fields.updatedToolOutput ?? (isMcp ? fields.updatedMCPToolOutput : undefined);
  const added = [...(decision === "deny" && reason ? [reason] : []), ...context].map((said) => text(wrapped(said)));
  if (replaced === undefined && !added.length) return undefined;
  const shown = replaced === undefined ? result : inPlaceOf(result, replaced);
  return { ...shown, content: [...shown.content, ...added] };
}

function inPlaceOf({ data: _, ...result }: ToolResult, output: unknown): ToolResult {
  if (typeof output === "string") return { ...result, content: [text(output)] };
  if (isContent(output)) return { ...result, content: output };
  const inner = (output as { readonly content?: unknown } | null)?.content;
  if (isContent(inner)) return { ...result, content: inner, data: output };
  return { ...result, content: [text(JSON.stringify(output, null, 2) ?? "")], data: output };
}

function isContent(value: unknown): value is readonly ResultContent[] {
  return Array.isArray(value) && value.length > 0 && value.every(isBlock);
}

function isBlock(block: unknown): block is ResultContent {
  const { type, text, source } = (block ?? {}) as Readonly<Record<string, unknown>>;
  if (type === "text") return typeof text === "string";
  const { data, media_type } = (source ?? {}) as Readonly<Record<string, unknown>>;
  return (type === "image" || type === "document") && typeof data === "string" && typeof media_type === "string";
}
