import type { SessionView } from "gantry/sdk";
import { folded } from "gantry/sdk/kit/fold";

/** The names that searches have found, and those that were called without: in order, as the log tells. */
export const foundIn: (session: SessionView) => ReadonlySet<string> = folded(
  () => new Set<string>(),
  (found, entry) => {
    if (entry.type !== "tool_result") return;
    if (entry.tool !== "ToolSearch") {
      if (entry.outcome === "ok" || entry.outcome === "error") found.add(entry.tool);
      return;
    }
    const { found: names } = (entry.data ?? {}) as { readonly found?: unknown };
    if (!Array.isArray(names)) return;
    for (const name of names) if (typeof name === "string") found.add(name);
  },
);
