/**
 * The loop. A prompt comes in and is logged; the prompt is built; the model answers; its calls run; their results are logged and
 * go back to the model; until it asks for nothing more and nobody wants it to go on.
 */
import {
  type AssistantMessage,
  type BadInputs,
  type Call,
  type Input,
  type Message,
  type ModelFailure,
  type ModelInfo,
  messageOf,
  newId,
  type PromptSection,
  type Provider,
  type SessionEvent,
  type ToolContext,
  type ToolResult,
  type ToolSpec,
  type ToolUseBlock,
  type TurnEnd,
  type TurnView,
  text,
  textOf,
} from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { HookAborted, TapDenied } from "./guard.ts";
import { Draft } from "./prompt.ts";
import type { KernelSession } from "./session.ts";
import { runCalls } from "./toolcall.ts";

/** How often `turnStop` may make one turn go on. */
const CONTINUATIONS = 10;

/** Share of the context window at which the conversation is shortened, and how much of it shall be left. */
const COMPACT_AT = 0.85;
const COMPACT_TO = 0.5;

const INTERRUPTED = "[Request interrupted by user]";

/** One turn at work: what hooks and tools see of it, and what the loop writes down. */
export class Turn implements TurnView {
  readonly id = newId();
  readonly session: KernelSession;
  readonly generation: KernelSession["generation"];
  readonly signal: AbortSignal;
  readonly took: (input: Input) => void;
  requests = 0;
  continuations = 0;
  /** The system prompt and the tools of this turn. */
  system: readonly PromptSection[] = [];
  tools: readonly ToolSpec[] = [];
  lastText = "";
  readonly #rewritten = new Map<string, unknown>();
  readonly #inputs = new Map<string, unknown>();

  constructor(session: KernelSession, signal: AbortSignal, took: (input: Input) => void) {
    this.session = session;
    this.generation = session.generation;
    this.signal = signal;
    this.took = took;
  }

  get env() {
    return this.session.env;
  }

  emit(event: SessionEvent): void {
    this.session.emit(event);
  }

  fault(plugin: string, where: string, thrown: unknown): void {
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    this.session.fault({
      plugin,
      where,
      message: messageOf(thrown),
      ...(stack && { stack }),
      isTimeout: false,
      isQuarantined: false,
    });
  }

  emitRewrite(id: string, input: unknown): void {
    this.#rewritten.set(id, input);
  }

  contextFor(call: Call): ToolContext {
    return {
      id: call.id,
      session: this.session,
      turn: this,
      signal: this.signal,
      progress: (progress) => this.emit({ type: "tool_progress", id: call.id, text: progress }),
    };
  }

  /** A side effect is written down, on the disk, before it starts. */
  async recordStart(call: Call): Promise<void> {
    this.#inputs.set(call.id, call.input);
    this.emit({ type: "tool_start", call });
    const isRewritten = this.#rewritten.has(call.id);
    if (call.tool.traits?.readOnly && !isRewritten) return;
    const input = isRewritten ? { input: call.input } : {};
    this.session.append({ type: "tool_start", toolUseId: call.id, tool: call.tool.name, ...input });
    await this.session.flush();
  }

  recordResult(block: ToolUseBlock, result: ToolResult): void {
    const { outcome, content, data, ms } = result;
    const tool = block.name;
    const entry = this.session.append({
      type: "tool_result",
      toolUseId: block.id,
      tool,
      outcome,
      content,
      ...(data !== undefined && { data }),
      ms: Math.round(ms),
    });
    const input = this.#inputs.get(block.id) ?? block.input;
    this.emit({ type: "tool_end", uuid: entry.uuid, id: block.id, tool, input, result });
  }
}

/** Runs one turn to its end. Never rejects: whatever goes wrong is how the turn ended. */
export async function runTurn(turn: Turn, input: Input): Promise<TurnEnd> {
  const started = performance.now();
  turn.emit({ type: "turn_start", turnId: turn.id, input });
  let end: TurnEnd;
  try {
    end = (await takeIn(turn, input)) ?? (await loop(turn));
  } catch (thrown) {
    end = unlogged(turn, () =>
      turn.signal.aborted || thrown instanceof HookAborted ? aborted(turn) : broken(turn, thrown),
    );
  }
  const ms = performance.now() - started;
  try {
    if (end.reason !== "handled") turn.session.append({ type: "turn_end", reason: end.reason, ms: Math.round(ms) });
    await turn.session.flush();
  } catch (thrown) {
    turn.session.notify({ level: "error", text: logFault(thrown) });
  }
  turn.emit({ type: "turn_end", turnId: turn.id, end, ms });
  return end;
}

/** Even where the log can no longer be written, the turn ends in words. */
function unlogged(turn: Turn, end: () => TurnEnd): TurnEnd {
  try {
    return end();
  } catch (thrown) {
    return { reason: "error", text: turn.lastText, error: logFault(thrown) };
  }
}

// ---------------------------------------------------------------- the way in

/** Commands, then `input` taps, then the log and the prompt. An end, if nothing is left for a model. */
async function takeIn(turn: Turn, given: Input): Promise<TurnEnd | undefined> {
  const input = await turn.generation.hooks.input.promise(await runCommand(turn, given), turn);
  if (input.outcome) {
    const { kind, text: said } = input.outcome;
    return { reason: kind, text: said, ...(kind === "refused" && { error: said }) };
  }
  logInput(turn, input);
  await buildPrompt(turn);
  return undefined;
}

/** `/name arguments` runs the command of that name; anything else is left as it is. */
async function runCommand(turn: Turn, input: Input): Promise<Input> {
  const typed = input.origin === "person" && input.content.length === 1 ? textOf(input.content) : "";
  const [, name = "", args = ""] = /^\/([\w:-]+)(?:\s+([\s\S]*))?$/.exec(typed.trim()) ?? [];
  const { commands } = turn.generation;
  const command = commands.get(name);
  if (!command) {
    if (!name || !commands.size) return input;
    const said = `There is no command /${name}.${didYouMean(name, commands.keys())} /help lists them.`;
    return { ...input, outcome: { kind: "refused", text: said } };
  }
  try {
    const answer = await (await command.handler())(args, turn.session);
    if (typeof answer === "object") return { ...input, content: [text(answer.prompt)] };
    return { ...input, outcome: { kind: "handled", text: answer ?? "" } };
  } catch (thrown) {
    turn.fault(command.owner.name, `command /${name}`, thrown);
    return { ...input, outcome: { kind: "refused", text: `/${name} failed: ${messageOf(thrown)}` } };
  }
}

function logInput(turn: Turn, { content, isMeta }: Input): void {
  turn.session.append({ type: "user", ...(isMeta && { isMeta }), message: { role: "user", content } });
}

/** Builds the prompt, once a turn; what is new each turn goes behind the person's message, so that the prefix stays. */
async function buildPrompt(turn: Turn): Promise<void> {
  const { session, generation } = turn;
  const built = await generation.hooks.promptBuild.promise(new Draft([], generation.specs), turn);
  const draft = built instanceof Draft ? built : new Draft(built.sections, built.tools);
  const system = draft.system();
  turn.tools = draft.tools;
  turn.system = isSame(system, session.prompt) ? session.prompt : system;
  if (turn.system !== session.prompt) {
    session.append({ type: "prompt", sections: [...system], tools: draft.tools.map(({ name }) => name) });
  }
  const reminders = draft.reminders().map((section) => text(`<system-reminder>\n${section.text}\n</system-reminder>`));
  if (reminders.length) logInput(turn, { content: reminders, origin: "plugin", isMeta: true });
}

function isSame(a: readonly PromptSection[], b: readonly PromptSection[]): boolean {
  return a.length === b.length && a.every((section, i) => section.key === b[i]?.key && section.text === b[i]?.text);
}

// ---------------------------------------------------------------- the loop

async function loop(turn: Turn): Promise<TurnEnd> {
  const provider = await providerOf(turn);
  while (true) {
    takeQueued(turn);
    await compactIfNeeded(turn, provider);
    const answer = await ask(turn, provider);
    if ("failure" in answer) return failedRequest(turn, answer.failure);
    const { message, badInputs } = answer;
    turn.lastText = textOf(message.content) || turn.lastText;
    const calls = message.content.filter((block) => block.type === "tool_use");
    if (calls.length) {
      const batch = await runCalls(turn, calls, (block) => cannotRun(block, message, badInputs));
      if (turn.signal.aborted) return aborted(turn);
      if (batch.endsTurn)
        return {
          reason: "denied",
          text: turn.lastText,
          error: "A call was refused and the turn ended with it.",
        };
    } else if (message.stop_reason !== "pause_turn" && turn.session.isQueueEmpty && !(await goesOn(turn))) {
      return { reason: "completed", text: textOf(message.content) };
    }
  }
}

/** Why a call of this answer must not run: its input was not whole, or the answer was not. */
function cannotRun(
  block: ToolUseBlock,
  message: AssistantMessage,
  badInputs: BadInputs | undefined,
): string | undefined {
  const problem = badInputs?.[block.id];
  if (problem !== undefined) return `${block.name} did not run. ${problem}`;
  if (message.stop_reason === "tool_use" || message.stop_reason === "end_turn") return undefined;
  return `The call did not run: the answer ended early (${message.stop_reason}). Send it again, in smaller pieces.`;
}

/** What came in while the model was at work is said before it goes on. */
function takeQueued(turn: Turn): void {
  for (const input of turn.session.dequeue()) {
    turn.took(input);
    logInput(turn, input);
  }
}

async function goesOn(turn: Turn): Promise<boolean> {
  if (turn.continuations >= CONTINUATIONS) return false;
  const reason = await turn.generation.hooks.turnStop.promise(turn);
  if (typeof reason !== "string") return false;
  turn.continuations++;
  logInput(turn, { content: [text(reason)], origin: "hook", isMeta: true });
  return true;
}

// ---------------------------------------------------------------- asking the model

async function providerOf(turn: Turn): Promise<Provider> {
  const entry = turn.generation.providers.get(turn.session.model.provider);
  if (!entry) throw new Error(`the provider ${turn.session.model.provider} is gone`);
  return (await entry.handler()) as Provider;
}

type ModelAnswer =
  | { readonly message: AssistantMessage; readonly badInputs?: BadInputs }
  | { readonly failure: ModelFailure };

async function ask(turn: Turn, provider: Provider): Promise<ModelAnswer> {
  const { session, signal } = turn;
  const started = performance.now();
  const request = {
    model: session.model,
    system: turn.system,
    messages: session.messages.slice(),
    tools: turn.tools,
  };
  await session.flush();
  if (signal.aborted) return { failure: { kind: "aborted", message: "The turn was interrupted.", isRetryable: false } };
  turn.requests++;
  turn.emit({ type: "request", turnId: turn.id, number: turn.requests });
  session.provider = provider;
  let asked: string | undefined;
  for await (const event of session.stream(request, { signal, turn })) {
    switch (event.type) {
      case "tool_input":
        if (asked !== event.id) warm(turn, event.name);
        asked = event.id;
        turn.emit(event);
        break;
      case "text":
      case "thinking":
      case "retry":
        turn.emit(event);
        break;
      case "end":
        return logAnswer(turn, event, performance.now() - started);
      case "failure":
        return { failure: event.failure };
    }
  }
  const silent = `The provider ${session.model.provider} ended its stream without an answer.`;
  return { failure: { kind: "protocol", message: silent, isRetryable: false } };
}

function logAnswer(
  turn: Turn,
  { message, badInputs }: { readonly message: AssistantMessage; readonly badInputs?: BadInputs },
  ms: number,
): ModelAnswer {
  const model = `${turn.session.model.provider}/${turn.session.model.id}`;
  const { uuid } = turn.session.append({ type: "assistant", model, ms: Math.round(ms), message });
  turn.emit({ type: "assistant", uuid, message, model, ms });
  return { message, ...(badInputs && { badInputs }) };
}

/** While the model is still writing a call, the tool it names is set up. */
function warm(turn: Turn, name: string): void {
  const entry = turn.generation.tools.get(name);
  void entry?.handler().catch(() => undefined);
}

// ---------------------------------------------------------------- length

async function compactIfNeeded(turn: Turn, provider: Provider): Promise<void> {
  const { session } = turn;
  const info: ModelInfo | undefined = provider.info?.(session.model.id);
  if (!info?.contextWindow) return;
  const tokens = estimate(session.messages);
  if (tokens < info.contextWindow * COMPACT_AT) return;
  const target = Math.floor(info.contextWindow * COMPACT_TO);
  const request = { trigger: "auto", messages: session.messages, tokens, target } as const;
  const compaction = await turn.generation.hooks.compact.promise(request, turn);
  if (!compaction) return;
  const through = session.entries.at(-1)?.uuid ?? "";
  session.append({ type: "compaction", by: "compact", through, messages: compaction.messages as never });
  session.notify({ level: "info", text: compaction.summary });
}

/** The tokens of the conversation: what the last answer counted, and a quarter of a token a character since. */
function estimate(messages: readonly Message[]): number {
  const last = messages.findLastIndex((message) => message.role === "assistant");
  const answer = messages[last];
  const usage = answer?.role === "assistant" ? answer.usage : undefined;
  const counted = usage
    ? usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens + usage.output_tokens
    : 0;
  const since = messages.slice(last + 1).reduce((sum, message) => sum + JSON.stringify(message.content).length, 0);
  return counted + Math.ceil(since / 4);
}

// ---------------------------------------------------------------- ends

function failedRequest(turn: Turn, failure: ModelFailure): TurnEnd {
  if (failure.kind === "aborted" || turn.signal.aborted) return aborted(turn);
  const reason = failure.kind === "limit" ? (failure.code ?? "limit") : "model_error";
  const error = failure.remedy ? `${failure.message} ${failure.remedy}` : failure.message;
  return {
    reason,
    text: turn.lastText,
    error,
    ...(failure.status !== undefined && { status: failure.status }),
  };
}

function aborted(turn: Turn): TurnEnd {
  logInput(turn, { content: [text(INTERRUPTED)], origin: "plugin", isMeta: true });
  return { reason: "aborted", text: turn.lastText, error: "The turn was interrupted." };
}

function broken(turn: Turn, thrown: unknown): TurnEnd {
  if (!(thrown instanceof TapDenied)) turn.fault("gantry", "turn", thrown);
  turn.session.answerOrphans();
  return { reason: "error", text: turn.lastText, error: messageOf(thrown) };
}

function logFault(thrown: unknown): string {
  return `The session log cannot be written: ${messageOf(thrown)}`;
}
