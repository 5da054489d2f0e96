/** Which servers may run: what the folder asks for is approved word for word, and the settings have the last word. */
import { type Claim, type HostInfo, type McpServerConfig, type Settings, type Trust, z } from "gantry/sdk";
import { expandMcpConfig, mcpServerText } from "gantry/sdk/kit/mcp-config";
import { problemAtHome, runsAtHome } from "./at-home.ts";
import type { NamedServer } from "./sources.ts";

/** Says why a server may not run, in a sentence; `undefined`: it may. */
export type MayRun = (server: NamedServer) => string | undefined;

/** A server of the folder, as a person approves it: all that would run, as it is written. */
export function claimOf({ name, source, config }: NamedServer): Claim {
  const { alwaysLoad: _, timeout: __, ...more } = config;
  const rest = Object.entries(more).filter(([key]) => !["type", "command", "args", "url", "name"].includes(key));
  const lines = rest.map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`);
  return { kind: "MCP server", source, text: [`${name}: ${mcpServerText(config)}`, ...lines].join("\n") };
}

/** What holds for this host. */
export interface ApprovalParts {
  readonly trust: Trust;
  readonly settings: Settings | undefined;
  readonly host: HostInfo;
}

export function createApproval({ trust, settings, host }: ApprovalParts): MayRun {
  const { isTrusted, env } = host;
  return (server) => unapproved(server) ?? forbidden(server) ?? outOfPlace(server);

  function unapproved(server: NamedServer): string | undefined {
    if (server.scope !== "project") return undefined;
    if (names("disabledMcpjsonServers").includes(server.name))
      return "the settings switch it off (disabledMcpjsonServers).";
    if (trust.approves(claimOf(server))) return undefined;
    const isNamed = names("enabledMcpjsonServers").includes(server.name);
    const isAny = settings?.get("enableAllProjectMcpServers", z.boolean()) === true;
    if (isTrusted && (isNamed || isAny)) return undefined;
    return "you have not approved it as it is: gantry trust list shows it, gantry trust add approves it.";
  }

  function forbidden({ name, config }: NamedServer): string | undefined {
    const resolved = expandMcpConfig(config, env).config;
    const denied = entries("deniedMcpServers");
    if (denied.isBroken) return "nobody knows what the settings deny: deniedMcpServers is no list.";
    if (denied.list.some((entry) => isMeant(entry, name, resolved))) {
      return "the settings deny it (deniedMcpServers).";
    }
    const allowed = allowList();
    if (allowed && !isAllowed(allowed, name, resolved)) return "the settings do not allow it (allowedMcpServers).";
    return undefined;
  }

  /** In a folder that nobody trusts no program starts that could come upon what lies there: one's own run at home. */
  function outOfPlace(server: NamedServer): string | undefined {
    const { scope, config } = server;
    const isProgram = "command" in config || ("url" in config && config.headersHelper !== undefined);
    if (isTrusted || !isProgram || scope === "dynamic" || scope === "managed") return undefined;
    if (runsAtHome(server, host)) return problemAtHome(server, host);
    return "this folder is not trusted, so no program starts in it: gantry trust add trusts it, --trust for one run.";
  }

  function names(key: string): readonly string[] {
    return settings?.get(key, z.array(z.string())) ?? [];
  }

  /** What the layers list. A list that cannot be read has nothing in it, and `isBroken` says so. */
  function entries(key: string, isWanted = (_: string) => true) {
    const layers = (settings?.layers(key, z.unknown()) ?? []).filter(({ layer }) => isWanted(layer));
    return {
      list: layers.flatMap(({ value }) => (Array.isArray(value) ? (value as readonly unknown[]) : [])),
      isBroken: layers.some(({ value }) => !Array.isArray(value)),
      isThere: layers.length > 0,
    };
  }

  /** `undefined`: nobody limits it. A list that cannot be read allows nothing. */
  function allowList(): readonly unknown[] | undefined {
    const isManaged = settings?.get("allowManagedMcpServersOnly", z.boolean()) === true;
    const { list, isThere } = entries("allowedMcpServers", (layer) => !isManaged || layer === "managed");
    return isThere ? list : undefined;
  }
}

/** Where programs or addresses are listed, a name alone does not do for servers of that kind. */
function isAllowed(list: readonly unknown[], name: string, config: McpServerConfig): boolean {
  const part = "command" in config ? "serverCommand" : "url" in config ? "serverUrl" : "serverName";
  const exact = list.filter((entry) => field(entry, part) !== undefined);
  return (exact.length ? exact : list).some((entry) => isMeant(entry, name, config));
}

function isMeant(entry: unknown, name: string, config: McpServerConfig): boolean {
  if (field(entry, "serverName") === name) return true;
  const command = field(entry, "serverCommand");
  if ("command" in config) return JSON.stringify(command) === JSON.stringify([config.command, ...(config.args ?? [])]);
  const url = field(entry, "serverUrl");
  return "url" in config && typeof url === "string" && wildcard(url).test(config.url);
}

function field(entry: unknown, key: string): unknown {
  return typeof entry === "object" && entry !== null ? (entry as Record<string, unknown>)[key] : undefined;
}

function wildcard(pattern: string): RegExp {
  return new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
  );
}
