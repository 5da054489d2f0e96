import fs from "node:fs";
import {
  type Block,
  type Command,
  type HostInfo,
  type McpServerStatus,
  SETTINGS_LAYERS,
  type SessionView,
  type Settings,
  type SetupContext,
  z,
} from "gantry/sdk";
import { keptKeys } from "gantry/sdk/kit/kept-keys";
import { pagePanel } from "gantry/sdk/kit/panels";
import { settingsFile } from "gantry/sdk/kit/save-setting";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { commandCore } from "./index.ts";

type Use = SetupContext<typeof commandCore>["use"];
type Field = { readonly name: string; readonly value: string };

/** `/status`: what the session runs on, and where that comes from. */
export function createStatus(use: Use, host: HostInfo): Command {
  return async (_, session) => ({
    panel: await pagePanel({
      title: "Status",
      parts: [
        { title: "Session", load: async () => [fields([...sessionFields(session, host), ...(await guards(session))])] },
        { title: "Settings", load: () => settingsBlocks(use.settings, host) },
        { title: "MCP servers", load: async () => mcpBlocks((await use.mcp?.())?.status()) },
      ],
    }),
  });

  async function guards(session: SessionView): Promise<readonly Field[]> {
    const sandbox = await use.sandbox?.state(session);
    const confined = sandbox?.isOn ? (sandbox.problem ?? "on") : "off";
    return [
      ...(use.permissions ? [{ name: "Mode", value: use.permissions.mode(session) }] : []),
      { name: "Sandbox", value: visibleLine(confined) },
    ];
  }
}

function sessionFields(session: SessionView, host: HostInfo): readonly Field[] {
  const { model, id, cwd, folders, transcriptPath, allEntries } = session;
  const title = allEntries.findLast((entry) => entry.type === "title")?.title;
  return [
    { name: "Version", value: host.version },
    { name: "Session", value: `${id}${title ? ` (${visibleLine(title, 60)})` : ""}` },
    { name: "Kept in", value: visibleLine(transcriptPath ?? "nothing: it ends with the program") },
    { name: "Model", value: visibleLine(`${model.provider}/${model.id}`) },
    { name: "Account", value: accountOf(host) },
    { name: "Folder", value: `${visibleLine(cwd)}${host.isTrusted ? "" : " (not trusted)"}` },
    ...folders.slice(1).map((folder) => ({ name: "Folder too", value: visibleLine(folder) })),
  ];
}

/** By which key requests are paid for, as far as names tell. */
function accountOf({ env, stateFolder }: HostInfo): string {
  const named = Object.keys(env).filter((name) => /^(ANTHROPIC|OPENAI)_(API_KEY|AUTH_TOKEN)$/.test(name) && env[name]);
  const kept = [...keptKeys(stateFolder)].filter((name) => !named.includes(name));
  const all = [...named.map((name) => `${name} of the environment`), ...kept.map((name) => `${name} kept by /login`)];
  return all.map((one) => visibleLine(one, 80)).join(", ") || "no key";
}

function settingsBlocks(settings: Settings | undefined, host: HostInfo): readonly Block[] {
  if (!settings) return [{ type: "text", lines: ["No plugin reads settings."] }];
  const sources = new Map(
    settings.layers("", z.unknown()).flatMap(({ layer, source, value }) => (isEmpty(value) ? [] : [[source, layer]])),
  );
  const files = (["local", "project", "user"] as const).map((layer) => ({ layer, file: settingsFile(layer, host) }));
  const rows = [
    ...[...sources]
      .filter(([source]) => !files.some(({ file }) => file === source))
      .map(([source, layer]) => ({ layer, source })),
    ...files.filter(({ file }) => fs.existsSync(file)).map(({ layer, file }) => ({ layer, source: file })),
  ].sort((a, b) => SETTINGS_LAYERS.indexOf(a.layer) - SETTINGS_LAYERS.indexOf(b.layer));
  const list: Block = rows.length
    ? fields(rows.map(({ layer, source }) => ({ name: layer, value: visibleLine(source) })))
    : { type: "text", lines: ["No file says anything."] };
  const problems = settings.problems.map(({ text }) => [{ text: visibleLine(text), tone: "warning" } as const]);
  return problems.length ? [list, { type: "text", lines: problems }] : [list];
}

function isEmpty(value: unknown): boolean {
  return Object.keys(value ?? {}).length === 0;
}

function mcpBlocks(servers: readonly McpServerStatus[] = []): readonly Block[] {
  if (!servers.length) return [{ type: "text", lines: ["There is none."] }];
  return [fields(servers.map(({ name, status }) => ({ name: visibleLine(name, 60), value: status })))];
}

function fields(all: readonly Field[]): Block {
  return { type: "fields", fields: all };
}
