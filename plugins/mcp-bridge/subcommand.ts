/** `gantry mcp`: adds, lists and removes servers; signing in and serving belong to others, who are called. */
import {
  type FrontendHost,
  type HostInfo,
  type LaterService,
  type McpAuth,
  type McpServe,
  PluginError,
  type Subcommand,
  type SubcommandFlags,
  type Trust,
} from "gantry/sdk";
import { entryProblem, mcpServerConfigSchema, mcpServerText, nameProblem } from "gantry/sdk/kit/mcp-config";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { visible } from "gantry/sdk/kit/visible";
import { claimOf } from "./approval.ts";
import { addressOf, type Bridge } from "./bridge.ts";
import { acceptTools, statusText } from "./command.ts";
import { absent } from "./offers.ts";
import type { Server } from "./server.ts";
import { ownFile, projectFile } from "./sources.ts";
import { clearDisabled, type WritableScope, writeServer } from "./store.ts";
import { badInput, configOf, scopeOf } from "./subcommand-input.ts";

export interface SubcommandParts {
  readonly bridge: Bridge;
  readonly host: HostInfo;
  readonly auth: LaterService<McpAuth | undefined> | undefined;
  readonly serve: LaterService<McpServe | undefined> | undefined;
  readonly trust: Trust;
}

interface Said {
  readonly text: string;
  readonly data: unknown;
}
type Word = (args: readonly string[], flags: SubcommandFlags, host: FrontendHost) => Promise<Said>;

/** So long a list waits for servers to show how they are. */
const LIST_MS = 30_000;

export function createSubcommand({ bridge, host: info, auth, serve, trust }: SubcommandParts): Subcommand {
  const words: Readonly<Record<string, Word>> = {
    add,
    "add-json": addJson,
    list,
    get,
    remove,
    accept,
    "reset-project-choices": resetChoices,
    login,
    logout,
  };

  return async ([word = "list", ...args], flags, host) => {
    if (word === "serve") return serving(args, flags, host);
    const act = Object.hasOwn(words, word) ? words[word] : undefined;
    if (!act) throw unknownWord(word, [...Object.keys(words), "serve"]);
    const { text, data } = await act(args, flags, host);
    host.stdout.write(`${flags.json ? JSON.stringify(data, null, 2) : visible(text)}\n`);
    return 0;
  };

  // ---------------------------------------------------------------- what is written

  async function add([name, target, ...rest]: readonly string[], flags: SubcommandFlags): Promise<Said> {
    if (name === undefined || target === undefined) {
      throw badInput("A name and a command, or an address, are needed.", "gantry mcp add files -- mcp-files --root .");
    }
    return save(name, configOf(target, rest, flags), flags);
  }

  async function addJson([name, text, ...rest]: readonly string[], flags: SubcommandFlags): Promise<Said> {
    if (name === undefined || text === undefined || rest.length) {
      throw badInput("A name and one JSON object are needed.", `gantry mcp add-json files '{"command":"mcp-files"}'`);
    }
    let entry: unknown;
    try {
      entry = JSON.parse(text);
    } catch {
      throw badInput("That is no JSON.", `Write it as in .mcp.json: '{"command":"mcp-files"}'.`);
    }
    return save(name, entry, flags);
  }

  async function save(name: string, entry: unknown, flags: SubcommandFlags): Promise<Said> {
    const problem = nameProblem(name) ?? entryProblem(entry);
    if (problem !== undefined) throw badInput(`"${name}" cannot be added: ${problem}`, "Correct it, and add it again.");
    const config = mcpServerConfigSchema().parse(entry);
    const scope = scopeOf(flags, "local");
    const file = await writeServer(info, scope, name, config);
    // Whoever writes it has seen it.
    if (scope === "project") trust.approve([claimOf({ name, scope, source: file, config })]);
    return {
      text: `Added ${name} to ${file} (${scope}): ${mcpServerText(config)}`,
      data: { name, scope, file, config },
    };
  }

  async function remove([name, ...rest]: readonly string[], flags: SubcommandFlags): Promise<Said> {
    if (name === undefined || rest.length) throw badInput("One name is needed.", "gantry mcp list shows them.");
    await bridge.load();
    const scope = flags.scope === undefined ? ownScopeOf(name) : scopeOf(flags, "local");
    const file = await writeServer(info, scope, name, undefined);
    return { text: `Removed ${name} from ${file}.`, data: { name, scope, file } };
  }

  /** The scope that a server stands in, where Gantry may write it. */
  function ownScopeOf(name: string): WritableScope {
    const server = bridge.servers.get(name);
    if (!server) throw absent(name, bridge.servers.keys());
    const { scope, source } = server.named;
    const isOurs = source === ownFile(info) || source === projectFile(info);
    if (isOurs && (scope === "local" || scope === "project" || scope === "user")) return scope;
    throw badInput(`"${name}" stands in ${source}, which Gantry only reads.`, "Remove it there.");
  }

  async function resetChoices(): Promise<Said> {
    await clearDisabled(info);
    const count = trust.revoke("MCP server");
    const text = `What was said of the servers in ${projectFile(info)} is forgotten, and so is what was switched off here.`;
    return { text, data: { folder: info.cwd, revoked: count } };
  }

  async function accept([name]: readonly string[]): Promise<Said> {
    if (name === undefined) throw badInput("The name of a server is needed.", "gantry mcp list shows them.");
    const isKnown = await acceptTools(bridge, name);
    const text = isKnown
      ? `The tools of ${name} are taken as they are when it is connected next.`
      : `Nothing is known of the tools of ${name}.`;
    return { text, data: { name, isKnown } };
  }

  // ---------------------------------------------------------------- what is shown

  async function list(_: readonly string[], __: SubcommandFlags, { signal }: FrontendHost): Promise<Said> {
    await bridge.settle({ waitMs: LIST_MS, signal });
    const all = bridge.status();
    const lines = all.map((status) => `${statusText(status)}\n  ${mcpServerText(status.config)}`);
    const none = lines.length ? [] : ["There are no MCP servers. gantry mcp add adds one."];
    return {
      text: [...lines, ...none, ...bridge.problems].join("\n"),
      data: { servers: all, problems: bridge.problems },
    };
  }

  async function get([name]: readonly string[], _: SubcommandFlags, { signal }: FrontendHost): Promise<Said> {
    const server = await foundServer(name);
    await server.ready(AbortSignal.any([signal, AbortSignal.timeout(LIST_MS)])).catch(() => undefined);
    const { status, named } = server;
    const tools = (status.tools ?? []).map(
      (tool) => `  ${tool.name}${tool.description ? `: ${firstLine(tool.description)}` : ""}`,
    );
    const text = [statusText(status), `  ${mcpServerText(named.config)}`, `  from ${named.source}`, ...tools];
    return { text: text.join("\n"), data: { ...status, source: named.source } };
  }

  async function foundServer(name: string | undefined): Promise<Server> {
    await bridge.load();
    const server = bridge.servers.get(name ?? "");
    if (!server) throw absent(name ?? "", bridge.servers.keys());
    return server;
  }

  // ---------------------------------------------------------------- what others do

  async function login([name]: readonly string[], flags: SubcommandFlags, host: FrontendHost): Promise<Said> {
    const [server, service] = await signIn(name);
    const print = (text: string) => void host.stderr.write(`${visible(text)}\n`);
    // Loaded for this alone: the plugin is there at every start.
    const pasted = process.getBuiltinModule("node:readline").createInterface({ input: host.stdin });
    try {
      await service.login(server, { opensBrowser: flags.browser !== false, print, pasted, signal: host.signal });
    } finally {
      pasted.close();
    }
    return { text: `Signed in at ${server.name}.`, data: { name: server.name } };
  }

  async function logout([name]: readonly string[]): Promise<Said> {
    const [server, service] = await signIn(name);
    const isDone = await service.logout(server);
    const text = isDone ? `Signed out of ${server.name}.` : `Nobody was signed in at ${server.name}.`;
    return { text, data: { name: server.name, isDone } };
  }

  async function signIn(name: string | undefined) {
    const { named } = await foundServer(name);
    const address = addressOf(named, info.env);
    if (!address)
      throw badInput(
        `"${named.name}" is at no address, so nobody signs in there.`,
        "Give the name of a server with a url.",
      );
    const service = await auth?.();
    if (!service) throw notHere("signs in at servers", "mcp-auth");
    return [address, service] as const;
  }

  async function serving(args: readonly string[], flags: SubcommandFlags, host: FrontendHost): Promise<number> {
    const service = await serve?.();
    if (!service) throw notHere("serves", "mcp-serve");
    return service.serve(args, flags, host);
  }
}

function firstLine(text: string): string {
  const [line = ""] = text.trim().split("\n");
  return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}

function unknownWord(word: string, known: readonly string[]): PluginError {
  return new PluginError(
    "GANTRY_MCP_WORD",
    `"${word}" is nothing that gantry mcp does.${didYouMean(word, known)}`,
    `It takes ${known.join(", ")}.`,
  );
}

function notHere(what: string, plugin: string): PluginError {
  return new PluginError(
    "GANTRY_MCP_NOT_HERE",
    `There is no plugin here that ${what}.`,
    `Add ${plugin} to the plugins of the configuration.`,
  );
}
