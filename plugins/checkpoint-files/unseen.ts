/** What ran and may have changed more than was seen. */
import type { Entry, SessionView, ToolInfo, Tools } from "gantry/sdk";
import { isSeenWhole } from "./command-paths.ts";
import { wholeLog } from "./timeline.ts";

const MOST_NAMED = 10;
const LONGEST = 80;

/** Names calls since a place in the log, the newest last, each once. */
export async function unseenSince(session: SessionView, at: number, tools: Tools): Promise<readonly string[]> {
  const infos = new Map(
    tools.list(session).flatMap((info) => [info.name, ...(info.aliases ?? [])].map((name) => [name, info])),
  );
  const entries = wholeLog(session).slice(at + 1);
  const inputs = inputsOf(entries);
  const found = new Set<string>();
  for (const entry of entries) {
    if (entry.type !== "tool_start") continue;
    const said = await unseenOf(infos.get(entry.tool), entry.tool, entry.input ?? inputs.get(entry.toolUseId));
    if (said !== undefined) found.add(said);
  }
  const named = [...found];
  if (named.length <= MOST_NAMED) return named;
  return [`${named.length - MOST_NAMED} others`, ...named.slice(-MOST_NAMED)];
}

async function unseenOf(info: ToolInfo | undefined, name: string, input: unknown): Promise<string | undefined> {
  const permission = info?.permission;
  if (permission && "path" in permission && /^(?:Edit|Read)$/.test(permission.family)) return undefined;
  const command = permission && "command" in permission ? (input as Record<string, unknown>)?.[permission.command] : "";
  if (typeof command !== "string" || command === "") return name;
  if (await isSeenWhole(command)) return undefined;
  const line = command.trim().split("\n", 1)[0] ?? "";
  return `${name}: ${line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line}`;
}

function inputsOf(entries: readonly Entry[]): ReadonlyMap<string, unknown> {
  const inputs = new Map<string, unknown>();
  for (const entry of entries) {
    if (entry.type === "assistant") {
      for (const block of entry.message.content) if (block.type === "tool_use") inputs.set(block.id, block.input);
    } else if (entry.type === "plugin" && entry.kind === "call") {
      const { id, input } = (entry.data ?? {}) as { id?: unknown; input?: unknown };
      if (typeof id === "string") inputs.set(id, input);
    }
  }
  return inputs;
}
