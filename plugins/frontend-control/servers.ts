/** MCP servers that the program at the other end brings: some of them inside of it, reached through the line. */
import { type McpMessage, type McpServerConfig, type McpServers, type McpSetOutcome, z } from "gantry/sdk";
import type { Kit } from "./kit.ts";

const SOURCE = "the application";

/** Who has opened a server, so that what the server says by itself reaches its reader. */
const readers = new WeakMap<Kit, Map<string, (message: McpMessage) => void>>();
const carried = new WeakMap<Kit, Map<string, () => void>>();

export async function setSdkServers(kit: Kit, servers: Readonly<Record<string, object>>): Promise<McpSetOutcome> {
  const mcp = await serversOf(kit);
  const inside = Object.entries(servers).flatMap(([name, config]) =>
    (config as { readonly type?: unknown }).type === "sdk" ? [name] : [],
  );
  carry(kit, mcp, inside);
  kit.wishes.renew.set("servers", () => setSdkServers(kit, servers));
  return mcp.set(SOURCE, servers as Readonly<Record<string, McpServerConfig>>);
}

/** All that was carried has to be carried anew: the plugin that speaks MCP has been set up anew. */
export function forgetServers(kit: Kit): void {
  carried.delete(kit);
  readers.delete(kit);
}

/** Those inside of the program that the command line names. */
export async function carryConfigured(kit: Kit): Promise<void> {
  const mcp = await kit.use.mcp?.();
  if (!mcp) return;
  // Sets nothing, and so reads what is configured without starting any of it: nobody carries yet.
  await mcp.set(SOURCE, {});
  carry(
    kit,
    mcp,
    mcp.status().flatMap(({ config }) => (config.type === "sdk" ? [config.name] : [])),
  );
}

function carry(kit: Kit, mcp: McpServers, names: readonly string[]): void {
  const known = carried.get(kit) ?? new Map<string, () => void>();
  carried.set(kit, known);
  for (const name of names) {
    if (known.has(name)) continue;
    known.set(
      name,
      mcp.carry(name, {
        open: (receive) => void readersOf(kit).set(name, receive),
        async send(message) {
          const signal = new AbortController().signal;
          const answer = await kit.line.ask({ subtype: "mcp_message", server_name: name, message }, signal);
          const { mcp_response } = z.looseObject({ mcp_response: z.unknown() }).parse(answer);
          // A notification is acknowledged by an answer to nothing.
          return "id" in message ? (mcp_response as McpMessage) : undefined;
        },
      }),
    );
  }
}

/** A server inside of the program says something by itself. */
export function hear(kit: Kit, name: string, message: McpMessage): void {
  const receive = readersOf(kit).get(name);
  if (!receive) throw new Error(`There is no server "${name}" that anybody listens to.`);
  receive(message);
}

export async function statusOf(kit: Kit): Promise<object> {
  const mcp = await kit.use.mcp?.();
  return { mcpServers: mcp?.status() ?? [] };
}

export async function serversOf({ use }: Kit): Promise<McpServers> {
  const mcp = await use.mcp?.();
  if (!mcp) throw new Error("No plugin speaks MCP here.");
  return mcp;
}

function readersOf(kit: Kit) {
  const known = readers.get(kit) ?? new Map<string, (message: McpMessage) => void>();
  readers.set(kit, known);
  return known;
}
