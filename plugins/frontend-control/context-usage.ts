import type { Session, ToolInfo } from "gantry/sdk";
import { contextContents, type Item } from "gantry/sdk/kit/context-contents";

/** What fills the window, as clients show it. Estimates, but for what the provider has counted. */
export function contextUsage(session: Session, tools: readonly ToolInfo[], window: number | undefined): object {
  const contents = contextContents(session, tools);
  const isMcp = ({ name }: Item) => name.startsWith("mcp__");
  const own = contents.tools.filter((tool) => !isMcp(tool));
  const mcp = contents.tools.filter(isMcp);
  const rows = [
    row("system_prompt", "System prompt", sum(contents.sections)),
    row("system_tools", "System tools", sum(own)),
    row("mcp_tools", "MCP tools", sum(mcp)),
    row("messages", "Messages", sum(contents.messages)),
  ];
  const totalTokens = sum(rows);
  const maxTokens = window ?? totalTokens;
  const free = Math.max(0, maxTokens - totalTokens);
  return {
    categories: [...rows, { id: "free_space", name: "Free space", tokens: free, color: "gray", kind: "free" }],
    totalTokens,
    maxTokens,
    rawMaxTokens: maxTokens,
    percentage: maxTokens ? Math.round((100 * totalTokens) / maxTokens) : 0,
    gridRows: [],
    model: session.model.id,
    memoryFiles: [],
    mcpTools: mcp.map(({ name, tokens }) => ({ name, serverName: name.split("__")[1] ?? "", tokens, isLoaded: true })),
    systemTools: own.map(({ name, tokens }) => ({ name, tokens })),
    systemPromptSections: contents.sections.map(({ name, tokens }) => ({ name, tokens })),
    agents: [],
    isAutoCompactEnabled: true,
    apiUsage: lastUsage(session),
  };
}

function row(id: string, name: string, tokens: number) {
  return { id, name, tokens, color: "blue", kind: "used" };
}

function sum(items: readonly { readonly tokens: number }[]): number {
  return items.reduce((total, { tokens }) => total + tokens, 0);
}

function lastUsage({ entries }: Session): object | null {
  const last = entries.findLast((entry) => entry.type === "assistant");
  return last?.message.usage ?? null;
}
