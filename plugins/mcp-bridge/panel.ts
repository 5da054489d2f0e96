/** The servers, to be looked at and acted on. */
import type { Block, CommandAnswer, ListAction, ListItem, ListPanel, McpServerStatus, Tone } from "gantry/sdk";
import { listPanel, showAction } from "gantry/sdk/kit/panels";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Bridge } from "./bridge.ts";

export const SAID: Readonly<Record<McpServerStatus["status"], string>> = {
  connected: "connected",
  failed: "not connected",
  "needs-auth": "wants a sign-in",
  pending: "being connected",
  disabled: "switched off",
};

const TONES: Readonly<Record<McpServerStatus["status"], Tone>> = {
  connected: "good",
  failed: "bad",
  "needs-auth": "warning",
  pending: "dim",
  disabled: "dim",
};

/** What a person could type behind `/mcp`. */
type Act = (word: string, name: string) => CommandAnswer | Promise<CommandAnswer>;

/** `text` is what whoever has no screen reads. */
export async function serversPanel(bridge: Bridge, act: Act, text: string): Promise<ListPanel> {
  const find = ({ id }: ListItem) => bridge.status().find(({ name }) => name === id);
  const blocks = (item: ListItem) => {
    const status = find(item);
    return status ? serverBlocks(status) : [];
  };
  /** The list stays open and says what came of it. */
  const acting = (key: string, label: string, wordOf: (status: McpServerStatus | undefined) => string): ListAction => ({
    key,
    label,
    run: async (item) => ({ stay: String((await act(wordOf(find(item)), item.id)) ?? "") }),
  });
  const panel = await listPanel({
    title: "MCP servers",
    load: () => bridge.status().map(itemOf),
    empty: "There are no MCP servers. gantry mcp add adds one.",
    preview: blocks,
    actions: [
      showAction(blocks),
      acting("r", "reconnect", () => "reconnect"),
      acting("e", "on or off", (status) => (status?.status === "disabled" ? "enable" : "disable")),
      acting("l", "sign in", () => "login"),
      acting("o", "sign out", () => "logout"),
      acting("t", "take its tools as they are", () => "accept"),
    ],
  });
  return { ...panel, text };
}

function itemOf({ name, status, scope, tools, error }: McpServerStatus): ListItem {
  const offers = tools ? `, ${tools.length} ${tools.length === 1 ? "tool" : "tools"}` : "";
  return {
    id: name,
    title: [
      visibleLine(name, 80),
      "  ",
      { text: `${SAID[status]}${status === "connected" ? offers : ""}`, tone: TONES[status] },
    ],
    detail: error === undefined ? scope : `${scope}: ${visibleLine(error, 200)}`,
  };
}

/** Headers and variables may be secrets: their names alone. */
function serverBlocks({
  name,
  status,
  scope,
  config,
  serverInfo,
  protocolVersion,
  tools = [],
  error,
}: McpServerStatus): readonly Block[] {
  const fields = [
    { name: "server", value: name },
    { name: "state", value: SAID[status] },
    ...(error === undefined ? [] : [{ name: "why", value: error }]),
    { name: "named by", value: scope },
    ...placeOf(config),
    ...(serverInfo ? [{ name: "says it is", value: `${serverInfo.name} ${serverInfo.version}` }] : []),
    ...(protocolVersion ? [{ name: "protocol", value: protocolVersion }] : []),
  ];
  return [
    { type: "fields", fields: fields.map(({ name, value }) => ({ name, value: visibleLine(value, 400) })) },
    ...(tools.length
      ? [
          {
            type: "table",
            head: ["tool", "does"],
            rows: tools.map((tool) => [tool.name, visibleLine(tool.description ?? "", 200)]),
          } as const,
        ]
      : []),
  ];
}

function placeOf(config: McpServerStatus["config"]) {
  const names = (of: Readonly<Record<string, string>> | undefined) => Object.keys(of ?? {}).join(", ");
  if ("command" in config) {
    const env = names(config.env);
    return [
      { name: "runs", value: [config.command, ...(config.args ?? [])].join(" ") },
      ...(env ? [{ name: "with variables", value: env }] : []),
    ];
  }
  if (config.type === "sdk") return [{ name: "lives in", value: "the program that drives Gantry" }];
  const headers = names(config.headers);
  return [{ name: "address", value: config.url }, ...(headers ? [{ name: "with headers", value: headers }] : [])];
}
