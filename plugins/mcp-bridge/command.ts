/** `/mcp`: how the servers are, and what can be done about it. */
import {
  type Command,
  type Completion,
  isGantryError,
  type LaterService,
  type McpAuth,
  type McpServerStatus,
  messageOf,
  type RunCommand,
  type SessionView,
} from "gantry/sdk";
import { completions } from "gantry/sdk/kit/completions";
import { visible, visibleLine } from "gantry/sdk/kit/visible";
import { addressOf, type Bridge } from "./bridge.ts";
import { SAID, serversPanel } from "./panel.ts";

const WORDS = ["reconnect", "enable", "disable", "accept", "login", "logout"] as const;
type Word = (typeof WORDS)[number];
type Signing = "login" | "logout";

type Auth = LaterService<McpAuth | undefined> | undefined;

export function createCommand(bridge: Bridge, auth: Auth): Command {
  const run: RunCommand = async (args, session) => {
    const [word = "", name = "all"] = args.trim().split(/\s+/);
    await bridge.begin();
    if (word === "")
      return { panel: await serversPanel(bridge, (word, name) => run(`${word} ${name}`, session), overview(bridge)) };
    if (!WORDS.includes(word as Word)) return `/mcp takes ${WORDS.join(", ")} and the name of a server, or nothing.`;
    if (word === "login" || word === "logout") return signing(bridge, { word, name, session, auth: await auth?.() });
    const names = name === "all" ? bridge.status().map((status) => status.name) : [name];
    const done = await Promise.all(names.map((one) => act(bridge, word as Exclude<Word, Signing>, one)));
    return done.join("\n") || "There are no MCP servers.";
  };
  return { run, complete: (args) => completeServers(args, bridge) };
}

function completeServers(args: string, bridge: Bridge): readonly Completion[] {
  const [word = "", ...rest] = args.trimStart().split(/\s+/);
  if (rest.length === 0) return completions(args, WORDS);
  const names = bridge.status().map(({ name }) => name);
  return completions(
    args,
    [...names, ...(word.startsWith("log") ? [] : ["all"])].map((name) => `${word} ${name}`),
  );
}

interface SigningParts {
  readonly word: Signing;
  readonly name: string;
  readonly session: SessionView;
  readonly auth: McpAuth | undefined;
}

/** The person signs in, or out, while the conversation goes on. */
async function signing(bridge: Bridge, { word, name, session, auth }: SigningParts): Promise<string> {
  const named = bridge.servers.get(name)?.named;
  const server = named && addressOf(named, bridge.host.env);
  if (!server || !auth) return `/mcp ${word} takes the name of a server with a url, and needs the plugin mcp-auth.`;
  const print = (text: string) => session.notify({ level: "info", plugin: "mcp-bridge", text });
  try {
    if (word === "logout") return (await auth.logout(server)) ? `Signed out of ${name}.` : "Nobody was signed in.";
    await auth.login(server, { opensBrowser: true, print, signal: session.scope.signal });
    await bridge.reconnect(name);
    return `Signed in at ${name}: it is connected.`;
  } catch (thrown) {
    return visible(isGantryError(thrown) ? `${thrown.message} ${thrown.remedy ?? ""}` : messageOf(thrown));
  }
}

async function act(bridge: Bridge, word: Exclude<Word, Signing>, name: string): Promise<string> {
  try {
    switch (word) {
      case "reconnect":
        await bridge.reconnect(name);
        return `${name} is connected.`;
      case "enable":
      case "disable":
        await bridge.setEnabled(name, word === "enable");
        return `${name} is switched ${word === "enable" ? "on" : "off"} in this folder.`;
      case "accept":
        return (await acceptTools(bridge, name))
          ? `The tools of ${name} are taken as they are now.`
          : `Nothing is known of ${name}.`;
    }
  } catch (thrown) {
    return visible(isGantryError(thrown) ? `${thrown.message} ${thrown.remedy ?? ""}` : messageOf(thrown));
  }
}

/** Takes a server's tools as they are now. Whether anything was known of them. */
export async function acceptTools(bridge: Bridge, name: string): Promise<boolean> {
  const isKnown = await bridge.pins.forget(name);
  await bridge.servers.get(name)?.refresh("tools");
  // What was gathered is taken in.
  await bridge.settle({ waitMs: 0 });
  return isKnown;
}

function overview(bridge: Bridge): string {
  const all = bridge.status();
  if (!all.length) return ["There are no MCP servers. gantry mcp add adds one.", ...bridge.problems].join("\n");
  return [...all.map(statusText), ...bridge.problems].map((line) => visible(line)).join("\n");
}

/** One server in one line, or two. */
export function statusText({
  name,
  status,
  scope,
  error,
  tools,
  serverInfo,
  protocolVersion,
}: McpServerStatus): string {
  const offers = tools ? `, ${tools.length} tool${tools.length === 1 ? "" : "s"}` : "";
  const who = serverInfo ? `, ${serverInfo.name} ${serverInfo.version} (${protocolVersion})` : "";
  const line = visibleLine(`${name} [${scope}]: ${SAID[status]}${status === "connected" ? offers + who : ""}`);
  return error === undefined ? line : `${line}\n  ${visibleLine(error)}`;
}
