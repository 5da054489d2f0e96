/** One server, supervised: started when it is wanted, tried again with longer and longer pauses, given up for a while when that helps nothing. */
import { isGantryError, type Log, type McpServerChanged, type McpServerStatus, messageOf } from "gantry/sdk";
import type { Connection, ListedTool } from "./connection.ts";
import { reasonOf, type State, sentence, statusOf, stopwatch, unavailable } from "./server-state.ts";
import type { NamedServer } from "./sources.ts";
import { toolStatus } from "./tool-status.ts";
import { pause, woken } from "./waiting.ts";

/** How to reach a server, and what to do when it has changed. */
export interface ServerParts {
  readonly named: NamedServer;
  /** Why it may not run; then nothing starts. */
  readonly barred: string | undefined;
  readonly isEnabled: boolean;
  readonly connect: (signal: AbortSignal) => Promise<Connection>;
  /** A failed start may be tried again: the network may come back, a program that ends at once will not. */
  readonly isRemote: boolean;
  readonly changed: () => void;
  readonly told: (change: ServerChange) => void;
  readonly log: Log;
}

/** What observers hear of. `ms` as {@link McpServerChanged} has it. */
export interface ServerChange {
  readonly status: McpServerChanged["status"];
  readonly ms: number;
  readonly error?: unknown;
}

export interface Server {
  readonly named: NamedServer;
  readonly status: McpServerStatus;
  readonly isPending: boolean;
  /** What it offers, as last listed; empty until it is connected. */
  readonly tools: readonly ListedTool[];
  readonly prompts: readonly Readonly<Record<string, unknown>>[];
  readonly connection: Connection | undefined;
  start(): void;
  /** The connection, as soon as it stands. Rejects with `GANTRY_MCP_UNAVAILABLE`. */
  ready(signal?: AbortSignal): Promise<Connection>;
  refresh(kind: "tools" | "prompts" | "resources"): Promise<void>;
  /** Resolves when no list is being fetched again, or when that takes long. */
  readonly fresh: Promise<void>;
  needsAuth(): void;
  reconnect(): Promise<void>;
  setEnabled(isEnabled: boolean): Promise<void>;
  /** Ends it for good, or until it is connected again: then with the reason. */
  close(reason?: string): Promise<void>;
}

const FIRST_TRIES = 3;
/** So many restarts within so long; then it is given up until somebody asks for it. */
const [RESTARTS, RESTARTS_MS] = [5, 5 * 60_000];
const LONGEST_REFRESH_MS = 2_000;
const [PAUSE_MS, LONGEST_PAUSE_MS] = [1_000, 16_000];

export function createServer({ named, barred, isEnabled, connect, isRemote, changed, told, log }: ServerParts): Server {
  const { name } = named;
  let state: State = isEnabled ? { kind: "idle" } : { kind: "disabled" };
  if (isEnabled && barred !== undefined) state = { kind: "failed", error: barred };
  let tools: readonly ListedTool[] = [];
  let prompts: readonly Readonly<Record<string, unknown>>[] = [];
  let known: Pick<McpServerStatus, "serverInfo" | "protocolVersion"> = {};
  let running: AbortController | undefined;
  const restarts: number[] = [];
  const waiters = new Set<() => void>();
  const wanted = new Set<string>();
  let refreshing: Promise<void> = Promise.resolve();

  function enter(next: State): void {
    state = next;
    for (const wake of [...waiters]) wake();
    changed();
  }

  function start(): void {
    if (state.kind !== "idle") return;
    const controller = new AbortController();
    running = controller;
    enter({ kind: "starting" });
    void run(controller.signal).catch((thrown) => log(`${name}: ${messageOf(thrown)}`));
  }

  /** Connects, and connects again whenever the connection is lost, until that is no use. */
  async function run(signal: AbortSignal): Promise<void> {
    const clock = stopwatch();
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        const connection = await established(signal);
        told({ status: "connected", ms: clock() });
        attempt = 0;
        const reason = await connection.ended;
        told({ status: "disconnected", ms: clock() });
        if (signal.aborted) return;
        log(`${name} has ended: ${reason ?? "no reason is known"}`);
        if (!mayRestart()) {
          return enter({
            kind: "failed",
            error: `It ended ${RESTARTS} times in a row${reason ? `: ${sentence(reason)}` : "."}`,
          });
        }
      } catch (thrown) {
        if (signal.aborted) return;
        log(`${name} could not be connected: ${messageOf(thrown)}`);
        const isSure = !isRemote || isGantryError(thrown) || attempt >= FIRST_TRIES;
        const isHopeless = restarts.length === 0 && isSure;
        const needsPerson = (state as State).kind === "needs-auth";
        if (needsPerson || isHopeless || (restarts.length > 0 && !mayRestart())) {
          told({ status: "failed", ms: clock(), error: thrown });
          return needsPerson ? undefined : enter({ kind: "failed", error: reasonOf(thrown) });
        }
      }
      tools = [];
      prompts = [];
      enter({ kind: "waiting" });
      await pause(
        Math.min(PAUSE_MS * 2 ** Math.max(0, Math.max(attempt, restarts.length) - 1), LONGEST_PAUSE_MS),
        signal,
      );
    }
  }

  async function established(signal: AbortSignal): Promise<Connection> {
    const connection = await connect(signal);
    if (signal.aborted) {
      await connection.close();
      throw signal.reason;
    }
    const { offers, serverInfo, protocolVersion } = connection;
    try {
      [tools, prompts] = await Promise.all([
        offers.tools ? connection.listTools() : [],
        offers.prompts ? connection.listPrompts().catch(() => []) : [],
      ]);
    } catch (thrown) {
      await connection.close();
      throw new Error(`its tools could not be listed: ${messageOf(thrown)}`, { cause: thrown });
    }
    known = { ...(serverInfo && { serverInfo }), ...(protocolVersion && { protocolVersion }) };
    enter({ kind: "connected", connection });
    return connection;
  }

  async function fetched(kind: "tools" | "prompts" | "resources"): Promise<void> {
    const { connection } = server;
    if (!connection) return;
    try {
      if (kind === "tools" && connection.offers.tools) tools = await connection.listTools();
      if (kind === "prompts" && connection.offers.prompts) prompts = await connection.listPrompts();
      changed();
    } catch (thrown) {
      log(`The ${kind} of ${name} could not be listed again: ${messageOf(thrown)}`);
    }
  }

  function mayRestart(): boolean {
    const now = performance.now();
    restarts.push(now);
    while ((restarts[0] ?? now) < now - RESTARTS_MS) restarts.shift();
    return restarts.length <= RESTARTS;
  }

  async function stop(): Promise<void> {
    running?.abort(new Error("the connection was closed"));
    running = undefined;
    const { connection } = server;
    tools = [];
    prompts = [];
    await connection?.close();
  }

  const server: Server = {
    named,
    get status() {
      return {
        name,
        status: statusOf(state),
        scope: named.scope,
        config: named.config,
        ...known,
        ...(state.kind === "failed" && { error: state.error }),
        ...(state.kind === "needs-auth" && { error: `A person has to sign in: gantry mcp login ${name}.` }),
        ...(state.kind === "connected" && { tools: tools.map(toolStatus) }),
      };
    },
    get isPending() {
      return state.kind === "idle" || state.kind === "starting" || state.kind === "waiting";
    },
    get tools() {
      return tools;
    },
    get prompts() {
      return prompts;
    },
    get connection() {
      return state.kind === "connected" ? state.connection : undefined;
    },
    start,
    async ready(signal) {
      start();
      while (server.isPending && !signal?.aborted) await woken(waiters, signal);
      if (state.kind === "connected") return state.connection;
      throw unavailable(name, server.status.error ?? `It is ${statusOf(state)}.`);
    },
    get fresh() {
      const stop = new AbortController();
      const late = pause(LONGEST_REFRESH_MS, stop.signal);
      return Promise.race([refreshing, late]).finally(() => stop.abort());
    },
    refresh(kind) {
      if (wanted.has(kind)) return refreshing;
      wanted.add(kind);
      refreshing = refreshing.then(() => {
        wanted.delete(kind);
        return fetched(kind);
      });
      return refreshing;
    },
    needsAuth() {
      if (state.kind === "starting" || state.kind === "waiting") enter({ kind: "needs-auth" });
    },
    async reconnect() {
      if (state.kind === "disabled") throw unavailable(name, "It is switched off.");
      if (barred !== undefined) throw unavailable(name, barred);
      await stop();
      restarts.length = 0;
      enter({ kind: "idle" });
      await server.ready();
    },
    async setEnabled(isOn) {
      if (isOn === (state.kind !== "disabled")) return;
      await stop();
      restarts.length = 0;
      if (!isOn) return enter({ kind: "disabled" });
      if (barred !== undefined) return enter({ kind: "failed", error: barred });
      enter({ kind: "idle" });
      start();
    },
    async close(reason) {
      await stop();
      if (reason !== undefined && state.kind !== "disabled") enter({ kind: "failed", error: reason });
    },
  };
  return server;
}
