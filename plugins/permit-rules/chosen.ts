import type { Inspector, ToolInfo } from "gantry/sdk";
import { splitRules } from "gantry/sdk/kit/split-rules";

const ALL = "default";

/**
 * Whether a tool is one of those that were chosen. The choice is among what plugins bring by themselves; what comes at run time, as
 * from an MCP server, was asked for in another way.
 */
export function chosenTools(
  values: readonly string[] | undefined,
  inspector: Inspector,
): (tool: Pick<ToolInfo, "name" | "aliases">) => boolean {
  const names = new Set(values?.flatMap(splitRules));
  if (!values || names.has(ALL)) return () => true;
  let declared: Map<string, readonly string[]> | undefined;
  return ({ name }) => {
    declared ??= declaredTools(inspector);
    const aliases = declared.get(name);
    return aliases === undefined || names.has(name) || aliases.some((alias) => names.has(alias));
  };
}

/** With their other names. */
function declaredTools(inspector: Inspector): Map<string, readonly string[]> {
  const tools = inspector.report().plugins.flatMap(({ manifest }) => Object.entries(manifest.tools ?? {}));
  return new Map(tools.map(([name, { aliases = [] }]) => [name, aliases]));
}
