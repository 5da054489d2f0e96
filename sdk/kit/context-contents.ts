/** What fills the window: sections of the prompt, tools, messages; each with who put it there. */
import { type Entry, type Message, type SessionView, type ToolInfo, z } from "gantry/sdk";
import { estimateTokens, textTokens } from "gantry/sdk/kit/tokens";

/** Something in the window. */
export interface Item {
  readonly name: string;
  /** The plugin, where one put it there. */
  readonly owner?: string;
  readonly tokens: number;
}

/** What is in the window, by estimate. */
export interface Contents {
  readonly model: string;
  readonly sections: readonly Item[];
  readonly tools: readonly Item[];
  readonly messages: readonly Item[];
  /** Outputs in the messages, by tool. */
  readonly outputs: readonly Item[];
  /** What the provider counted last, where that still says something. */
  readonly counted: number | undefined;
  /** Why what the provider had cached was lost, oldest first. */
  readonly breaks: readonly string[];
}

export function contextContents(session: SessionView, tools: readonly ToolInfo[]): Contents {
  const { entries, messages, model } = session;
  const prompt = entries.findLast((entry) => entry.type === "prompt");
  const seen = prompt && new Set(prompt.tools);
  const shown = seen ? tools.filter(({ name }) => seen.has(name)) : tools;
  return {
    model: `${model.provider}/${model.id}`,
    sections: (prompt?.sections ?? []).map(({ key, text, owner }) => ({
      name: key,
      ...(owner !== undefined && { owner }),
      tokens: textTokens(text),
    })),
    tools: shown.map((tool) => ({ name: tool.name, owner: tool.owner, tokens: toolTokens(tool) })),
    ...partsOf(messages),
    counted: countedIn(entries),
    breaks: entries.flatMap((entry) =>
      entry.type === "plugin" && entry.kind === "cache-break" ? [reasonIn(entry.data)] : [],
    ),
  };
}

/** About how many tokens a tool costs with each request: name, description and schema. */
export function toolTokens({ name, description, input }: ToolInfo): number {
  const schema =
    "jsonSchema" in input ? input.jsonSchema : z.toJSONSchema(input, { io: "input", unrepresentable: "any" });
  return textTokens(name) + textTokens(description) + textTokens(JSON.stringify(schema));
}

const KINDS = {
  summary: "summary of what was shortened",
  reminder: "added by the host",
  person: "said by the person",
  shown: "pictures and documents",
  agent: "said by the agent",
  thinking: "thought by the agent",
  calls: "calls of tools",
  outputs: "outputs of tools",
} as const;

function partsOf(messages: readonly Message[]): Pick<Contents, "messages" | "outputs"> {
  const sums = new Map<string, number>(Object.values(KINDS).map((kind) => [kind, 0]));
  const outputs = new Map<string, number>();
  const tools = new Map<string, string>();
  for (const { role, content } of messages) {
    for (const block of content) {
      const tokens = estimateTokens([{ role: "user", content: [block] } as Message]);
      const kind = KINDS[kindOf(role, block)];
      sums.set(kind, (sums.get(kind) ?? 0) + tokens);
      if (block.type === "tool_use") tools.set(block.id, block.name);
      if (block.type !== "tool_result") continue;
      const tool = tools.get(block.tool_use_id) ?? "?";
      outputs.set(tool, (outputs.get(tool) ?? 0) + tokens);
    }
  }
  return { messages: items(sums), outputs: [...items(outputs)].sort((a, b) => b.tokens - a.tokens) };
}

function kindOf(role: Message["role"], block: Message["content"][number]): keyof typeof KINDS {
  switch (block.type) {
    case "text":
      if (role === "assistant") return "agent";
      if (block.text.startsWith("<conversation-summary>")) return "summary";
      return block.text.startsWith("<system-reminder>") ? "reminder" : "person";
    case "tool_use":
      return "calls";
    case "tool_result":
      return "outputs";
    case "image":
    case "document":
      return "shown";
    default:
      return "thinking";
  }
}

function items(sums: ReadonlyMap<string, number>): readonly Item[] {
  return [...sums].flatMap(([name, tokens]) => (tokens ? [{ name, tokens }] : []));
}

/** What was counted before a compaction says nothing of what is left. */
function countedIn(entries: readonly Entry[]): number | undefined {
  const last = entries.findLast(({ type }) => type === "assistant" || type === "compaction");
  if (last?.type !== "assistant") return undefined;
  const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, output_tokens } = last.message.usage;
  return input_tokens + cache_read_input_tokens + cache_creation_input_tokens + output_tokens || undefined;
}

function reasonIn(data: unknown): string {
  const { reason } = (data ?? {}) as { readonly reason?: unknown };
  return typeof reason === "string" ? reason : "for an unknown reason";
}
