/** All servers of the host: who they are, what they offer, and how what they offer comes to the host. */
import type { HostInfo, McpCarrier, McpServerConfig, McpServers, SessionView, SetupContext } from "gantry/sdk";
import { entryProblem, expandMcpConfig, nameProblem } from "gantry/sdk/kit/mcp-config";
import { announce } from "./announcing.ts";
import { createApproval, type MayRun } from "./approval.ts";
import { numberIn } from "./call.ts";
import { createClientSide } from "./client-side.ts";
import type { Connection } from "./connection.ts";
import { outputLimit } from "./content.ts";
import { createContributing } from "./contributing.ts";
import type { mcpBridge } from "./index.ts";
import { absent, createOffers } from "./offers.ts";
import { createPins, type Pins } from "./pins.ts";
import { isSameConfig, wayTo } from "./reach.ts";
import { createServer, type Server } from "./server.ts";
import { type McpFlags, type NamedServer, readSources } from "./sources.ts";
import { writeDisabled } from "./store.ts";

/** Where the administrator's exclusive list of servers lies. */
const MANAGED: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: "/Library/Application Support/ClaudeCode/managed-mcp.json",
  win32: "C:\\Program Files\\ClaudeCode\\managed-mcp.json",
};
const MANAGED_ELSEWHERE = "/etc/claude-code/managed-mcp.json";

export interface Bridge extends McpServers {
  readonly host: HostInfo;
  /** Most characters of one result. */
  readonly outputCharacters: number;
  readonly servers: ReadonlyMap<string, Server>;
  /** What is wrong with the configuration, in sentences. */
  readonly problems: readonly string[];
  readonly pins: Pins;
  /** Tools that are not what they were, by the names that models call, with what they say now. */
  readonly changedTools: ReadonlyMap<string, string>;
  /** Reads the configuration, once. */
  load(): Promise<void>;
  /** Reads it, and starts what it names. */
  begin(): Promise<void>;
  /** The newest session: whom servers mean when no call of theirs runs. */
  session: SessionView | undefined;
  close(): Promise<void>;
}

export function createBridge(context: SetupContext<typeof mcpBridge>): Bridge {
  const { config, use, host, log } = context;
  const servers = new Map<string, Server>();
  const carriers = new Map<string, McpCarrier>();
  const sources = new Map<string, Set<string>>();
  const pins = createPins(host, log);
  const settings = use.settings;
  const mayRun: MayRun = createApproval({ trust: use.trust, settings, host });
  let disabled: ReadonlySet<string> = new Set();
  let problems: readonly string[] = [];
  let loaded: Promise<void> | undefined;

  const contributing = createContributing(
    context,
    () => bridge,
    () => side,
  );
  const { gather, callOf } = contributing;

  const bridge: Bridge = {
    host,
    outputCharacters: outputLimit(host.env, config.maxOutputTokens, undefined),
    servers,
    pins,
    session: undefined,
    get problems() {
      return problems;
    },
    get changedTools() {
      return contributing.asking;
    },
    load() {
      loaded ??= load();
      return loaded;
    },
    async begin() {
      await bridge.load();
      for (const server of servers.values()) server.start();
    },
    status: () => [...servers.values()].map(({ status }) => status),
    get pending() {
      return [...servers.values()].filter(({ isPending }) => isPending).map(({ named }) => named.name);
    },
    async settle({ waitMs, signal } = {}) {
      await bridge.begin();
      const stop = new AbortController();
      const timer = waitMs === undefined ? undefined : setTimeout(() => stop.abort(), waitMs);
      const both = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
      await Promise.all([...servers.values()].map((server) => server.ready(both).catch(() => undefined)));
      clearTimeout(timer);
      await contributing.flush();
    },
    set: (source, wanted) => set(source, wanted),
    reconnect: async (name) => (await found(name)).reconnect(),
    async setEnabled(name, isEnabled) {
      await (await found(name)).setEnabled(isEnabled);
      await writeDisabled(host, name, !isEnabled);
    },
    carry(name, carrier) {
      carriers.set(name, carrier);
      for (const server of carriedBy(name)) if (!server.connection) void server.reconnect().catch(() => undefined);
      return () => {
        if (carriers.get(name) !== carrier) return;
        carriers.delete(name);
        for (const server of carriedBy(name)) void server.close("Nobody carries its messages any more.");
      };
    },
    ...createOffers({ servers, found }),
    watch: contributing.watch,
    async close() {
      contributing.close();
      await Promise.all([...servers.values()].map((server) => server.close()));
      await pins.saved();
    },
  };
  const side = createClientSide({ ...use, host, config, log, callOf, sessionOf: () => bridge.session });
  return bridge;

  function carriedBy(name: string): readonly Server[] {
    return [...servers.values()].filter(({ named: { config } }) => config.type === "sdk" && config.name === name);
  }

  async function load(): Promise<void> {
    const read = await readSources(host, flagsOf(host), MANAGED[process.platform] ?? MANAGED_ELSEWHERE);
    ({ disabled, problems } = read);
    for (const named of read.servers) {
      if (!servers.has(named.name)) add(named);
    }
  }

  function add(named: NamedServer): Server {
    const { name } = named;
    const server: Server = createServer({
      named,
      barred: mayRun(named),
      isEnabled: !disabled.has(name),
      isRemote: "url" in named.config,
      connect: (signal) => connect(named, () => server, signal),
      changed: gather,
      told: (change) => announce(bridge.session, named, change),
      log,
    });
    servers.set(name, server);
    return server;
  }

  async function connect(named: NamedServer, server: () => Server, signal: AbortSignal): Promise<Connection> {
    const way = await wayTo(
      named,
      {
        host,
        exec: use.exec,
        http: use.http,
        auth: use.auth,
        carrierOf: (name) => carriers.get(name),
        session: () => callOf(named.name)?.session ?? bridge.session,
      },
      () => server().needsAuth(),
    );
    const speaking = await import("./connect.ts");
    return speaking.connect(way, {
      version: host.version,
      side: side(named, (kind) => void server().refresh(kind)),
      timeoutMs: numberIn(host.env.MCP_TIMEOUT) ?? config.startTimeoutMs,
      signal,
    });
  }

  async function set(source: string, wanted: Readonly<Record<string, McpServerConfig>>) {
    await bridge.load();
    const before = sources.get(source) ?? new Set();
    const errors: Record<string, string> = {};
    const [added, removed]: [string[], string[]] = [[], []];
    const isKept = (name: string) => {
      const now = Object.hasOwn(wanted, name) ? wanted[name] : undefined;
      return now !== undefined && isSameConfig(now, (servers.get(name) as Server).named.config);
    };
    for (const name of before) {
      if (isKept(name)) continue;
      removed.push(name);
      await servers.get(name)?.close();
      servers.delete(name);
    }
    const now = new Set([...before].filter((name) => servers.has(name)));
    for (const [name, entry] of Object.entries(wanted)) {
      if (now.has(name)) continue;
      const problem =
        nameProblem(name) ?? entryProblem(entry) ?? (servers.has(name) ? "another server has this name." : undefined);
      if (problem !== undefined) {
        errors[name] = problem;
        continue;
      }
      now.add(name);
      added.push(name);
      add({ name, scope: "dynamic", source, config: entry }).start();
    }
    sources.set(source, now);
    if (removed.length) gather();
    return { added, removed, errors };
  }

  async function found(name: string): Promise<Server> {
    await bridge.load();
    const server = servers.get(name);
    if (!server) throw absent(name, servers.keys());
    return server;
  }
}

function flagsOf({ flagSettings }: HostInfo): McpFlags {
  const { mcpConfig, strictMcpConfig } = flagSettings;
  const configs = Array.isArray(mcpConfig) ? mcpConfig.filter((one) => typeof one === "string") : [];
  return { configs, isStrict: strictMcpConfig === true };
}

/** The address of a server as whoever signs in there knows it. */
export function addressOf({ name, config }: NamedServer, env: HostInfo["env"]) {
  const resolved = expandMcpConfig(config, env).config;
  if (!("url" in resolved)) return undefined;
  return { name, url: resolved.url, ...(resolved.oauth && { oauth: resolved.oauth }) };
}
