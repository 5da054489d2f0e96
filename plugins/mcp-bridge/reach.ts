/** How a configured server is reached: its variables put in, its program or its address made ready. */
import { resolve } from "node:path";
import {
  type Exec,
  type HostInfo,
  type Http,
  type LaterService,
  type McpAuth,
  type McpCarrier,
  type McpRemoteConfig,
  type McpServerConfig,
  type McpStdioConfig,
  messageOf,
  PluginError,
  type SessionView,
  z,
} from "gantry/sdk";
import { parseJsonText } from "gantry/sdk/kit/json-text";
import { expandMcpConfig } from "gantry/sdk/kit/mcp-config";
import { placeAtHome, runsAtHome } from "./at-home.ts";
import type { Way } from "./connect.ts";
import { createFetch } from "./fetching.ts";
import type { NamedServer } from "./sources.ts";
import { CarriedTransport } from "./transport-carried.ts";
import { hasSockets, SocketTransport } from "./transport-socket.ts";
import { StdioTransport } from "./transport-stdio.ts";

export interface ReachParts {
  readonly host: HostInfo;
  readonly exec: LaterService<Exec> | undefined;
  readonly http: LaterService<Http> | undefined;
  readonly auth: LaterService<McpAuth | undefined> | undefined;
  readonly carrierOf: (name: string) => McpCarrier | undefined;
  readonly session: () => SessionView | undefined;
}

const HELPER_MS = 10_000;

/** The way to a server. Rejects with a sentence that says what is missing. */
export async function wayTo(named: NamedServer, parts: ReachParts, needsAuth: () => void): Promise<Way> {
  const { name, config: written } = named;
  const place = runsAtHome(named, parts.host) ? placeAtHome(parts.host) : undefined;
  const { config, missing } = expandMcpConfig(written, parts.host.env);
  if (missing.length) {
    throw new Error(`the environment has no ${missing.join(", ")}, which its configuration names`);
  }
  if (config.type === "sdk") return carried(config.name, parts);
  if ("command" in config) return program(config, parts, place);
  return address(name, config, parts, place, needsAuth);
}

type Place = ReturnType<typeof placeAtHome> | undefined;

async function program(config: McpStdioConfig, { host, exec }: ReachParts, place: Place): Promise<Way> {
  if (!exec) throw new Error("there is no plugin here that runs programs");
  const running = await exec();
  const spec = {
    file: config.command,
    args: config.args ?? [],
    ...place,
    cwd: resolve(place?.cwd ?? host.cwd, config.cwd ?? "."),
    env: { ...(place?.env ?? { CLAUDE_PROJECT_DIR: host.cwd }), ...config.env },
  };
  return { kind: "stdio", make: () => new StdioTransport(running, spec) };
}

function carried(name: string, { carrierOf }: ReachParts): Way {
  const carrier = carrierOf(name);
  if (!carrier) throw new Error("nobody carries its messages");
  return { kind: "sdk", make: () => new CarriedTransport(carrier) };
}

async function address(
  name: string,
  config: McpRemoteConfig,
  parts: ReachParts,
  place: Place,
  needsAuth: () => void,
): Promise<Way> {
  const { type, url, oauth } = config;
  if (!URL.canParse(url)) throw new Error(`"${url}" is no address`);
  const headers = headersOf(name, config, parts, place);
  if (type === "ws") {
    if (!hasSockets()) throw noSockets(name);
    const all = await headers();
    return { kind: "ws", make: () => new SocketTransport(url, all) };
  }
  if (!parts.http) throw new Error("there is no plugin here that speaks HTTP");
  const fetch = createFetch({
    http: parts.http,
    auth: await parts.auth?.(),
    server: { name, url, ...(oauth && { oauth }) },
    headers,
    session: parts.session,
    needsAuth,
  });
  return { kind: type === "sse" ? "sse" : "http", url, fetch };
}

function noSockets(name: string): PluginError {
  return new PluginError(
    "GANTRY_MCP_WEBSOCKET",
    `The MCP server "${name}" speaks over a WebSocket, which Node ${process.versions.node} lacks.`,
    "Run Gantry with Node 22 or later, or reach the server over http if it offers that.",
  );
}

/** The headers of the configuration, and those that its helper prints: once a connection. */
function headersOf(name: string, config: McpRemoteConfig, { host, exec }: ReachParts, place: Place) {
  const { headers = {}, headersHelper, url } = config;
  let found: Promise<Readonly<Record<string, string>>> | undefined;
  return () => {
    found ??= headersHelper === undefined ? Promise.resolve(headers) : helped(headersHelper);
    return found;
  };

  async function helped(command: string): Promise<Readonly<Record<string, string>>> {
    if (!exec) throw new Error("there is no plugin here that runs programs");
    const { exitCode, stdout } = await (await exec()).run({
      file: "/bin/sh",
      args: ["-c", command],
      cwd: host.cwd,
      ...place,
      env: { ...place?.env, CLAUDE_CODE_MCP_SERVER_NAME: name, CLAUDE_CODE_MCP_SERVER_URL: url },
      timeoutMs: HELPER_MS,
      maxBytes: 1024 * 1024,
    });
    if (exitCode !== 0) throw new Error("its headersHelper failed");
    try {
      return { ...headers, ...z.record(z.string(), z.string()).parse(parseJsonText(stdout)) };
    } catch (thrown) {
      throw new Error(`its headersHelper printed no JSON object of headers: ${messageOf(thrown).slice(0, 100)}`);
    }
  }
}

/** Whether two configurations are the same server. */
export function isSameConfig(a: McpServerConfig, b: McpServerConfig): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
