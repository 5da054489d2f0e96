/** What servers may want of the host, bound to whom they mean: the call that runs, or else the newest session. */
import { pathToFileURL } from "node:url";
import type { HookEvents, HostInfo, LaterService, Log, Models, Questions, SessionView, ToolInfo } from "gantry/sdk";
import { mcpName } from "gantry/sdk/kit/mcp-config";
import { runsAtHome } from "./at-home.ts";
import type { RunningCall } from "./background.ts";
import type { ClientSide } from "./connection.ts";
import { type Asking, elicit } from "./elicit.ts";
import { sample } from "./sample.ts";
import type { Server } from "./server.ts";
import type { NamedServer } from "./sources.ts";

export interface ClientSideParts {
  readonly host: HostInfo;
  readonly config: { readonly sampling: "ask" | "never" };
  readonly questions: Questions;
  readonly models: Models;
  readonly events: LaterService<HookEvents | undefined> | undefined;
  readonly log: Log;
  readonly callOf: (server: string) => RunningCall | undefined;
  readonly sessionOf: () => SessionView | undefined;
}

export function createClientSide(parts: ClientSideParts) {
  const { host, config, questions, models, log, callOf, sessionOf } = parts;

  function side(named: NamedServer, changed: ClientSide["changed"]): ClientSide {
    const server = named.name;
    // A server of the person's own could run what it finds in a folder that it is told of.
    const folders = runsAtHome(named, host) ? [] : [host.cwd, ...host.folders];
    return {
      changed,
      log: (level, text) => log(`${server}, ${level}: ${text.slice(0, 2_000)}`),
      roots: () => ({ roots: folders.map((folder) => ({ uri: pathToFileURL(folder).href })) }),
      async elicit(params, signal) {
        const asking = askingOf(server, signal);
        if (!asking) return { action: "cancel" };
        return elicit(params, asking, { host, questions, events: await parts.events?.() });
      },
      async sample(params, signal) {
        const asking = askingOf(server, signal);
        if (config.sampling === "never" || !asking) throw new Error("The model is not lent to servers here.");
        return sample(params, asking, { questions, models, keeping: { host, session: asking.session } });
      },
    };
  }

  /** Addresses that a server wants opened before it does what it was asked. */
  async function open(server: Server, elicitations: readonly unknown[], signal: AbortSignal): Promise<boolean> {
    const { elicit: ask } = side(server.named, () => undefined);
    for (const one of elicitations) {
      const { action } = await ask({ ...(one as object), mode: "url" }, signal);
      if (action !== "accept") return false;
    }
    return elicitations.length > 0;
  }

  function askingOf(server: string, signal: AbortSignal): Asking | undefined {
    const call = callOf(server);
    const session = call?.session ?? sessionOf();
    if (!session) return undefined;
    return { server, session, turn: call?.turn, tool: toolOf(server), signal };
  }

  return Object.assign(side, { open });
}

/** A server itself, where a question is about a tool. */
function toolOf(server: string): ToolInfo {
  const name = `mcp__${mcpName(server)}`;
  return { name, owner: "mcp-bridge", description: "", input: { jsonSchema: { type: "object" } } };
}
