/** How what servers offer comes to the host: gathered, and contributed as one; and whose calls run. */
import { type Contribution, messageOf, type SetupContext } from "gantry/sdk";
import type { RunningCall } from "./background.ts";
import type { Bridge } from "./bridge.ts";
import type { createClientSide } from "./client-side.ts";
import type { ListedTool } from "./connection.ts";
import type { mcpBridge } from "./index.ts";
import { promptCommands } from "./prompts.ts";
import { resourceTools } from "./resources.ts";
import type { Server } from "./server.ts";
import { toolsOf } from "./tools.ts";

/** What changes together is contributed together. */
const GATHER_MS = 20;
/** In place of a new description: the tool itself wants a person asked. */
export const INTERACTION = "\u0000interaction";

export interface Contributing {
  /** Something has changed: it is taken in soon. */
  gather(): void;
  /** Takes in what was gathered. */
  flush(): Promise<void>;
  /** Tools that want a person asked, by the names that models call, with what they say of themselves now. */
  readonly asking: ReadonlyMap<string, string>;
  /** The call of a server that runs, the newest one: it is on whose behalf the server asks. */
  callOf(server: string): RunningCall | undefined;
  watch(listener: () => void): () => void;
  close(): void;
}

export function createContributing(
  { config, use, host, log, contribute }: SetupContext<typeof mcpBridge>,
  bridge: () => Bridge,
  side: () => ReturnType<typeof createClientSide>,
): Contributing {
  const calls = new Map<string, Set<RunningCall>>();
  const watchers = new Set<() => void>();
  let asking = new Map<string, string>();
  let gathering: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function take(): Promise<void> {
    clearTimeout(gathering);
    gathering = undefined;
    if (isClosed) return;
    try {
      await contribute(contribution());
    } catch (thrown) {
      log(`What the servers offer cannot be taken in: ${messageOf(thrown)}`);
    }
    for (const listener of watchers) listener();
  }

  function contribution(): Contribution {
    const { servers, pins } = bridge();
    const tools: Record<string, NonNullable<Contribution["tools"]>[string]> = {};
    const now = new Map<string, string>();
    for (const server of servers.values()) {
      const changed = pins.changed(server.named.name, server.named.config, server.tools);
      const parts = { ...config, host, jobs: use.jobs, enter, accepted, settled, open: side().open };
      for (const { name, tool, listed } of toolsOf(server, changed, parts)) {
        if (Object.hasOwn(tools, name)) continue;
        tools[name] = tool;
        if (changed.has(listed.name)) now.set(name, listed.description ?? "");
        else if (listed._meta?.["anthropic/requiresUserInteraction"] === true) now.set(name, INTERACTION);
      }
    }
    asking = now;
    return { tools: { ...tools, ...resourceTools(bridge()) }, commands: promptCommands(bridge()) };
  }

  function enter(server: Server, call: RunningCall): () => void {
    const running = calls.get(server.named.name) ?? new Set();
    calls.set(server.named.name, running);
    running.add(call);
    return () => void running.delete(call);
  }

  /** A call may have changed what the server offers: the model's next request shall know it. */
  async function settled(server: Server): Promise<void> {
    await server.fresh;
    if (gathering) await take();
  }

  function accepted({ named: { name, config: written } }: Server, tool: ListedTool): void {
    const { pins } = bridge();
    if (!pins.changed(name, written, [tool]).size) return;
    pins.accept(name, written, tool);
    gather();
  }

  function gather(): void {
    if (!isClosed) gathering ??= setTimeout(() => void take(), GATHER_MS);
  }

  return {
    gather,
    flush: async () => (gathering ? take() : undefined),
    get asking() {
      return asking;
    },
    callOf: (server) => [...(calls.get(server) ?? [])].at(-1),
    watch(listener) {
      watchers.add(listener);
      return () => void watchers.delete(listener);
    },
    close() {
      isClosed = true;
      clearTimeout(gathering);
    },
  };
}
