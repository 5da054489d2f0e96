/** The calls of one answer, scheduled; and one call that was prepared: run (wraps) → shape (`postTool`) → result. */
import {
  type Call,
  type CallOrigin,
  isToolError,
  messageOf,
  type ResultContent,
  type RunTool,
  type ToolOutput,
  type ToolResult,
  type ToolUseBlock,
  text,
} from "gantry/sdk";
import type { ToolEntry } from "./generation.ts";
import { failed, lookUp, type Prepared, prepareCall, validate } from "./prepare.ts";
import { HookAborted } from "./tap-run.ts";
import type { Turn } from "./turn.ts";

/** How many calls run at the same time, unless the environment says otherwise. */
const TOGETHER = 10;

/** How long a call may take to stop once its turn is interrupted. */
const STOP_MS = 5_000;

const NOT_REACHED = "The call did not run: the turn was interrupted before it.";

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

  try {
    for (const [index, block] of blocks.entries()) {
      const reason = notRun(block);
      if (turn.signal.aborted || endsTurn) settle(index, failed("aborted", NOT_REACHED));
      else if (reason !== undefined) settle(index, failed("invalid", reason));
      else await start(index, block);
    }
    await Promise.all(running);
  } finally {
    // Where the log cannot be written, what already runs is still waited for.
    await Promise.allSettled(running);
  }
  return { results: blocks.map((block, index) => ({ block, result: results[index] as ToolResult })), endsTurn };

  async function start(index: number, block: ToolUseBlock) {
    if (!mayRunBeside(turn, block)) await Promise.all(running);
    const prepared = await prepareCall(turn, block, "model");
    if ("result" in prepared) {
      endsTurn ||= prepared.endsTurn;
      return settle(index, prepared.result);
    }
    if (!prepared.isConcurrent) await Promise.all(running);
    else if (running.size >= limit) await Promise.race(running);
    const work = runPrepared(turn, prepared).then((result) => settle(index, result));
    const tracked = work.finally(() => running.delete(tracked));
    running.add(tracked);
    if (!prepared.isConcurrent) await tracked;
  }
}

/** One call that no model asked for: the same path, but its result is no part of the conversation. */
export async function callTool(turn: Turn, block: ToolUseBlock, origin: CallOrigin): Promise<ToolResult> {
  const prepared = await prepareCall(turn, block, origin);
  const result = "result" in prepared ? prepared.result : await runPrepared(turn, prepared);
  turn.recordOwnCall(block, result);
  return result;
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
    return { ...failed("error", thrown.message), ms, ...(thrown.data !== undefined && { data: thrown.data }) };
  turn.fault(entry.owner.name, `tool ${entry.name}`, thrown);
  return { ...failed("error", `${entry.name} failed: ${messageOf(thrown)}`), ms };
}

// ---------------------------------------------------------------- small things

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
