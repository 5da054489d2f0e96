/** Gantry's own entries: servers that a person added, and what they switched off, by folder. */
import { type HostInfo, type JsonObject, type McpServerConfig, PluginError } from "gantry/sdk";
import { writeSettings } from "gantry/sdk/kit/settings-write";
import { ownFile, projectFile } from "./sources.ts";

export type WritableScope = "local" | "project" | "user";

/** Adds a server, or takes it away with `undefined`. Resolves to the file; rejects where a name is taken, or not there. */
export async function writeServer(
  host: HostInfo,
  scope: WritableScope,
  name: string,
  config: McpServerConfig | undefined,
): Promise<string> {
  const file = scope === "project" ? projectFile(host) : ownFile(host);
  const change = (list: JsonObject): JsonObject => {
    const isThere = Object.hasOwn(list, name);
    if (config !== undefined && isThere) throw taken(name, file);
    if (config === undefined && !isThere) throw notThere(name, file);
    const { [name]: _, ...others } = list;
    return config === undefined ? others : { ...list, [name]: config as unknown as JsonObject };
  };
  const options = scope === "project" ? { within: host.cwd } : {};
  await writeSettings(file, (current) => inList(current, scope, host.cwd, change), options);
  return file;
}

/** Notes whether a server is switched off in this folder. */
export async function writeDisabled(host: HostInfo, name: string, isDisabled: boolean): Promise<void> {
  await writeSettings(ownFile(host), (current) =>
    inProject(current, host.cwd, (project) => {
      const before = Array.isArray(project.disabled) ? project.disabled.filter((one) => one !== name) : [];
      return { ...project, disabled: isDisabled ? [...before, name] : before };
    }),
  );
}

/** Nothing is switched off any more in this folder. */
export async function clearDisabled(host: HostInfo): Promise<void> {
  await writeSettings(ownFile(host), (current) =>
    inProject(current, host.cwd, ({ disabled: _, ...project }) => project),
  );
}

function inList(
  current: JsonObject,
  scope: WritableScope,
  cwd: string,
  change: (list: JsonObject) => JsonObject,
): JsonObject {
  if (scope === "local") {
    return inProject(current, cwd, (project) => ({ ...project, mcpServers: change(recordIn(project, "mcpServers")) }));
  }
  return { ...current, mcpServers: change(recordIn(current, "mcpServers")) };
}

function inProject(current: JsonObject, cwd: string, change: (project: JsonObject) => JsonObject): JsonObject {
  const projects = recordIn(current, "projects");
  return { ...current, projects: { ...projects, [cwd]: change(recordIn(projects, cwd)) } };
}

function recordIn(content: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(content, key) ? content[key] : undefined;
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function taken(name: string, file: string): PluginError {
  return new PluginError(
    "GANTRY_MCP_TAKEN",
    `There is an MCP server "${name}" in ${file} already.`,
    `Remove it first (gantry mcp remove ${name}), or choose another name.`,
  );
}

function notThere(name: string, file: string): PluginError {
  return new PluginError(
    "GANTRY_MCP_NOT_THERE",
    `There is no MCP server "${name}" in ${file}.`,
    "gantry mcp list says where each stands; --scope chooses the place.",
  );
}
