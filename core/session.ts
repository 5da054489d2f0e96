/** A session: an append-only log and a queue. Messages, and whatever else it shows, are derived from the log. */
import { setMaxListeners } from "node:events";
import {
  type AnnouncedEvent,
  type CompactOptions,
  type CompactOutcome,
  type EntryBody,
  type Fault,
  type Input,
  type Entry as LogEntry,
  type Message,
  type ModelRef,
  messageOf,
  type Notice,
  type PromptSection,
  type Provider,
  type Session,
  type SessionAgent,
  type SessionEvent,
  type SessionWriter,
  type StreamFunction,
  type ToolInfo,
  type ToolSpec,
  type UserContent,
} from "gantry/sdk";
import { branchOf } from "gantry/sdk/kit/branch";
import type * as z from "zod";
import { Channel } from "./channel.ts";
import { compact } from "./compaction.ts";
import { error } from "./errors.ts";
import type { Generation, ToolEntry } from "./generation.ts";
import { runTurn } from "./loop.ts";
import { derive, messagesOf } from "./messages.ts";
import { Queue } from "./queue.ts";
import type { OwnedScope } from "./scope.ts";
import { identity } from "./session-log.ts";
import { Turn } from "./turn.ts";

/** What a session asks of the host. */
export interface SessionHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The newest generation. */
  current(): Generation;
  chooseModel(generation: Generation, name: string): Promise<ModelRef>;
  setting<T>(key: string, schema: z.ZodType<T>): Promise<T | undefined>;
}

export interface SessionOptions {
  readonly id: string;
  readonly cwd: string;
  readonly home: string;
  readonly folders: readonly string[];
  readonly isInteractive: boolean;
  /** The session above, the agent that works here for it, and the tools it has. */
  readonly parent?: KernelSession;
  readonly agent?: SessionAgent;
  readonly mayUse?: (tool: ToolInfo) => boolean;
  readonly model: ModelRef;
  readonly host: SessionHost;
  readonly scope: OwnedScope;
  readonly writer: SessionWriter;
  /** The log so far, when it goes on. */
  readonly entries: readonly LogEntry[];
}

export class KernelSession implements Session {
  readonly id: string;
  readonly cwd: string;
  readonly home: string;
  readonly isInteractive: boolean;
  readonly parent?: KernelSession;
  readonly agent?: SessionAgent;
  readonly mayUse: (tool: ToolInfo) => boolean;
  readonly children = new Set<KernelSession>();
  readonly scope: OwnedScope;
  generation: Generation;
  /** The way to the model, with every wrap of the generation around it. */
  stream: StreamFunction;
  /** Whoever requests go to, by name. */
  readonly providers = new Map<string, Provider>();
  model: ModelRef;
  /** The prompt as it was last sent. */
  prompt: readonly PromptSection[] = [];

  #folders: readonly string[];
  readonly #host: SessionHost;
  readonly #writer: SessionWriter;
  /** The branch that counts, and the whole log. */
  #entries: LogEntry[] = [];
  readonly #all: LogEntry[] = [];
  readonly #messages: Message[] = [];
  readonly #queue = new Queue((body) => void this.append(body));
  readonly #channels = new Set<Channel>();
  /** What happened before anybody listened; the first to listen gets it. */
  #early: SessionEvent[] | undefined = [];
  readonly #watchers = new Set<(event: SessionEvent) => void>();
  #turn: { readonly controller: AbortController; readonly done: Promise<void> } | undefined;
  /** The turn whose loop runs. */
  #running: Turn | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.cwd = options.cwd;
    this.home = options.home;
    this.#folders = options.folders;
    this.isInteractive = options.isInteractive;
    if (options.parent) this.parent = options.parent;
    if (options.agent) this.agent = options.agent;
    this.mayUse = options.mayUse ?? (() => true);
    this.scope = options.scope;
    this.model = options.model;
    this.#host = options.host;
    this.#writer = options.writer;
    this.generation = options.host.current();
    this.#all.push(...options.entries);
    this.#rebuild();
    this.stream = this.#streamOf(this.generation);
    if (options.entries.length) this.#goOn();
    this.parent?.children.add(this);
  }

  /** A session that goes on: calls that were cut off are answered, and what waited waits again. */
  #goOn(): void {
    this.answerOrphans();
    const count = this.#queue.restore(this.#all);
    if (!count) return;
    const what = count === 1 ? "One input that had waited goes" : `${count} inputs that had waited go`;
    this.notify({ level: "info", text: `${what} before the next one.` });
  }

  #streamOf(generation: Generation): StreamFunction {
    const inner: StreamFunction = (request, call) =>
      (this.providers.get(request.model.provider) as Provider).stream(request, call);
    return generation.hooks.modelWrap.call(inner, this);
  }

  /** Changes over to another generation; where its way to the model cannot be put together, all stays as it is. */
  #adopt(next: Generation): void {
    if (next === this.generation) return;
    try {
      this.stream = this.#streamOf(next);
      this.generation = next;
    } catch (thrown) {
      this.notify({ level: "error", text: `The changed plugins cannot be used: ${messageOf(thrown)}` });
    }
  }

  /** Changes over, within a turn too, when only what plugins have contributed differs. */
  adoptContributions(): void {
    const next = this.#host.current();
    if (next.members === this.generation.members) this.#adopt(next);
  }

  get env() {
    return this.#host.env;
  }

  get folders(): readonly string[] {
    return this.parent?.folders ?? this.#folders;
  }

  /** The tools of a generation that it has, as a model sees them. */
  specsOf({ specs, tools }: Generation): readonly ToolSpec[] {
    return this.parent ? specs.filter(({ name }) => this.mayUse((tools.get(name) as ToolEntry).info)) : specs;
  }

  get transcriptPath(): string | undefined {
    return this.#writer.path;
  }

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  get allEntries(): readonly LogEntry[] {
    return this.#all;
  }

  setting<T>(key: string, schema: z.ZodType<T>): Promise<T | undefined> {
    return this.#host.setting(key, schema);
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  // ------------------------------------------------------------ talking

  send(prompt: string | readonly UserContent[]): AsyncIterable<SessionEvent> {
    const content = typeof prompt === "string" ? [{ type: "text" as const, text: prompt }] : prompt;
    const input: Input = { content, origin: this.parent ? "plugin" : "person" };
    return this.#listen(input);
  }

  async *#listen(input: Input): AsyncGenerator<SessionEvent> {
    if (this.#closing) throw error("GANTRY_SESSION_CLOSED", { id: this.id });
    const channel = new Channel(input, this.#takeEarly());
    this.#channels.add(channel);
    this.#queue.add(input, this.#turn !== undefined);
    this.#start();
    try {
      yield* channel.events();
    } finally {
      this.#channels.delete(channel);
      if (!channel.isClosed) await this.interrupt();
    }
  }

  #takeEarly(): SessionEvent[] {
    const early = this.#early ?? [];
    this.#early = undefined;
    return early;
  }

  watch(listener: (event: SessionEvent) => void): () => void {
    for (const event of this.#takeEarly()) listener(event);
    this.#watchers.add(listener);
    return () => void this.#watchers.delete(listener);
  }

  enqueue(input: Input): void {
    this.#queue.add(input, this.#turn !== undefined);
    if (this.isInteractive) this.#start();
  }

  /** Takes all waiting inputs. */
  dequeue(): readonly Input[] {
    return this.#queue.take(true);
  }

  #start(): void {
    if (this.#turn || this.#closing) return;
    const controller = new AbortController();
    // As many calls as run together may listen.
    setMaxListeners(0, controller.signal);
    const turn: { controller: AbortController; done: Promise<void> } = { controller, done: Promise.resolve() };
    this.#turn = turn;
    turn.done = this.#run(controller.signal);
  }

  async #run(signal: AbortSignal): Promise<void> {
    // A microtask, so that whoever called has its listener in place before the first event.
    await null;
    while (!this.#queue.isEmpty && !this.#closing) {
      this.#adopt(this.#host.current());
      const [input] = this.#queue.take() as readonly [Input];
      const taken = new Set([input]);
      const turn = new Turn(this, signal, (more) => taken.add(more));
      this.#running = turn;
      await runTurn(turn, input);
      this.#running = undefined;
      for (const channel of this.#channels) if (taken.has(channel.input)) channel.close();
      if (signal.aborted) break;
      if (!this.isInteractive && !this.#queue.hasPerson) break;
    }
    this.#turn = undefined;
    if (this.#queue.hasPerson && !this.#closing) this.#start();
  }

  async interrupt(): Promise<void> {
    const turn = this.#turn;
    turn?.controller.abort(new Error("interrupted"));
    await turn?.done;
  }

  /** Resolves when no turn is running. */
  async idle(): Promise<void> {
    await this.#turn?.done;
  }

  async setModel(name: string): Promise<void> {
    const model = await this.#host.chooseModel(this.#host.current(), name);
    if (model.provider === this.model.provider && model.id === this.model.id) return;
    this.model = model;
    this.append({ type: "model", model: `${model.provider}/${model.id}` });
  }

  rewind(to: string | null, by: string): void {
    const target = to ?? this.#all[0]?.uuid;
    if (this.#running?.requests) throw error("GANTRY_SESSION_REWIND", { problem: "a model is at work." });
    if (target === undefined || !this.#all.some(({ uuid }) => uuid === target)) {
      throw error("GANTRY_SESSION_REWIND", { problem: `there is no record ${to} in it.` });
    }
    this.#append({ type: "rewind", to, by }, target);
    this.#rebuild();
    this.answerOrphans();
    this.emit({ type: "rewound", to });
  }

  async compact(options: CompactOptions = {}): Promise<CompactOutcome> {
    if (this.#running?.requests) throw error("GANTRY_SESSION_COMPACT", { problem: "A model is at work." });
    const turn = this.#running ?? new Turn(this, this.scope.signal, () => undefined);
    const provider = await this.generation.providers.get(this.model.provider)?.handler();
    const window = provider?.info?.(this.model.id)?.contextWindow;
    return compact(turn, { ...options, trigger: "manual", window });
  }

  addFolder(folder: string): void {
    if (this.parent) this.parent.addFolder(folder);
    else if (!this.folders.includes(folder)) this.#folders = Object.freeze([...this.folders, folder]);
  }

  removeFolder(folder: string): void {
    if (this.parent) this.parent.removeFolder(folder);
    else this.#folders = Object.freeze(this.folders.filter((one, at) => at === 0 || one !== folder));
  }

  rename(title: string): void {
    this.append({ type: "title", title });
  }

  close(reason = "exit"): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  async #close(reason: string): Promise<void> {
    this.scope.abort();
    await this.interrupt();
    await Promise.all([...this.children].map((child) => child.close(reason)));
    this.parent?.children.delete(this);
    await this.generation.hooks.sessionEnd.promise(this, reason);
    for (const channel of this.#channels) channel.close();
    await this.scope.close();
    await this.#writer.close();
  }

  // ------------------------------------------------------------ telling

  emit(event: SessionEvent): void {
    this.generation.hooks.event.call(event, this);
    this.#early?.push(event);
    for (const watcher of this.#watchers) watcher(event);
    for (const channel of this.#channels) channel.push(event);
    this.parent?.emit(event.type === "agent" ? event : { type: "agent", session: this, event });
  }

  notify(notice: Notice): void {
    // A person looks at the session at the top.
    if (this.parent) this.parent.notify(notice);
    else {
      this.emit({ type: "notice", notice });
      void this.generation.hooks.notify.promise(notice, this).catch(() => undefined);
    }
  }

  announce(event: AnnouncedEvent): void {
    this.emit(event);
  }

  fault(fault: Fault): void {
    if (this.parent) this.parent.fault(fault);
    else this.emit({ type: "fault", fault });
  }

  // ------------------------------------------------------------ remembering

  append<T extends LogEntry["type"]>(body: EntryBody<T>): LogEntry {
    return this.#append(body, this.#entries.at(-1)?.uuid ?? null);
  }

  #append(body: EntryBody, parentUuid: string | null): LogEntry {
    const entry = { ...body, ...identity(this.id, parentUuid) } as unknown as LogEntry;
    this.#writer.append(entry);
    this.#all.push(entry);
    this.#take(entry);
    return entry;
  }

  /** Resolves when everything so far is on the disk. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  record(plugin: string, kind: string, data: unknown): void {
    this.append({ type: "plugin", plugin, kind, data });
  }

  /** Derives everything anew from the branch that counts. */
  #rebuild(): void {
    this.#entries = [...branchOf(this.#all)];
    this.#messages.splice(0, this.#messages.length, ...messagesOf(this.#entries));
    this.prompt = this.#entries.findLast((entry) => entry.type === "prompt")?.sections ?? [];
  }

  #take(entry: LogEntry): void {
    this.#entries.push(entry);
    derive(this.#messages, this.#entries, entry);
    if (entry.type === "prompt") this.prompt = entry.sections;
  }

  /** Calls without a result, as after a crash, get one, so that the conversation is whole. */
  answerOrphans(): void {
    const at = this.#messages.findLastIndex((message) => message.role === "assistant");
    const answered = new Set(
      this.#messages
        .slice(at + 1)
        .flatMap(({ content }) => content.map((block) => "tool_use_id" in block && block.tool_use_id)),
    );
    for (const block of this.#messages[at]?.content ?? []) {
      if (block.type !== "tool_use" || answered.has(block.id)) continue;
      const content = [{ type: "text" as const, text: "The call was cut off; whether it took effect is not known." }];
      this.append({ type: "tool_result", toolUseId: block.id, tool: block.name, outcome: "aborted", content, ms: 0 });
    }
  }
}
