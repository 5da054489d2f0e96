/** Tools of MCP servers, called by the program at the other end without a model. */
import { type McpServerStatus, type McpServers, type Session, textOf, z } from "gantry/sdk";
import { mcpName } from "gantry/sdk/kit/mcp-config";
import type { Kit } from "./kit.ts";
import { read } from "./read.ts";
import { serversOf } from "./servers.ts";

/** How long a server that has not been started may take. */
const CONNECT_MS = 30_000;
const MOST_MS = 600_000;

/** The call passes the one path of every call: rules, hooks and questions hold for it, whoever asks. */
export async function callTool(kit: Kit, request: unknown, withdrawn: AbortSignal): Promise<object> {
  const { tool, arguments: input, timeout_ms, expires_at } = readCall(request);
  const signals = [withdrawn, ...deadlines(timeout_ms ?? undefined, expires_at ?? undefined)];
  const signal = AbortSignal.any(signals);
  const session = await kit.session();
  await connect(kit, session, tool, signal);
  // Whoever drives the host asks for the person, and no model does.
  const called = await kit.use.tools.call(session, { name: tool, input: input ?? {}, origin: "user", signal });
  const said = textOf(called.content);
  if (called.outcome === "denied") throw new Error(`The tool did not run: ${said}`);
  if (called.outcome === "aborted") throw new Error(`The call of ${tool} was ended before its answer came.`);
  if (called.outcome !== "ok") throw new Error(said);
  return { result: said, content: called.content, ...structuredOf(called.data) };
}

/** Makes sure that the tool is there, and is a server's. */
async function connect(kit: Kit, session: Session, tool: string, signal: AbortSignal): Promise<void> {
  const mcp = await serversOf(kit);
  let server = serverOf(mcp, tool);
  if (!server) throw new Error(`There is no MCP server that ${JSON.stringify(tool)} could be a tool of.`);
  const { name, config } = server;
  if (config.type === "sdk") throw new Error(`The MCP server "${name}" is inside of the application: call it there.`);
  if (server.status !== "connected") {
    await mcp.settle({ waitMs: CONNECT_MS, signal });
    server = serverOf(mcp, tool);
  }
  if (server?.status !== "connected") {
    throw new Error(
      `MCP server not connected: "${name}" is ${server?.status}${server?.error ? `: ${server.error}` : ""}`,
    );
  }
  const isThere = kit.use.tools.list(session).some((known) => known.name === tool);
  if (!isThere) throw new Error(`The MCP server "${name}" has no tool ${JSON.stringify(tool)}.`);
}

/** Of two servers of which one's name begins with the other's, the longer one is meant. */
function serverOf(mcp: McpServers, tool: string): McpServerStatus | undefined {
  const fitting = mcp.status().filter(({ name }) => tool.startsWith(`mcp__${mcpName(name)}__`));
  return fitting.sort((a, b) => b.name.length - a.name.length)[0];
}

function deadlines(timeoutMs: number | undefined, expiresAt: string | undefined): readonly AbortSignal[] {
  const left = expiresAt === undefined ? undefined : Date.parse(expiresAt) - Date.now();
  if (left !== undefined && !(left > 0))
    throw new Error(`The call is too late: it was to be made before ${expiresAt}.`);
  const asked = timeoutMs === undefined ? [] : [Math.min(MOST_MS, Math.max(1_000, timeoutMs))];
  return [...asked, ...(left === undefined ? [] : [Math.min(MOST_MS, left)])].map((ms) => AbortSignal.timeout(ms));
}

function structuredOf(data: unknown): { readonly structuredContent?: unknown } {
  const { structuredContent } = (data ?? {}) as { readonly structuredContent?: unknown };
  return structuredContent === undefined ? {} : { structuredContent };
}

function readCall(request: unknown) {
  const staged = z.never("files cannot be handed to a call here").optional();
  const schema = z.looseObject({
    tool: z.string().min(1),
    arguments: z.record(z.string(), z.unknown()).nullish(),
    timeout_ms: z.number().positive().nullish(),
    expires_at: z.string().nullish(),
    // Every call is checked, so that it makes no difference.
    check_permissions: z.boolean().nullish(),
    input_files: staged,
    output_files: staged,
  });
  return read(schema, request);
}
