/** Where servers are named: the files as people have them, the command line, and Gantry's own entries. */
import { readFile, stat } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import {
  type HostInfo,
  isGantryError,
  type JsonObject,
  type McpScope,
  type McpServerConfig,
  messageOf,
} from "gantry/sdk";
import { readMcpServers } from "gantry/sdk/kit/mcp-config";
import { parseSettingsText, readSettingsText } from "gantry/sdk/kit/settings-text";

/** A server that somebody has named. */
export interface NamedServer {
  readonly name: string;
  readonly scope: McpScope;
  /** The file, or the flag. */
  readonly source: string;
  readonly config: McpServerConfig;
}

/** What all sources say. */
export interface Sources {
  /** Every server that is named, of each name the nearest first. */
  readonly servers: readonly NamedServer[];
  /** What cannot be taken, in sentences. */
  readonly problems: readonly string[];
  /** Names that the person has switched off in this folder. */
  readonly disabled: ReadonlySet<string>;
}

/** How the command line changes what is read. */
export interface McpFlags {
  /** JSON, or files. */
  readonly configs: readonly string[];
  /** Nothing but these. */
  readonly isStrict: boolean;
}

/** Where people's own files grow to: they hold much that is not ours. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Gantry's own file of servers. */
export function ownFile(host: HostInfo): string {
  return join(host.stateFolder, "mcp.json");
}

/** The file in which the field's programs keep a person's servers. */
export function personFile({ claudeFolder, home }: HostInfo): string {
  return claudeFolder === join(home, ".claude") ? join(home, ".claude.json") : join(claudeFolder, ".claude.json");
}

export function projectFile({ cwd }: HostInfo): string {
  return join(cwd, ".mcp.json");
}

/** Reads all of it. Never rejects: what cannot be read is a problem. `managed` is the administrator's exclusive file. */
export async function readSources(host: HostInfo, flags: McpFlags, managed: string): Promise<Sources> {
  const problems: string[] = [];
  const own = readJson(ownFile(host), problems);
  const administered = readJson(managed, problems);
  const disabled = new Set<string>(namesIn(projectIn(own, host.cwd)?.disabled));
  if (administered) {
    return { servers: named(administered, "managed", managed, problems), problems, disabled };
  }
  const given = flags.configs.flatMap((text) => fromFlag(text, host.cwd, problems));
  if (flags.isStrict) return { servers: given, problems, disabled };
  const person = await readLarge(personFile(host), problems);
  for (const name of namesIn(projectIn(person, host.cwd)?.disabledMcpServers)) disabled.add(name);
  const lists = [
    [projectIn(own, host.cwd), "local", ownFile(host)],
    [projectIn(person, host.cwd), "local", personFile(host)],
    [readJson(projectFile(host), problems), "project", projectFile(host)],
    [own, "user", ownFile(host)],
    [person, "user", personFile(host)],
  ] as const;
  const files = lists.flatMap(([content, scope, source]) => {
    const list = scope === "project" ? content : content?.mcpServers;
    return list === undefined ? [] : named(list, scope, source, problems);
  });
  return { servers: [...given, ...files], problems, disabled };
}

/** The servers of the folder's own file, for the question whether they may run. */
export function projectServers(host: HostInfo): readonly NamedServer[] {
  const content = readJson(projectFile(host), []);
  return content ? named(content, "project", projectFile(host), []) : [];
}

function named(list: unknown, scope: McpScope, source: string, problems: string[]): NamedServer[] {
  const { servers, problems: bad } = readMcpServers(list);
  for (const [name, problem] of Object.entries(bad)) {
    problems.push(
      name ? `The MCP server ${JSON.stringify(name)} of ${source} is left out: ${problem}` : `${source}: ${problem}`,
    );
  }
  return Object.entries(servers).map(([name, config]) => ({ name, scope, source, config }));
}

function fromFlag(text: string, cwd: string, problems: string[]): NamedServer[] {
  const isJson = text.trimStart().startsWith("{");
  const source = isJson ? "--mcp-config" : isAbsolute(text) ? text : resolve(cwd, text);
  if (!isJson) {
    const content = readJson(source, problems);
    if (!content) problems.push(`There are no MCP servers in ${source}: there is no such file, or it cannot be read.`);
    return content ? named(content, "dynamic", source, problems) : [];
  }
  try {
    return named(parseSettingsText(text), "dynamic", source, problems);
  } catch (thrown) {
    problems.push(`--mcp-config cannot be read: ${messageOf(thrown)}.`);
    return [];
  }
}

function readJson(file: string, problems: string[]): JsonObject | undefined {
  try {
    const found = readSettingsText(file);
    return found && parseSettingsText(found.text);
  } catch (thrown) {
    problems.push(unreadable(file, thrown));
    return undefined;
  }
}

async function readLarge(file: string, problems: string[]): Promise<JsonObject | undefined> {
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES} bytes`);
    return asRecord(JSON.parse(await readFile(file, "utf8")));
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") problems.push(unreadable(file, thrown));
    return undefined;
  }
}

function unreadable(file: string, thrown: unknown): string {
  const why = isGantryError(thrown) ? thrown.message : messageOf(thrown);
  return `The MCP servers in ${file} are left out: ${why.replace(/\.$/, "")}.`;
}

function projectIn(content: JsonObject | undefined, cwd: string): JsonObject | undefined {
  const projects = asRecord(content?.projects);
  return projects && Object.hasOwn(projects, cwd) ? asRecord(projects[cwd]) : undefined;
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function asRecord(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}
