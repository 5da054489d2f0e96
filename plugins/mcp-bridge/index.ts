import {
  definePlugin,
  Exec,
  HookEvents,
  Http,
  Jobs,
  later,
  lazy,
  McpAuth,
  McpServe,
  McpServers,
  Mentions,
  Models,
  manifest,
  optional,
  Questions,
  Settings,
  Tools,
  Trust,
  z,
} from "gantry/sdk";

export const mcpBridge = manifest({
  name: "mcp-bridge",
  description: "MCP servers: their tools, resources and prompts.",
  config: () =>
    z.object({
      startWaitMs: z
        .number()
        .min(0)
        .default(500)
        .describe(
          "how long a session's first prompt waits for servers, in milliseconds; what is ready later is there with the next request",
        ),
      startTimeoutMs: z
        .number()
        .positive()
        .default(30_000)
        .describe("how long a server has to start, in milliseconds; overruled by MCP_TIMEOUT"),
      maxOutputTokens: z
        .number()
        .positive()
        .default(25_000)
        .describe("tokens, estimated, of one result; more goes to a file; overruled by MAX_MCP_OUTPUT_TOKENS"),
      warnOutputTokens: z
        .number()
        .positive()
        .default(10_000)
        .describe("tokens, estimated, of one result from which on the person is told"),
      backgroundMs: z
        .number()
        .min(0)
        .optional()
        .describe(
          "how long a model waits for a call before it goes on in the background, in milliseconds; 0: for ever; default: 120000 where a person is there, else 0",
        ),
      sampling: z
        .enum(["ask", "never"])
        .default("ask")
        .describe("whether servers may have the model asked, when the person says yes"),
    }),
  needs: {
    trust: Trust,
    questions: Questions,
    models: Models,
    settings: optional(Settings),
    exec: later(optional(Exec)),
    jobs: later(optional(Jobs)),
    http: later(optional(Http)),
    auth: later(optional(McpAuth)),
    serve: later(optional(McpServe)),
    events: later(optional(HookEvents)),
    mentions: later(optional(Mentions)),
    tools: Tools,
  },
  provides: { servers: McpServers },
  claims: { "mcp-servers": { description: "Servers of .mcp.json" } },
  commands: {
    mcp: {
      description: "Show or change the MCP servers",
      argumentHint: "[reconnect|enable|disable|accept|login|logout] [server]",
      group: "Extend",
      help: "Without a server: all of them. accept takes a server's tools as they are now.\n/mcp disable github",
    },
  },
  subcommands: {
    mcp: {
      description: "Add, list and remove MCP servers; sign in",
      usage: "add | add-json | list | get | remove | accept | reset-project-choices | login | logout | serve",
      flags: {
        transport: { short: "t", description: "stdio, http, sse or ws", value: "<transport>" },
        scope: { short: "s", description: "local, user or project", value: "<scope>" },
        env: { short: "e", description: "a variable, NAME=value", value: "<pair>", isRepeated: true },
        header: {
          short: "H",
          description: "a header for its address, Name: value",
          value: "<header>",
          isRepeated: true,
        },
        "client-id": { description: "of the OAuth client", value: "<id>" },
        "callback-port": { description: "where the browser comes back to", value: "<port>" },
        "no-browser": { description: "with login: print the address" },
        http: { description: "with serve: over HTTP" },
        port: { description: "with serve --http", value: "<port>" },
        json: { description: "write JSON" },
      },
    },
  },
  flags: {
    // To the settings, which only flags can reach: no folder can name servers for this layer.
    "mcp-config": {
      description: "MCP servers of this run: files, or JSON",
      value: "<file-or-json...>",
      to: { setting: "mcpConfig" },
    },
    "strict-mcp-config": {
      description: "only those of --mcp-config",
      to: { setting: "strictMcpConfig" },
    },
  },
  taps: {
    sessionStart: true,
    promptBuild: true,
    toolGate: true,
  },
});

export default definePlugin(
  mcpBridge,
  lazy(() => import("./mcp-bridge.ts")),
);
