/**
 * A call before it runs, the same whoever asks: look up → validate → rewrite (`preTool`) → validate → resolve its path → freeze →
 * gate (`toolGate`, `ask`).
 */
import { isDeepStrictEqual } from "node:util";
import {
  type Answer,
  type Call,
  type CallOrigin,
  isGantryError,
  messageOf,
  NO_VERDICT,
  type RunTool,
  type SessionView,
  type ToolHandlers,
  type ToolImplementation,
  type ToolResult,
  type ToolUseBlock,
  type TurnView,
  text,
  type Verdict,
} from "gantry/sdk";
import { clause, sentence } from "gantry/sdk/kit/clause";
import { nearest } from "gantry/sdk/kit/nearest";
import { isWithin } from "gantry/sdk/kit/paths";
import { putQuestion } from "./asking.ts";
import type { Generation, ToolEntry } from "./generation.ts";
import { freeze } from "./guard.ts";
import { withPlaces } from "./places.ts";
import { HookAborted } from "./tap-run.ts";
import type { Turn } from "./turn.ts";

/** A call whose gates are passed, or its result when they were not. */
export type Prepared =
  | { readonly call: Call; readonly entry: ToolEntry; readonly isConcurrent: boolean; readonly run: RunTool }
  | { readonly result: ToolResult; readonly endsTurn: boolean };

export async function prepareCall(turn: Turn, block: ToolUseBlock, origin: CallOrigin): Promise<Prepared> {
  const entry = lookUp(turn.generation, block.name);
  if (!entry || !turn.session.mayUse(entry.info)) return refused("invalid", unknownTool(turn, block.name));
  const valid = validate(entry, block.input);
  if ("problem" in valid) return refused("invalid", valid.problem);
  try {
    const given: Call = freeze({ id: block.id, tool: entry.info, input: valid.input, origin });
    const call = await withPlaces(await rewrite(turn, entry, given), turn.generation, turn.session);
    const judged = await judge(turn, entry, call);
    if ("verdict" in judged) {
      const { verdict, endsTurn } = judged;
      turn.emit({ type: "denied", call, verdict });
      return refused("denied", refusal(call, verdict), endsTurn);
    }
    const { run, isConcurrent } = await implementationOf(turn, entry);
    const { concurrent, readOnly = false } = entry.info.traits ?? {};
    const mayRunBeside = isConcurrent?.(judged.call.input) ?? concurrent ?? readOnly;
    return { call: judged.call, entry, run: run as RunTool, isConcurrent: mayRunBeside };
  } catch (thrown) {
    const isAborted = thrown instanceof HookAborted || turn.signal.aborted;
    const why = isAborted ? "the turn was interrupted" : messageOf(thrown).replace(/\.$/, "");
    const remedy = !isAborted && isGantryError(thrown) && thrown.remedy ? ` ${thrown.remedy}` : "";
    return refused(isAborted ? "aborted" : "denied", `The call did not run: ${why}.${remedy}`);
  }
}

export function lookUp(generation: Generation, name: string): ToolEntry | undefined {
  return generation.tools.get(name) ?? generation.tools.get(generation.aliases.get(name) ?? "");
}

function unknownTool({ session, generation }: Turn, name: string): string {
  const names = session.specsOf(generation).map((spec) => spec.name);
  const meant = nearest(name, names);
  const known = names.join(", ") || "none";
  return `There is no tool "${name}". ${meant ? `Did you mean ${meant}? ` : ""}Tools: ${known}.`;
}

export function validate(entry: ToolEntry, input: unknown): { readonly input: unknown } | { readonly problem: string } {
  const schema = entry.info.input;
  if ("jsonSchema" in schema) return { input };
  const parsed = schema.safeParse(input);
  if (parsed.success) return { input: parsed.data };
  const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "the input"}: ${issue.message}`);
  return {
    problem: `The input of ${entry.name} is not valid. ${issues.join("; ")}. Correct it and call ${entry.name} again.`,
  };
}

/** `preTool` may change the input and nothing else; a changed input is validated again. */
async function rewrite(turn: Turn, entry: ToolEntry, call: Call): Promise<Call> {
  const rewritten = await turn.generation.hooks.preTool.promise(call, turn);
  return rewritten.input === call.input ? call : withInput(turn, entry, call, rewritten.input);
}

function withInput(turn: Turn, entry: ToolEntry, call: Call, input: unknown): Call {
  const valid = validate(entry, input);
  if ("problem" in valid) throw new Error(`a plugin rewrote it badly: ${valid.problem}`);
  turn.noteRewrite(call.id, valid.input);
  return freeze({ ...call, input: valid.input });
}

/** What the gates say to a call, before anybody is asked: the one judgement, whoever makes the call. */
export async function votesOn({ hooks }: Generation, call: Call, turn: TurnView): Promise<Verdict> {
  const voted = await hooks.toolGate.promise(NO_VERDICT, call, turn);
  return voted.decision === "none" ? byTraits(call, voted, turn.session) : voted;
}

/** The call as it may run, or why it may not. */
type Judged = { readonly call: Call } | { readonly verdict: Verdict; readonly endsTurn?: boolean };

async function judge(turn: Turn, entry: ToolEntry, call: Call): Promise<Judged> {
  const verdict = await votesOn(turn.generation, call, turn);
  if (verdict.decision === "allow") return { call };
  if (verdict.decision !== "ask") return { verdict };
  const answer = turn.isUnasked ? undefined : await putQuestion(turn.generation, { call, verdict }, turn);
  if (!answer) return { verdict: { ...verdict, decision: "deny", reason: unanswered(verdict, turn) } };
  if (answer.decision === "allow") return answered(turn, entry, call, answer);
  return {
    verdict: { decision: "deny", reason: answer.reason ?? "the person said no" },
    ...(answer.interrupt && { endsTurn: true }),
  };
}

/** Whoever says yes may change the input; what nobody may do, they may not either. */
async function answered(turn: Turn, entry: ToolEntry, call: Call, { input }: Answer): Promise<Judged> {
  if (input === undefined || isDeepStrictEqual(input, call.input)) return { call };
  const { places: _, ...bare } = call;
  const changed = await withPlaces(withInput(turn, entry, bare, input), turn.generation, turn.session);
  const verdict = await votesOn(turn.generation, changed, turn);
  return verdict.decision === "deny" ? { verdict } : { call: changed };
}

/** A call nobody voted on, so by nobody: what only reads, in the session's own folders, may run; all else is asked. */
function byTraits(call: Call, { by: _, ...voted }: Verdict, session: SessionView): Verdict {
  const mayRun = call.tool.traits?.readOnly === true && isInside(call, session);
  return { ...voted, decision: mayRun ? "allow" : "ask" };
}

/** Whether the path that a call is about, where it is about one, lies in the session's folders, links followed. */
function isInside({ tool, places }: Call, { folders }: SessionView): boolean {
  if (!tool.permission || !("path" in tool.permission)) return true;
  return places?.every((place) => isWithin(place, folders)) ?? false;
}

function unanswered(verdict: Verdict, { isUnasked }: Turn): string {
  const why = verdict.reason ? clause(verdict.reason) : "it needs a yes";
  return `${why}, and nobody ${isUnasked ? "is asked for this call" : "can be asked in this run"}`;
}

function refusal(call: Call, { reason, rule, remedy }: Verdict): string {
  const because = [reason && (rule ? clause(reason) : reason), rule && `rule ${rule}`].filter(Boolean).join("; ");
  const said = sentence(`${call.tool.name} was not allowed to run${because ? `: ${because}` : ""}`);
  return remedy ? `${said} ${remedy}` : said;
}

async function implementationOf(turn: Turn, entry: ToolEntry): Promise<ToolHandlers> {
  try {
    const implementation = (await entry.handler()) as ToolImplementation;
    return typeof implementation === "function" ? { run: implementation } : implementation;
  } catch (thrown) {
    turn.fault(entry.owner.name, `setup for ${entry.name}`, thrown);
    throw new Error(`the plugin ${entry.owner.name} cannot be set up: ${messageOf(thrown)}`);
  }
}

export function failed(outcome: ToolResult["outcome"], why: string): ToolResult {
  return { outcome, content: [text(why)], ms: 0 };
}

function refused(outcome: ToolResult["outcome"], why: string, endsTurn = false): Prepared {
  return { result: failed(outcome, why), endsTurn };
}
