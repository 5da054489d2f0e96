import { Commands, definePlugin, lazy, McpServe, manifest, optional, SessionStore, Tools, z } from "gantry/sdk";

export const mcpServe = manifest({
  name: "mcp-serve",
  description: "Serves the host's tools, prompts and sessions to other hosts, by the Model Context Protocol.",
  config: () =>
    z.object({
      /** A question that a client was asked and never came back to is a no after so long, in milliseconds. */
      questionTimeoutMs: z.number().positive().default(600_000),
    }),
  needs: { tools: Tools, commands: Commands, store: optional(SessionStore) },
  provides: { serve: McpServe },
  taps: { ask: true },
});

export default definePlugin(
  mcpServe,
  lazy(() => import("./mcp-serve.ts")),
);
