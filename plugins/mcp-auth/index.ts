import { definePlugin, Http, later, lazy, McpAuth, manifest, optional, Questions, Secrets, z } from "gantry/sdk";

export const mcpAuth = manifest({
  name: "mcp-auth",
  description: "Signs in at MCP servers with OAuth, and keeps what was granted.",
  config: () =>
    z.object({
      clientMetadataUrl: z
        .url({ protocol: /^https$/ })
        .optional()
        .describe("where a description of this client lies, for servers that take that in place of a registration"),
      loginTimeoutMs: z
        .number()
        .positive()
        .default(300_000)
        .describe("how long a person has to sign in, in milliseconds"),
    }),
  needs: { questions: Questions, http: later(Http), secrets: later(optional(Secrets)) },
  provides: { auth: McpAuth },
});

export default definePlugin(
  mcpAuth,
  lazy(() => import("./mcp-auth.ts")),
);
