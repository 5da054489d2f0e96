import {
  type Call,
  type Input,
  type Entry as LogEntry,
  type ModelRef,
  messageOf,
  newId,
  type PromptSection,
  type SessionEvent,
  type ToolContext,
  type ToolResult,
  type ToolSpec,
  type ToolUseBlock,
  type TurnView,
} from "gantry/sdk";
import type { KernelSession } from "./session.ts";

/** One turn at work: what hooks and tools see of it, and what the loop writes down. */
export class Turn implements TurnView {
  readonly id = newId();
  readonly session: KernelSession;
  generation: KernelSession["generation"];
  readonly signal: AbortSignal;
  readonly took: (input: Input) => void;
  requests = 0;
  continuations = 0;
  /** The system prompt and the tools of this turn. */
  system: readonly PromptSection[] = [];
  tools: readonly ToolSpec[] = [];
  lastText = "";
  /** The conversation was shortened since the last answer, because a request had been too long. */
  isShortened = false;
  /** Whether something has changed the world since the log was last flushed. */
  isUnsaved = false;
  /** Asked in place of the session's model. */
  ownModel: ModelRef | undefined;
  /** Nobody is asked for the calls of this turn. */
  isUnasked = false;
  readonly #rewritten = new Map<string, unknown>();
  readonly #inputs = new Map<string, unknown>();

  constructor(session: KernelSession, signal: AbortSignal, took: (input: Input) => void) {
    this.session = session;
    this.generation = session.generation;
    this.signal = signal;
    this.took = took;
  }

  /**
   * What plugins have contributed since the turn began is there from the next request on: tools behind those that the model knows, so
   * that the prefix stays. Anything else waits for the next turn.
   */
  adopt(): void {
    const before = this.generation;
    this.session.adoptContributions();
    const { generation } = this.session;
    if (generation === before || generation.members !== before.members) return;
    this.generation = generation;
    const had = new Set(before.specs.map(({ name }) => name));
    const specs = this.session.specsOf(generation);
    const now = new Map(specs.map((spec) => [spec.name, spec]));
    const kept = this.tools.flatMap(({ name }) => now.get(name) ?? []);
    const added = specs.filter(({ name }) => !had.has(name));
    this.tools = [...kept, ...added];
  }

  get model(): ModelRef {
    return this.ownModel ?? this.session.model;
  }

  get env() {
    return this.session.env;
  }

  emit(event: SessionEvent): void {
    this.session.emit(event);
  }

  fault(plugin: string, where: string, thrown: unknown): void {
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    const message = messageOf(thrown);
    this.session.fault({ plugin, where, message, ...(stack && { stack }), isTimeout: false, isQuarantined: false });
  }

  noteRewrite(id: string, input: unknown): void {
    this.#rewritten.set(id, input);
  }

  contextFor(call: Call): ToolContext {
    return {
      id: call.id,
      session: this.session,
      turn: this,
      origin: call.origin,
      ...(call.places && { places: call.places }),
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
    this.isUnsaved = true;
    this.session.append({ type: "tool_start", toolUseId: call.id, tool: call.tool.name, ...input });
    await this.session.flush();
  }

  /** How a call ended that no model asked for. */
  recordOwnCall(block: ToolUseBlock, result: ToolResult): void {
    const { id, name: tool, input } = block;
    const data = { id, tool, input, outcome: result.outcome, ms: Math.round(result.ms) };
    this.#tellEnd(block, result, this.session.append({ type: "plugin", plugin: "gantry", kind: "call", data }));
  }

  recordResult(block: ToolUseBlock, result: ToolResult): void {
    const { outcome, content, data, ms } = result;
    const body = { toolUseId: block.id, tool: block.name, outcome, content, ...(data !== undefined && { data }) };
    this.#tellEnd(block, result, this.session.append({ type: "tool_result", ...body, ms: Math.round(ms) }));
  }

  #tellEnd({ id, name: tool, input }: ToolUseBlock, result: ToolResult, { uuid }: LogEntry): void {
    this.emit({ type: "tool_end", uuid, id, tool, input: this.#inputs.get(id) ?? input, result });
  }
}
