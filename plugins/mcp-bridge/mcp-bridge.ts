import { ask, type PromptDraft, rootOf, type SessionView, type Setup } from "gantry/sdk";
import { claimOf } from "./approval.ts";
import { type Bridge, createBridge } from "./bridge.ts";
import { createCommand } from "./command.ts";
import { INTERACTION } from "./contributing.ts";
import type { mcpBridge } from "./index.ts";
import { resourceMentions } from "./mentions.ts";
import { cutText } from "./names.ts";
import type { Server } from "./server.ts";
import { projectServers } from "./sources.ts";
import { createSubcommand } from "./subcommand.ts";

const PLUGIN = "mcp-bridge";

const setup: Setup<typeof mcpBridge> = (context) => {
  const { config, host, scope, use } = context;
  const bridge = createBridge(context);
  scope.own(() => bridge.close());
  let mentioned: Promise<void> | undefined;

  const joined = new WeakSet<SessionView>();

  /** A session comes to the servers: they are started, and it waits a moment for them. */
  async function join(from: SessionView): Promise<void> {
    const session = rootOf(from);
    bridge.session = session;
    if (joined.has(session)) return;
    joined.add(session);
    await bridge.begin();
    if (bridge.servers.size) await addMentions();
    if (bridge.pending.length) await bridge.settle({ waitMs: config.startWaitMs, signal: session.scope.signal });
    tell(session, bridge);
  }

  /** Where nobody has a server, nothing of it is set up. */
  function addMentions(): Promise<void> {
    mentioned ??= (async () => {
      const mentions = await use.mentions?.();
      if (mentions) scope.own(mentions.add(resourceMentions(bridge, use.tools)));
    })();
    return mentioned;
  }

  return {
    services: { servers: bridge },
    claims: { "mcp-servers": () => projectServers(host).map(claimOf) },
    commands: { mcp: createCommand(bridge, use.auth) },
    subcommands: { mcp: createSubcommand({ bridge, host, auth: use.auth, serve: use.serve, trust: use.trust }) },
    taps: {
      sessionStart: join,
      async promptBuild(draft, { session }) {
        // Where plugins were set up anew in the midst of a session, nobody says that it starts.
        await join(session);
        return withServers(draft, bridge);
      },
      toolGate: (_, { tool }) => {
        const said = bridge.changedTools.get(tool.name);
        if (said === undefined) return undefined;
        if (said === INTERACTION) return ask("the tool itself wants a person asked, every time");
        const remedy = "A person has to see it: /mcp accept and the server's name takes its tools as they are.";
        return {
          ...ask(`what it says of itself has changed since you let it be; now: ${said || "(nothing)"}`),
          remedy,
        };
      },
    },
  };
};

export default setup;

function tell(session: SessionView, bridge: Bridge): void {
  const absent = [...bridge.servers.values()].filter(isMissed).map(({ named, status }) => {
    return `The MCP server ${named.name} is not there: ${status.error}`;
  });
  for (const text of [...bridge.problems, ...absent]) session.notify({ level: "warning", plugin: PLUGIN, text });
}

/** What a folder asks for and nobody has approved is told where trust is asked for. */
function isMissed({ named, status: { status, error } }: Server): boolean {
  const isAsked = named.scope !== "project" || error?.startsWith("you have not") === false;
  return isAsked && (status === "failed" || status === "needs-auth");
}

/** What servers say of themselves, and which the model need not look for. */
function withServers(draft: PromptDraft, bridge: Bridge): PromptDraft {
  const said = [...bridge.servers.values()].flatMap((server) => {
    const { named, connection, status } = server;
    const instructions = connection?.instructions?.trim();
    if (instructions) return [`## ${named.name}\n${cutText(instructions)}`];
    return isMissed(server) ? [`## ${named.name}\nIt is not there: ${status.error}`] : [];
  });
  const pending = bridge.pending;
  const built = said.length
    ? draft.with({ key: "mcp-servers", cache: "session", text: `# MCP servers\n\n${said.join("\n\n")}` })
    : draft;
  if (!pending.length) return built;
  const text = `MCP servers that are still being connected: ${pending.join(", ")}. Their tools are there as soon as they are.`;
  return built.with({ key: "mcp-pending", cache: "turn", text });
}
