import type { ToolInfo } from "gantry/sdk";

/** All that is said of tools that wait fits into so much, however many there are. */
const MOST_CHARACTERS = 1_000;

/** Which tools wait to be found, by server as far as they have one: names while they fit, else how many. */
export function overviewText(tools: readonly ToolInfo[]): string | undefined {
  if (!tools.length) return undefined;
  const head = "# Tools to be found\n\nToolSearch finds these before you call them:";
  const groups = [...groupsOf(tools)];
  const whole = groups.map(([group, names]) => `- ${group}: ${names.join(", ")}`).join("\n");
  if (whole.length <= MOST_CHARACTERS) return `${head}\n${whole}`;
  const counted = groups.map(([group, names]) => `- ${group}: ${names.length} tools`);
  let text = "";
  for (const [index, line] of counted.entries()) {
    if (text.length + line.length > MOST_CHARACTERS)
      return `${head}${text}\n- and ${counted.length - index} more servers`;
    text += `\n${line}`;
  }
  return `${head}${text}`;
}

function groupsOf(tools: readonly ToolInfo[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { name } of tools) {
    const [, server, tool] = /^mcp__(.+?)__(.+)$/.exec(name) ?? [];
    const group = server ? `mcp__${server}__` : "others";
    groups.set(group, [...(groups.get(group) ?? []), tool ?? name]);
  }
  return groups;
}
