/** The host: opened from what discovery finds, reloaded as a whole, asked for sessions, closed. */
import {
  type ChildOptions,
  ChildSessions,
  type Claim,
  Commands,
  type Fault,
  type HostInfo,
  type HostReport,
  Inspector,
  Judge,
  type LeftOut,
  type Entry as LogEntry,
  type ModelRef,
  Models,
  messageOf,
  type Notice,
  type OpenOptions,
  Questions,
  rootOf,
  type ServiceKey,
  type Session,
  SessionStore,
  type SessionView,
  Settings,
  Slots,
  Tools,
  Trust,
  Turns,
} from "gantry/sdk";
import * as z from "zod";
import { Assembly } from "./assembly.ts";
import { type Ask, claimOf, listedClaims } from "./claims.ts";
import { discover } from "./discover.ts";
import { error } from "./errors.ts";
import type { Generation } from "./generation.ts";
import type { Host, HostOptions } from "./host.ts";
import { hostInfo } from "./info.ts";
import {
  createCommands,
  createJudge,
  createModels,
  createQuestions,
  createSlots,
  createTools,
  createTurns,
  opened,
} from "./kernel-services.ts";
import { chooseModel, defaultModel, hasKey } from "./model.ts";
import { pluginReport } from "./report.ts";
import { createScope } from "./scope.ts";
import { KernelSession, type SessionHost, type SessionOptions } from "./session.ts";
import { beginning, openLog } from "./session-log.ts";
import { Trace } from "./trace.ts";
import { TrustBook } from "./trust.ts";

/** What a session begins with, besides what the host gives to all. */
type Opening = Omit<SessionOptions, "cwd" | "home" | "folders" | "host"> & { readonly title: string | undefined };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Opens a host.
 *
 * @example
 * const host = await openHost({ plugins: [weather, provider] });
 * const session = await host.open();
 * for await (const event of session.send("How is the weather in Oslo?")) console.log(event);
 * await host.close();
 */
export async function openHost(options: HostOptions = {}): Promise<Host> {
  const host = new KernelHost(options);
  await host.reload();
  return host;
}

class KernelHost implements Host {
  info: HostInfo;
  generation!: Generation;
  readonly notices: Notice[] = [];

  readonly #options: HostOptions;
  readonly #trace = new Trace();
  readonly #scope = createScope("host", (scope, message) => this.#warn(`${scope}: ${message}`));
  readonly #sessions = new Set<KernelSession>();
  readonly #trust: TrustBook;
  #asks: readonly Ask[] = [];
  #assembly: Assembly | undefined;
  #bootMs = 0;
  #loading: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
    const info = hostInfo(options);
    this.#trust = new TrustBook(info, () => this.#claims());
    this.info = this.#trusted(info);
    if (this.#trust.problem) this.#warn(this.#trust.problem);
  }

  // ------------------------------------------------------------ plugins

  reload(): Promise<void> {
    // One after another; a failed one does not stand in the way of the next.
    this.#loading = this.#loading.catch(() => undefined).then(() => this.#load());
    return this.#loading;
  }

  async #load(): Promise<void> {
    const started = performance.now();
    const { catalogue = { plugins: {}, presets: {} }, plugins = [], config = [], defaults = [] } = this.#options;
    const { useFiles = true, commandLine, onLog = () => undefined, isStrict = false } = this.#options;
    const { found, layers, asks } = await discover({
      ...this.info,
      counts: (ask) => this.#counts(ask),
      useFiles,
      catalogue,
      plugins,
      nearest: config,
      defaults,
    });

    const line = commandLine?.(found.map(({ plugin }) => plugin.manifest));
    if (line)
      this.info = this.#trusted(hostInfo({ ...this.#options, flagSettings: line.settings, folders: line.folders }));
    const next = new Assembly({
      found,
      layers: [...(line?.config ?? []), ...layers],
      info: this.info,
      scope: this.#scope.child("plugins"),
      given: this.#given(),
      trace: this.#trace,
      isStrict,
      onLog,
      onNotice: (notice) => void this.notices.push(notice),
      onFault: (fault, session) => this.#fault(fault, session),
      onContribution: (assembly) => assembly === this.#assembly && this.#renew(assembly),
    });
    await next.start();

    const previous = this.#assembly;
    this.#assembly = next;
    this.#asks = asks;
    this.#renew(next);
    this.#bootMs = performance.now() - started;
    void previous?.retire(next, Promise.all([...this.#sessions].map((session) => session.idle())));
  }

  #renew(assembly: Assembly): void {
    const number = (this.generation?.number ?? 0) + 1;
    this.generation = assembly.generation(number);
    for (const session of this.#sessions) session.emit({ type: "generation", number });
  }

  // ------------------------------------------------------------ trust

  untrusted(): Promise<LeftOut> {
    return this.#trust.leftOut();
  }

  async trust(): Promise<void> {
    await this.#trust.approveShown();
    this.info = this.#trusted(this.info);
    await this.reload();
  }

  async #claims(): Promise<readonly Claim[]> {
    const listed = await listedClaims(this.generation, (text) => this.#warn(text));
    return [...this.#asks.map(claimOf), ...listed];
  }

  #counts(ask: Ask): boolean {
    const { isWhole, isTrusted } = this.#trust;
    return isWhole || (isTrusted && this.#trust.approves(claimOf(ask)));
  }

  #trusted(info: HostInfo): HostInfo {
    return Object.freeze({ ...info, isTrusted: this.#trust.isTrusted });
  }

  service<T>(key: ServiceKey<T>): Promise<T | undefined> {
    return (this.#assembly as Assembly).service(key);
  }

  // ------------------------------------------------------------ sessions

  async open(options: OpenOptions = {}): Promise<Session> {
    if (options.id !== undefined && !UUID.test(options.id)) throw error("GANTRY_SESSION_ID", { id: options.id });
    await this.generation.prepare();
    const log = await this.#openLog(options);
    return this.#begin({
      ...log,
      isInteractive: options.isInteractive ?? false,
      model: await this.#chooseModel(options, log.entries),
      scope: this.#scope.child(`session ${log.id}`),
      title: options.title,
    });
  }

  /** A session below another one: its log lies with that of the one at the top. */
  async #openBelow(parent: KernelSession, { model: name, resume, ...options }: ChildOptions): Promise<Session> {
    const model = name === undefined ? parent.model : await chooseModel(this.generation, name, hasKey(this.info));
    const log = await this.#openLog(resume === undefined ? {} : { resume }, rootOf(parent).id);
    const scope = parent.scope.child(`agent ${log.id}`);
    const { isInteractive } = parent;
    const session = await this.#begin({ ...log, ...options, isInteractive, model, scope, parent, title: undefined });
    if (!parent.scope.signal.aborted) return session;
    await session.close();
    throw error("GANTRY_SESSION_CLOSED", { id: parent.id });
  }

  async #openLog(options: OpenOptions, parent?: string) {
    const { notices, ...log } = await openLog(options, this.info.cwd, await this.service(SessionStore), parent);
    this.notices.push(...notices);
    return log;
  }

  async #begin(options: Opening): Promise<KernelSession> {
    const { cwd, home, folders, env } = this.info;
    const has = hasKey(this.info);
    const host: SessionHost = {
      env,
      current: () => this.generation,
      chooseModel: (generation, name) => chooseModel(generation, name, has),
      setting: async (key, schema) => (await this.service(Settings))?.get(key, schema),
    };
    const session = await this.#start({ ...options, cwd, home, folders: [cwd, ...folders], host });
    if (!options.entries.length) session.append(beginning(cwd, options.agent));
    if (options.title !== undefined) session.rename(options.title);
    this.#sessions.add(session);
    session.scope.own(() => void this.#sessions.delete(session));
    await this.generation.hooks.sessionStart.promise(session);
    return session;
  }

  /** A session that cannot be put together lets go of its log. */
  async #start(options: SessionOptions): Promise<KernelSession> {
    try {
      return new KernelSession(options);
    } catch (thrown) {
      await options.writer.close();
      throw error("GANTRY_SESSION_BLOCKED", { problem: messageOf(thrown) }, thrown);
    }
  }

  /** The model that was asked for, or that the session had, or that the settings name, or the first that can be used. */
  async #chooseModel({ model }: OpenOptions, entries: readonly LogEntry[]): Promise<ModelRef> {
    const { generation } = this;
    const has = hasKey(this.info);
    if (model !== undefined) return chooseModel(generation, model, has);
    const before = entries.findLast((entry) => entry.type === "model" || entry.type === "assistant");
    const had = before && (await chooseModel(generation, before.model, has).catch(() => undefined));
    if (had) return had;
    if (before) this.#warn(`The model of this session, ${before.model}, cannot be used any more; another one goes on.`);
    const wanted = (await this.service(Settings))?.get("model", z.string());
    return wanted === undefined ? defaultModel(generation, has) : chooseModel(generation, wanted, has);
  }

  // ------------------------------------------------------------ knowing

  report(session?: SessionView): HostReport {
    const { members, config } = this.#assembly as Assembly;
    return {
      generation: this.generation.number,
      plugins: members.map(pluginReport),
      hooks: this.generation.taps,
      config: config.report(),
      prompt: session instanceof KernelSession ? session.prompt : [],
      bootMs: this.#bootMs,
      notices: this.notices,
    };
  }

  pending() {
    const now = performance.now();
    const waiting = [...this.generation.waiting()].sort((a, b) => a.sinceMs - b.sinceMs);
    return waiting.map(({ plugin, hook, sinceMs }) => ({ plugin, hook, ms: now - sinceMs }));
  }

  /** The services of the kernel itself. */
  #given(): ReadonlyMap<ServiceKey<unknown>, unknown> {
    const current = () => this.generation;
    const report = (session?: SessionView) => this.report(session);
    const { of: trace, watch } = this.#trace;
    return new Map<ServiceKey<unknown>, unknown>([
      [Inspector, { report, trace, watch, reload: () => this.reload() } satisfies Inspector],
      [Models, createModels(current, () => this.info)],
      [Tools, createTools()],
      [Commands, createCommands()],
      [Slots, createSlots()],
      [Questions, createQuestions()],
      [Turns, createTurns()],
      [Judge, createJudge(current)],
      [ChildSessions, { open: (view, options) => this.#openBelow(opened(view), options) } satisfies ChildSessions],
      [Trust, this.#trust satisfies Trust],
    ]);
  }

  #fault(fault: Fault, session: SessionView | undefined): void {
    this.#options.onLog?.(fault.plugin, `failed in ${fault.where}: ${fault.message}`);
    if (session instanceof KernelSession) session.fault(fault);
    else this.#options.onFault?.(fault);
  }

  #warn(text: string): void {
    if (this.notices.some((notice) => notice.text === text)) return;
    this.notices.push({ level: "warning", text });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const session of [...this.#sessions]) await session.close("host closed");
    await this.#scope.close();
  }
}
