/** What a tool was when a person let it be: name, description and schema, as a hash. A tool that has changed since asks again. */
import { join } from "node:path";
import { type HostInfo, type JsonObject, type Log, type McpServerConfig, messageOf } from "gantry/sdk";
import { sha256Of } from "gantry/sdk/kit/fingerprint";
import { parseSettingsText, readSettingsText } from "gantry/sdk/kit/settings-text";
import { writeSettings } from "gantry/sdk/kit/settings-write";
import type { ListedTool } from "./connection.ts";

type Book = Record<string, Record<string, string>>;

export interface Pins {
  /** The names of tools that are not what they were. Tools that nobody has seen before are taken as they are. */
  changed(server: string, config: McpServerConfig, tools: readonly ListedTool[]): ReadonlySet<string>;
  /** A person has said yes to the tool as it is. */
  accept(server: string, config: McpServerConfig, tool: ListedTool): void;
  /** Forgets what a server's tools were: they are taken as they are when it is connected next. */
  forget(server: string): Promise<boolean>;
  /** Resolves when what was noted is written. */
  saved(): Promise<void>;
}

export function pinFile(host: HostInfo): string {
  return join(host.stateFolder, "mcp-tools.json");
}

export function createPins(host: HostInfo, log: Log): Pins {
  const file = pinFile(host);
  let book: Book | undefined;
  let isBroken = false;
  let saving: Promise<void> = Promise.resolve();

  const known = (): Book => {
    book ??= read(file, (problem) => {
      isBroken = true;
      log(`${file} cannot be read, so that every tool counts as changed: ${problem}`);
    });
    return book;
  };
  const note = (key: string, hashes: Readonly<Record<string, string>>): void => {
    if (Object.keys(hashes).length === 0) return;
    known()[key] = { ...known()[key], ...hashes };
    const write = () =>
      writeSettings(file, (current) => ({ ...current, [key]: { ...(current[key] as JsonObject), ...hashes } }));
    saving = saving.then(write).catch((thrown) => log(`What tools are cannot be noted: ${messageOf(thrown)}`));
  };

  return {
    changed(server, config, tools) {
      const key = keyOf(server, config);
      const before = known()[key] ?? {};
      // Where nobody knows what they were, all are asked for.
      if (isBroken) return new Set(tools.map(({ name }) => name));
      const fresh = tools.filter(({ name }) => !Object.hasOwn(before, name));
      note(key, Object.fromEntries(fresh.map((tool) => [tool.name, hashOf(tool)])));
      const isOther = (tool: ListedTool) => Object.hasOwn(before, tool.name) && before[tool.name] !== hashOf(tool);
      return new Set(tools.filter(isOther).map(({ name }) => name));
    },
    accept: (server, config, tool) => note(keyOf(server, config), { [tool.name]: hashOf(tool) }),
    async forget(server) {
      const isOf = (key: string) => key.startsWith(`${server} `);
      let isThere = false;
      await saving;
      await writeSettings(file, (current) => {
        isThere = Object.keys(current).some(isOf);
        return Object.fromEntries(Object.entries(current).filter(([key]) => !isOf(key)));
      });
      book = undefined;
      return isThere;
    },
    saved: () => saving,
  };
}

/** A server that is configured otherwise is another server. */
function keyOf(server: string, config: McpServerConfig): string {
  return `${server} ${sha256Of(JSON.stringify(config)).slice(0, 16)}`;
}

function hashOf({ name, title, description, inputSchema }: ListedTool): string {
  return sha256Of(JSON.stringify([name, title, description, inputSchema])).slice(0, 32);
}

function read(file: string, onProblem: (problem: string) => void): Book {
  const book: Book = Object.create(null);
  try {
    const found = readSettingsText(file);
    for (const [key, hashes] of Object.entries(found ? parseSettingsText(found.text) : {})) {
      if (typeof hashes === "object" && hashes !== null) book[key] = Object.assign(Object.create(null), hashes);
    }
  } catch (thrown) {
    onProblem(messageOf(thrown));
  }
  return book;
}
