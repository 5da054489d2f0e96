/** What the program at the other end may ask of MCP servers. */
import { z } from "gantry/sdk";
import { callTool } from "./mcp-call.ts";
import { read } from "./read.ts";
import type { Carry } from "./requests.ts";
import { hear, serversOf, setSdkServers, statusOf } from "./servers.ts";

/** How long new servers may take until the request that brought them is answered; those that take longer come later. */
const SETTLE_MS = 1_000;

export const MCP_REQUESTS: Readonly<Record<string, Carry>> = {
  mcp_status: (kit) => statusOf(kit),
  async mcp_reconnect(kit, request) {
    const { serverName } = read(z.looseObject({ serverName: z.string() }), request);
    await (await serversOf(kit)).reconnect(serverName);
    return {};
  },
  async mcp_toggle(kit, request) {
    const { serverName, enabled } = read(z.looseObject({ serverName: z.string(), enabled: z.boolean() }), request);
    await (await serversOf(kit)).setEnabled(serverName, enabled);
    return {};
  },
  async mcp_set_servers(kit, request) {
    const { servers } = read(z.looseObject({ servers: z.record(z.string(), z.looseObject({})) }), request);
    const outcome = await setSdkServers(kit, servers);
    await (await serversOf(kit)).settle({ waitMs: SETTLE_MS });
    return outcome;
  },
  async mcp_message(kit, request) {
    const { server_name, message } = read(
      z.looseObject({ server_name: z.string(), message: z.record(z.string(), z.json()) }),
      request,
    );
    hear(kit, server_name, message);
    return {};
  },
  mcp_call: callTool,
  async mcp_read_resource(kit, request, signal) {
    const { serverName, uri } = read(z.looseObject({ serverName: z.string(), uri: z.string() }), request);
    if (!uri.startsWith("ui://"))
      throw new Error(`Only addresses that begin with ui:// can be read, and not "${uri}".`);
    const mcp = await serversOf(kit);
    const isInside = mcp.status().some(({ name, config }) => name === serverName && config.type === "sdk");
    if (isInside) throw new Error(`The MCP server "${serverName}" is inside of the application: read it there.`);
    return { contents: await mcp.readResource(serverName, uri, signal) };
  },
};
