import type { McpServer } from "@agentclientprotocol/sdk/unstable";
import type { McpServerConfig, Notice } from "gantry/sdk";
import type { Link } from "./link.ts";

/** Who has set the servers: each session has a host of its own, so one name does. */
const SOURCE = "editor";

/** Starts the servers that the client passes. What is wrong with one of them is told, and costs neither the others nor the session. */
export async function setServers(link: Link, servers: readonly McpServer[]): Promise<readonly Notice[]> {
  if (!servers.length) return [];
  const mcp = await link.services?.mcp?.();
  if (!mcp) return [warning("No plugin speaks with MCP servers.")];
  const configs = servers.map((server) => [server.name, configOf(server)] as const);
  const known = configs.flatMap(([name, config]) => (config ? [[name, config] as const] : []));
  const unknown = configs.filter(([, config]) => !config).map(([name]) => warning(`${name}: it is of no known type.`));
  const { errors } = await mcp.set(SOURCE, Object.fromEntries(known));
  return [...unknown, ...Object.entries(errors).map(([name, problem]) => warning(`${name}: ${problem}`))];
}

function configOf(server: McpServer): McpServerConfig | undefined {
  if ("command" in server) return { command: server.command, args: server.args, env: pairs(server.env) };
  if (server.type === "acp") return undefined;
  return { type: server.type, url: server.url, headers: pairs(server.headers) };
}

function pairs(list: readonly { readonly name: string; readonly value: string }[]): Record<string, string> {
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

function warning(problem: string): Notice {
  return { level: "warning", text: `An MCP server of the editor is not used. ${problem}` };
}
