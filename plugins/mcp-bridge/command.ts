/** `/mcp`: how the servers are, and what can be done about it. */
import { type Command, isGantryError, type McpServerStatus, messageOf } from "gantry/sdk";
import { visible, visibleLine } from "gantry/sdk/kit/visible";
import type { Bridge } from "./bridge.ts";

const WORDS = ["reconnect", "enable", "disable", "accept"] as const;
type Word = (typeof WORDS)[number];

export function createCommand(bridge: Bridge): Command {
  return async (args) => {
    const [word = "", name = "all"] = args.trim().split(/\s+/);
    await bridge.begin();
    if (word === "") return overview(bridge);
    if (!WORDS.includes(word as Word)) return `/mcp takes ${WORDS.join(", ")} and the name of a server, or nothing.`;
    const names = name === "all" ? bridge.status().map((status) => status.name) : [name];
    const done = await Promise.all(names.map((one) => act(bridge, word as Word, one)));
    return done.join("\n") || "There are no MCP servers.";
  };
}

async function act(bridge: Bridge, word: Word, name: string): Promise<string> {
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

const SAID: Readonly<Record<McpServerStatus["status"], string>> = {
  connected: "connected",
  failed: "not connected",
  "needs-auth": "wants a sign-in",
  pending: "being connected",
  disabled: "switched off",
};

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
