/**
 * One call from look-up to result, and several scheduled. The path is the same whoever asks:
 * look up → validate → rewrite (`preTool`) → validate → freeze → gate (`toolGate`, `ask`) → run (wraps) → shape (`postTool`).
 */
import {
  type Call,
  type CallOrigin,
  isToolError,
  messageOf,
  NO_VERDICT,
  type ResultContent,
  type RunTool,
  type ToolHandlers,
  type ToolImplementation,
  type ToolOutput,
  type ToolResult,
  type ToolUseBlock,
  text,
  type Verdict,
} from "gantry/sdk";
import { nearest } from "gantry/sdk/kit/nearest";
import type { Generation, ToolEntry } from "./generation.ts";
import { freeze, HookAborted } from "./guard.ts";
import type { Turn } from "./turn.ts";

/** How many calls run at the same time, unless the environment says otherwise. */
const TOGETHER = 10;

/** How long a call may take to stop once its turn is interrupted. */
const STOP_MS = 5_000;

/** A call whose gates are passed, or its result when they were not. */
type Prepared =
  | { readonly call: Call; readonly entry: ToolEntry; readonly isConcurrent: boolean; readonly run: RunTool }
  | { readonly call: Call | undefined; readonly result: ToolResult; readonly endsTurn: boolean };

/** What came of the calls of one answer. */
export interface Batch {
  /** In the model's order, one for every call. */
  readonly results: readonly { readonly block: ToolUseBlock; readonly result: ToolResult }[];
  /** A refusal that ends the turn. */
  readonly endsTurn: boolean;
}

/**
 * Runs the calls of one answer: prepared in order, run together where they may, reported in the model's order. Every call
 * gets exactly one outcome, whatever happens.
 */
export async function runCalls(
  turn: Turn,
  blocks: readonly ToolUseBlock[],
  notRun: (block: ToolUseBlock) => string | undefined,
): Promise<Batch> {
  const results: (ToolResult | undefined)[] = blocks.map(() => undefined);
  const running = new Set<Promise<void>>();
  const limit = togetherLimit(turn);
  let endsTurn = false;
  let reported = 0;

  const settle = (index: number, result: ToolResult) => {
    results[index] = result;
    for (let next = results[reported]; next; next = results[reported]) {
      turn.recordResult(blocks[reported] as ToolUseBlock, next);
      reported++;
    }
  };

  for (const [index, block] of blocks.entries()) {
    if (turn.signal.aborted || endsTurn) {
      settle(index, failed("aborted", "The call did not run: the turn was interrupted before it."));
      continue;
    }
    const reason = notRun(block);
    if (reason !== undefined) {
      settle(index, failed("invalid", reason));
      continue;
    }
    if (!mayRunBeside(turn, block)) await Promise.all(running);
    const prepared = await prepareCall(turn, block.id, block.name, block.input, "model");
    if ("result" in prepared) {
      endsTurn ||= prepared.endsTurn;
      settle(index, prepared.result);
      continue;
    }
    if (!prepared.isConcurrent) await Promise.all(running);
    else if (running.size >= limit) await Promise.race(running);
    const work = runPrepared(turn, prepared).then((result) => settle(index, result));
    const tracked = work.finally(() => running.delete(tracked));
    running.add(tracked);
    if (!prepared.isConcurrent) await tracked;
  }
  await Promise.all(running);
  return {
    results: blocks.map((block, index) => ({ block, result: results[index] as ToolResult })),
    endsTurn,
  };
}

/** One call on its own, as a person or a plugin asks for it. */
export async function runCall(
  turn: Turn,
  id: string,
  name: string,
  input: unknown,
  origin: CallOrigin,
): Promise<ToolResult> {
  const prepared = await prepareCall(turn, id, name, input, origin);
  return "result" in prepared ? prepared.result : runPrepared(turn, prepared);
}

// ---------------------------------------------------------------- prepare: look up, validate, rewrite, gate

async function prepareCall(
  turn: Turn,
  id: string,
  name: string,
  input: unknown,
  origin: CallOrigin,
): Promise<Prepared> {
  const entry = lookUp(turn.generation, name);
  if (!entry) return refused(undefined, failed("invalid", unknownTool(turn.generation, name)));
  const valid = validate(entry, input);
  if ("problem" in valid) return refused(undefined, failed("invalid", valid.problem));
  let call: Call = freeze({ id, tool: entry.info, input: valid.input, origin });
  try {
    call = await rewrite(turn, entry, call);
    const verdict = await judge(turn, call);
    if (verdict.decision !== "allow") {
      turn.emit({ type: "denied", call, verdict });
      return refused(
        call,
        failed("denied", refusal(call, verdict)),
        "interrupt" in verdict && verdict.interrupt === true,
      );
    }
    const handlers = await implementationOf(turn, entry);
    const isConcurrent =
      handlers.isConcurrent?.(call.input as never) ?? entry.info.traits?.concurrent ?? entry.info.traits?.readOnly;
    return { call, entry, isConcurrent: isConcurrent ?? false, run: handlers.run as RunTool };
  } catch (thrown) {
    const outcome = thrown instanceof HookAborted || turn.signal.aborted ? "aborted" : "denied";
    const why =
      outcome === "aborted"
        ? "The call did not run: the turn was interrupted."
        : `The call did not run: ${messageOf(thrown)}.`;
    return refused(call, failed(outcome, why));
  }
}

function lookUp(generation: Generation, name: string): ToolEntry | undefined {
  return generation.tools.get(name) ?? generation.tools.get(generation.aliases.get(name) ?? "");
}

function unknownTool(generation: Generation, name: string): string {
  const meant = nearest(name, generation.tools.keys());
  const known = [...generation.tools.keys()].join(", ") || "none";
  return `There is no tool "${name}". ${meant ? `Did you mean ${meant}? ` : ""}Tools: ${known}.`;
}

function validate(entry: ToolEntry, input: unknown): { readonly input: unknown } | { readonly problem: string } {
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
  if (rewritten.input === call.input) return call;
  const valid = validate(entry, rewritten.input);
  if ("problem" in valid) throw new Error(`a plugin rewrote it badly: ${valid.problem}`);
  turn.emitRewrite(call.id, valid.input);
  return freeze({ ...call, input: valid.input });
}

async function judge(turn: Turn, call: Call): Promise<Verdict & { readonly interrupt?: boolean }> {
  const { hooks } = turn.generation;
  const voted = await hooks.toolGate.promise(NO_VERDICT, call, turn);
  const verdict = voted.decision === "none" ? byTraits(call, voted) : voted;
  if (verdict.decision !== "ask") return verdict;
  const answer = await hooks.ask.promise({ call, verdict }, turn);
  if (!answer) return { ...verdict, decision: "deny", reason: unanswered(verdict) };
  if (answer.decision === "allow") return { ...verdict, decision: "allow" };
  return {
    decision: "deny",
    reason: answer.reason ?? "the person said no",
    ...(answer.interrupt && { interrupt: true }),
  };
}

/** A call nobody voted on: what only reads may run, all else is asked. */
function byTraits(call: Call, voted: Verdict): Verdict {
  return { ...voted, decision: call.tool.traits?.readOnly ? "allow" : "ask" };
}

function unanswered(verdict: Verdict): string {
  return `${verdict.reason ? `${verdict.reason}, and ` : "it needs a yes, and "}nobody can be asked in this run`;
}

function refusal(call: Call, { reason, rule, remedy }: Verdict): string {
  const because = [reason, rule && `rule ${rule}`].filter(Boolean).join("; ");
  return `${call.tool.name} was not allowed to run${because ? `: ${because}` : ""}.${remedy ? ` ${remedy}` : ""}`;
}

// ---------------------------------------------------------------- run: wraps around the tool, then shape

async function runPrepared(
  turn: Turn,
  { call, entry, run }: Extract<Prepared, { entry: ToolEntry }>,
): Promise<ToolResult> {
  const started = performance.now();
  let result: ToolResult;
  try {
    await turn.recordStart(call);
    const output = await stopping(turn, chain(turn, entry, run, call)(call.input, turn.contextFor(call)));
    result = output
      ? shaped(output, performance.now() - started)
      : failed("aborted", "The call was interrupted and did not stop in time; what it did is not known.");
  } catch (thrown) {
    result = threw(turn, entry, thrown, performance.now() - started);
  }
  try {
    return await turn.generation.hooks.postTool.promise(result, call, turn);
  } catch (thrown) {
    if (thrown instanceof HookAborted) return result;
    return failed("error", `The call ran, but its result was withheld: ${messageOf(thrown)}.`);
  }
}

/** The tool's own run function inside the wraps of other plugins; the first plugin's wrap is the outermost. */
function chain(turn: Turn, entry: ToolEntry, run: RunTool, call: Call) {
  const innermost = async (input: unknown, context: Parameters<RunTool>[1]): Promise<ToolOutput> => {
    const valid = input === call.input ? { input } : validate(entry, input);
    if ("problem" in valid) throw new Error(`a wrap changed the input badly: ${valid.problem}`);
    return asOutput(await run(valid.input, context));
  };
  return entry.wraps.reduceRight<typeof innermost>((next, { owner, wrap }) => {
    return async (input, context) => {
      const around = await wrap();
      try {
        return asOutput(await around(next)(input, context));
      } catch (thrown) {
        if (!isToolError(thrown)) turn.fault(owner.name, `wrap of ${entry.name}`, thrown);
        throw thrown;
      }
    };
  }, innermost);
}

/** Waits for the run, but after an interruption only a while; `undefined` when it did not stop. */
async function stopping<T>(turn: Turn, run: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const gaveUp = new Promise<undefined>((resolve) => {
    onAbort = () => {
      timer = setTimeout(resolve, STOP_MS, undefined);
    };
    if (turn.signal.aborted) onAbort();
    else turn.signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([run, gaveUp]);
  } finally {
    clearTimeout(timer);
    if (onAbort) turn.signal.removeEventListener("abort", onAbort);
  }
}

function threw(turn: Turn, entry: ToolEntry, thrown: unknown, ms: number): ToolResult {
  if (turn.signal.aborted) return { ...failed("aborted", `The call was interrupted: ${messageOf(thrown)}`), ms };
  if (isToolError(thrown))
    return {
      ...failed("error", thrown.message),
      ms,
      ...(thrown.data !== undefined && { data: thrown.data }),
    };
  turn.fault(entry.owner.name, `tool ${entry.name}`, thrown);
  return { ...failed("error", `${entry.name} failed: ${messageOf(thrown)}`), ms };
}

// ---------------------------------------------------------------- small things

async function implementationOf(turn: Turn, entry: ToolEntry): Promise<ToolHandlers> {
  try {
    const implementation = (await entry.handler()) as ToolImplementation;
    return typeof implementation === "function" ? { run: implementation } : implementation;
  } catch (thrown) {
    turn.fault(entry.owner.name, `setup for ${entry.name}`, thrown);
    throw new Error(`the plugin ${entry.owner.name} cannot be set up: ${messageOf(thrown)}`);
  }
}

/** A guess from traits alone, before the input is known to be valid: whether to wait for what is running. */
function mayRunBeside(turn: Turn, block: ToolUseBlock): boolean {
  const traits = lookUp(turn.generation, block.name)?.info.traits;
  return (traits?.concurrent ?? traits?.readOnly) !== false;
}

function togetherLimit(turn: Turn): number {
  const asked = Number(turn.env.CLAUDE_CODE_MAX_TOOL_USE_CONCURRENCY);
  return Number.isInteger(asked) && asked > 0 ? asked : TOGETHER;
}

function asOutput(value: string | ToolOutput): ToolOutput {
  return typeof value === "string" ? { content: value } : value;
}

function shaped({ content, data, isError }: ToolOutput, ms: number): ToolResult {
  const blocks: readonly ResultContent[] = typeof content === "string" ? [text(content)] : content;
  return { outcome: isError ? "error" : "ok", content: blocks, ms, ...(data !== undefined && { data }) };
}

function failed(outcome: ToolResult["outcome"], why: string): ToolResult {
  return { outcome, content: [text(why)], ms: 0 };
}

function refused(call: Call | undefined, result: ToolResult, endsTurn = false): Prepared {
  return { call, result, endsTurn };
}
