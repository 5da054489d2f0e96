/** Opens, changes and closes the host: discovery, order, generations, sessions. */
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  type Contribution,
  type Fault,
  type HostInfo,
  type HostReport,
  Inspector,
  type JsonObject,
  type Entry as LogEntry,
  type Manifest,
  type ModelRef,
  messageOf,
  type Notice,
  type OpenOptions,
  type Plugin,
  type PluginReport,
  type ServiceKey,
  type Session,
  SessionStore,
  type SessionView,
  type SessionWriter,
  Settings,
  SLOTS,
} from "gantry/sdk";
import * as z from "zod";
import { type ActivateContext, activate, type LooseHandlers, type Member, serviceOf } from "./activate.ts";
import { Config, type ConfigLayer } from "./config.ts";
import { type Catalogue, type Discovery, discover } from "./discover.ts";
import { error } from "./errors.ts";
import { createGeneration, type Generation } from "./generation.ts";
import { order, ownersOf } from "./graph.ts";
import type { Found } from "./load.ts";
import { chooseModel, defaultModel } from "./model.ts";
import { createScope, type OwnedScope } from "./scope.ts";
import { KernelSession, memoryWriter } from "./session.ts";
import { Trace } from "./trace.ts";
import { isTrusted, rememberTrust } from "./trust.ts";

/** The version of the program. */
export const VERSION = "0.1.0";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export interface HostOptions {
  /** Default: the process's. */
  readonly cwd?: string;
  /** Default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Further folders that sessions may work in. */
  readonly folders?: readonly string[];
  /** What comes with the program; an embedder may leave it out. */
  readonly catalogue?: Catalogue;
  /** Plugins handed over as values. */
  readonly plugins?: readonly Plugin[];
  /** Configuration nearer than any file, nearest first: flags, an embedder's wishes. */
  readonly config?: readonly ConfigLayer[];
  /** Configuration below every file: the default preset. */
  readonly defaults?: readonly ConfigLayer[];
  /** Trust the folder, as `--trust` does. */
  readonly trust?: boolean;
  /** Look for configuration and plugins in files. Default true. */
  readonly useFiles?: boolean;
  /** The preset, nearer than any file; for `--bare`. */
  readonly preset?: string;
  /** Settings of the flag layer. */
  readonly flagSettings?: JsonObject;
  /** Reads the command line once the manifests, and so the flags, are known. */
  readonly commandLine?: (manifests: readonly Manifest[]) => {
    readonly config: readonly ConfigLayer[];
    readonly settings: JsonObject;
    readonly folders: readonly string[];
  };
  readonly onLog?: (plugin: string, message: string) => void;
  /** Freeze what plugins are given, so that one that changes it fails. For tests. */
  readonly isStrict?: boolean;
  /** Failures of plugins where no session is there to tell. */
  readonly onFault?: (fault: Fault) => void;
}

/** The host: what plugins are loaded into and sessions are opened on. */
export interface Host {
  readonly info: HostInfo;
  /** The newest generation. */
  readonly generation: Generation;
  readonly notices: readonly Notice[];
  readonly untrusted: readonly string[];
  open(options?: OpenOptions): Promise<Session>;
  report(session?: SessionView): HostReport;
  /** Which plugin is being waited for, longest first. */
  pending(): readonly { readonly plugin: string; readonly hook: string; readonly ms: number }[];
  /** A service, its owner set up. */
  service<T>(key: ServiceKey<T>): Promise<T | undefined>;
  /** Looks for plugins and configuration anew and builds the next generation. Plugins are set up anew. */
  reload(): Promise<void>;
  /** Remembers that the person trusts this folder, and takes in what was left out. */
  trust(): Promise<void>;
  /** Ends all sessions and plugins; idempotent. */
  close(): Promise<void>;
}

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
  await host.boot();
  return host;
}

/** One set of members with what they share: replaced as a whole by a reload. */
interface Assembly {
  readonly members: readonly Member[];
  readonly context: ActivateContext;
  readonly config: Config;
  readonly scope: OwnedScope;
  isRetired: boolean;
}

class KernelHost implements Host {
  info: HostInfo;
  generation!: Generation;
  untrusted: readonly string[] = [];
  readonly notices: Notice[] = [];

  readonly #options: HostOptions;
  readonly #trace = new Trace();
  readonly #scope: OwnedScope;
  readonly #sessions = new Set<KernelSession>();
  #assembly!: Assembly;
  #bootMs = 0;
  #closing: Promise<void> | undefined;
  #building: Promise<void> = Promise.resolve();

  constructor(options: HostOptions) {
    this.#options = options;
    this.info = hostInfo(options);
    this.#scope = createScope("host", (scope, message) => this.#warn(`${scope}: ${message}`));
  }

  async boot(): Promise<void> {
    const started = performance.now();
    const discovery = await this.#discover();
    this.untrusted = discovery.untrusted;
    this.#assembly = await this.#assemble(discovery);
    this.generation = this.#build(this.#assembly, 1);
    this.#bootMs = performance.now() - started;
  }

  // ------------------------------------------------------------ plugins

  #discover(): Promise<Discovery> {
    const {
      preset,
      catalogue = { plugins: {}, presets: {} },
      plugins = [],
      config = [],
      defaults = [],
      useFiles = true,
    } = this.#options;
    const { cwd, home, stateFolder, isTrusted: trusted } = this.info;
    return discover({
      cwd,
      home,
      stateFolder,
      isTrusted: trusted,
      catalogue,
      nearest: [...(preset === undefined ? [] : [{ from: "--bare", values: { preset } }]), ...config],
      defaults,
      plugins,
      useFiles,
    });
  }

  /** Orders the plugins and sets up those whose setup is not lazy. */
  async #assemble({ found, layers: files }: Discovery): Promise<Assembly> {
    const line = this.#options.commandLine?.(found.map(({ plugin }) => plugin.manifest));
    if (line) this.info = hostInfo(this.#options, this.info.isTrusted, line.settings, line.folders);
    const layers = [...(line?.config ?? []), ...files];
    const given = new Map<ServiceKey<unknown>, unknown>([[Inspector, this.#inspector()]]);
    const ordered = order(found, new Set(given.keys()));
    const scope = this.#scope.child("plugins");
    const members = ordered.map((one) => asMember(one, scope));
    const config = new Config(layers);
    const context: ActivateContext = {
      config,
      info: this.info,
      owners: ownersOf(members),
      given,
      log: this.#options.onLog ?? (() => undefined),
      contribute: (member, contribution) => this.#contribute(member, contribution),
    };
    const assembly: Assembly = { members, context, config, scope, isRetired: false };
    for (const member of members) {
      config.of(member.name, member.plugin.manifest.config);
      if (typeof member.plugin.setup === "object") continue;
      await activate(member, context).catch((thrown) => this.#setupFailed(member, thrown));
    }
    return assembly;
  }

  #build(assembly: Assembly, number: number): Generation {
    const names = new Set(assembly.members.map(({ name }) => name));
    return createGeneration({
      number,
      members: assembly.members,
      activate: (member) => this.#activate(member, assembly),
      guard: {
        trace: this.#trace,
        isRetired: (plugin) => assembly.isRetired || !names.has(plugin),
        onFault: (fault, session) => this.#fault(fault, session),
        isStrict: this.#options.isStrict ?? false,
      },
    });
  }

  async #activate(member: Member, assembly: Assembly): Promise<LooseHandlers> {
    const isFirst = member.active === undefined;
    try {
      return await activate(member, assembly.context);
    } catch (thrown) {
      if (isFirst) this.#setupFailed(member, thrown);
      throw thrown;
    }
  }

  #setupFailed(member: Member, thrown: unknown): void {
    this.notices.push({
      level: "error",
      text: `The plugin ${member.name} is off: ${messageOf(thrown)}`,
      plugin: member.name,
    });
  }

  async #contribute(member: Member, contribution: Contribution): Promise<void> {
    member.contribution = contribution;
    const assembly = this.#assembly;
    if (!assembly?.members.includes(member) || !this.generation) return;
    this.generation = this.#build(assembly, this.generation.number + 1);
  }

  reload(): Promise<void> {
    this.#building = this.#building.then(async () => {
      const discovery = await this.#discover();
      const next = await this.#assemble(discovery);
      const previous = this.#assembly;
      this.untrusted = discovery.untrusted;
      this.#assembly = next;
      this.generation = this.#build(next, this.generation.number + 1);
      previous.isRetired = true;
      await previous.scope.close();
      await this.generation.prepare();
    });
    return this.#building;
  }

  async trust(): Promise<void> {
    rememberTrust(this.info.cwd, this.info.stateFolder);
    this.info = { ...this.info, isTrusted: true };
    await this.reload();
  }

  // ------------------------------------------------------------ sessions

  async open(options: OpenOptions = {}): Promise<Session> {
    if (options.id !== undefined && !UUID.test(options.id)) throw error("GANTRY_SESSION_ID", { id: options.id });
    await this.generation.prepare();
    const store = await this.service(SessionStore);
    const { id, entries, writer } = await this.#openLog(options, store);
    const model = await this.#chooseModel(options, entries);
    const session = new KernelSession({
      id,
      cwd: this.info.cwd,
      folders: [this.info.cwd, ...this.info.folders],
      isInteractive: options.isInteractive ?? false,
      model,
      host: {
        env: this.info.env,
        current: () => this.generation,
        chooseModel: (generation, name) => chooseModel(generation, name, this.info.env),
      },
      scope: this.#scope.child(`session ${id}`),
      writer,
      entries,
    });
    if (!entries.length) session.append({ type: "session", version: 1, cwd: this.info.cwd, gantry: VERSION });
    this.#sessions.add(session);
    session.scope.own(() => void this.#sessions.delete(session));
    await this.generation.hooks.sessionStart.promise(session);
    return session;
  }

  async #openLog(
    options: OpenOptions,
    store: SessionStore | undefined,
  ): Promise<{ id: string; entries: readonly LogEntry[]; writer: SessionWriter }> {
    const { cwd } = this.info;
    if (options.resume === undefined && !options.continueLatest) {
      const id = options.id ?? randomUUID();
      return { id, entries: [], writer: store ? await store.create(id, cwd) : memoryWriter() };
    }
    if (!store) throw error("GANTRY_SESSION_UNKEPT", {});
    const wanted = options.resume ?? (await store.list(cwd))[0]?.id;
    if (wanted === undefined) throw error("GANTRY_SESSION_NONE", { cwd });
    const { entries, writer, notices } = await store.open(wanted, cwd);
    this.notices.push(...notices);
    return { id: entries[0]?.sessionId ?? wanted, entries, writer };
  }

  /** The model that was asked for, or that the session had, or that the settings name, or the first that can be used. */
  async #chooseModel(options: OpenOptions, entries: readonly LogEntry[]): Promise<ModelRef> {
    const { generation } = this;
    const { env } = this.info;
    if (options.model !== undefined) return chooseModel(generation, options.model, env);
    const before = entries.findLast((entry) => entry.type === "model" || entry.type === "assistant");
    if (before) {
      const had = await chooseModel(generation, before.model as string, env).catch(() => undefined);
      if (had) return had;
      this.#warn(`The model of this session, ${before.model}, cannot be used any more; another one goes on.`);
    }
    const wanted = (await this.service(Settings))?.get("model", z.string());
    return wanted === undefined ? defaultModel(generation, env) : chooseModel(generation, wanted, env);
  }

  // ------------------------------------------------------------ knowing

  service<T>(key: ServiceKey<T>): Promise<T | undefined> {
    return serviceOf(key, this.#assembly.context);
  }

  report(session?: SessionView): HostReport {
    const { members, config } = this.#assembly;
    return {
      generation: this.generation.number,
      plugins: members.map(pluginReport),
      hooks: this.generation.taps,
      config: config.report(),
      prompt: session instanceof KernelSession ? session.prompt : [],
      bootMs: this.#bootMs,
      notices: this.notices,
      untrusted: this.untrusted,
    };
  }

  pending() {
    const now = performance.now();
    return [...this.generation.waiting()]
      .map(({ plugin, hook, sinceMs }) => ({ plugin, hook, ms: now - sinceMs }))
      .sort((a, b) => b.ms - a.ms);
  }

  #inspector(): Inspector {
    return { report: (session) => this.report(session), trace: (callId) => this.#trace.of(callId) };
  }

  #fault(fault: Fault, session: SessionView | undefined): void {
    if (session instanceof KernelSession) session.fault(fault);
    else this.#options.onFault?.(fault);
  }

  #warn(text: string): void {
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

// ---------------------------------------------------------------- small things

function asMember(found: Found, scope: OwnedScope): Member {
  return {
    ...found,
    scope: scope.child(found.name),
    handlers: undefined,
    active: undefined,
    failure: undefined,
    setupMs: undefined,
    contribution: {},
  };
}

function pluginReport(member: Member): PluginReport {
  const { manifest } = member.plugin;
  const contributes = [...SLOTS, "flags"].map((slot) => {
    const added = slot === "tools" || slot === "commands" ? Object.keys(member.contribution[slot] ?? {}) : [];
    return [slot, [...Object.keys(manifest[slot as "tools"] ?? {}), ...added]] as const;
  });
  return {
    name: member.name,
    description: manifest.description,
    from: member.from,
    namedBy: member.namedBy,
    state: member.failure ? "failed" : member.handlers ? "active" : "declared",
    loadMs: member.loadMs,
    setupMs: member.setupMs,
    needs: Object.values(manifest.needs ?? {}).map(({ id, isOptional }) => (isOptional ? `${id}?` : id)),
    provides: Object.values(manifest.provides ?? {}).map(({ id }) => id),
    manifest,
    contributes: Object.fromEntries(contributes.filter(([, names]) => names.length)),
    wraps: manifest.wraps ?? [],
  };
}

function hostInfo(
  options: HostOptions,
  trusted?: boolean,
  flagSettings: JsonObject = options.flagSettings ?? {},
  folders: readonly string[] = options.folders ?? [],
): HostInfo {
  const env = options.env ?? process.env;
  const home = env.HOME || env.USERPROFILE || os.homedir();
  const stateFolder = path.resolve(env.GANTRY_HOME || path.join(home, ".gantry"));
  const cwd = realFolder(options.cwd ?? process.cwd());
  return Object.freeze({
    version: VERSION,
    cwd,
    folders: Object.freeze(folders.map((folder) => realFolder(path.resolve(cwd, folder)))),
    env,
    home,
    stateFolder,
    claudeFolder: path.resolve(env.CLAUDE_CONFIG_DIR || path.join(home, ".claude")),
    isTrusted: trusted ?? isTrusted(cwd, { flag: options.trust ?? false, env, stateFolder }),
    flagSettings,
  });
}

function realFolder(folder: string): string {
  try {
    const real = fs.realpathSync(folder);
    if (fs.statSync(real).isDirectory()) return real;
  } catch {
    // Said below, in one place.
  }
  throw error("GANTRY_FOLDER_ABSENT", { path: folder });
}
