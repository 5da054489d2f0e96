import { definePlugin, later, lazy, McpServers, manifest, optional, Tools, z } from "gantry/sdk";

export const toolSearch = manifest({
  name: "tool-search",
  description: "Tools that cost nothing until the model looks for them.",
  config: () =>
    z.object({
      /** When tools that may wait do so: always, never, or when they would fill more than a share of the window. Overruled by ENABLE_TOOL_SEARCH. */
      defer: z.enum(["always", "auto", "never"]).default("always"),
      /** With `auto`: the share, in percent. */
      percent: z.number().min(0).max(100).default(10),
      /** Definitions that have no more characters in all are not worth a search. */
      upfrontCharacters: z.number().min(0).default(1_500),
      /** How long a search waits for servers that are still being connected, in milliseconds. */
      waitMs: z.number().min(0).default(10_000),
    }),
  needs: { tools: Tools, servers: later(optional(McpServers)) },
  tools: {
    ToolSearch: {
      description:
        "Find tools that are not in your list, such as those of MCP servers. They can be called from your next message on. " +
        'Give words ("create github issue"; +word must be there) or exact names ("select:a,b").',
      input: z.object({
        query: z.string(),
        max_results: z.number().int().positive().optional().describe("default 5"),
      }),
      traits: { readOnly: true },
    },
  },
  renderers: { ToolSearch: {} },
  taps: {
    // Behind those that leave tools out.
    promptBuild: { stage: "late" },
    modelWrap: { stage: "first" },
  },
});

export default definePlugin(
  toolSearch,
  lazy(() => import("./tool-search.ts")),
);
