/** A server's tools as tools of the host. */
import {
  type Contribution,
  type HostInfo,
  type JsonObject,
  messageOf,
  type RunTool,
  type ToolContext,
  ToolError,
  type ToolOutput,
} from "gantry/sdk";
import { mcpName } from "gantry/sdk/kit/mcp-config";
import { type Connection, type ListedTool, type RawResult, Refusal, SessionLost } from "./connection.ts";
import { contentOf, outputLimit } from "./content.ts";
import { cutText, toolName } from "./names.ts";
import type { Server } from "./server.ts";

/** What running tools need. */
export interface ToolParts {
  readonly host: HostInfo;
  readonly maxOutputTokens: number;
  /** A call begins; what is returned ends it. */
  readonly enter: (server: Server, call: ToolContext) => () => void;
  /** A call passed its gates: whoever was asked said yes to the tool as it is. */
  readonly accepted: (server: Server, tool: ListedTool) => void;
  /** Resolves when what the server has changed meanwhile is there. */
  readonly settled: (server: Server) => Promise<void>;
  /** The tool wants addresses opened before it goes on. Whether the person did. */
  readonly open: (server: Server, elicitations: readonly unknown[], signal: AbortSignal) => Promise<boolean>;
}

type Tools = NonNullable<Contribution["tools"]>;

/** So long a program, or a server elsewhere, may be silent in a call. */
const [IDLE_MS, IDLE_REMOTE_MS] = [30 * 60_000, 5 * 60_000];
const TOTAL_MS = 100_000_000;
const WITHHELD =
  "(What this tool says of itself has changed since a person let it be. It is withheld until they have seen it and allowed a call.)";

/** A tool of a server, by the name that models call. */
export interface NamedTool {
  readonly name: string;
  readonly listed: ListedTool;
  readonly tool: Tools[string];
}

/** The tools of one server. */
export function toolsOf(server: Server, changed: ReadonlySet<string>, parts: ToolParts): readonly NamedTool[] {
  return server.tools.map((listed) => ({
    name: toolName(server.named.name, listed.name),
    listed,
    tool: {
      description: changed.has(listed.name) ? WITHHELD : cutText(listed.description ?? listed.title ?? ""),
      input: { jsonSchema: schemaOf(listed) },
      traits: { concurrent: listed.annotations?.readOnlyHint === true },
      permission: { family: `mcp__${mcpName(server.named.name)}` },
      isDeferred: !isAlwaysLoaded(server, listed),
      run: runOf(server, listed, parts) as RunTool<never>,
    },
  }));
}

function isAlwaysLoaded({ named }: Server, { _meta }: ListedTool): boolean {
  return named.config.alwaysLoad === true || _meta?.["anthropic/alwaysLoad"] === true;
}

function schemaOf({ inputSchema }: ListedTool): JsonObject {
  const { $schema: _, ...schema } = inputSchema;
  return { type: "object", ...schema } as JsonObject;
}

function runOf(server: Server, tool: ListedTool, parts: ToolParts): RunTool {
  const { named } = server;
  return async (input, call): Promise<ToolOutput> => {
    parts.accepted(server, tool);
    const leave = parts.enter(server, call);
    try {
      const result = await answered(input, call);
      await parts.settled(server);
      return outputOf(result, call);
    } catch (thrown) {
      if (call.signal.aborted) throw thrown;
      if (await hasOpened(thrown, call.signal)) {
        throw new ToolError("The person was shown an address that the server wants opened. Call the tool again.");
      }
      throw new ToolError(failureText(named.name, thrown));
    } finally {
      leave();
    }
  };

  /** A session that is lost is begun anew, once: what it was asked has not been done. */
  async function answered(input: unknown, call: ToolContext): Promise<RawResult> {
    const connection = await server.ready(call.signal);
    try {
      return await answerOf(connection, tool, input, call);
    } catch (thrown) {
      if (!(thrown instanceof SessionLost)) throw thrown;
      await server.reconnect();
      return answerOf(await server.ready(call.signal), tool, input, call);
    }
  }

  function answerOf(
    connection: Connection,
    { ...of }: ListedTool,
    input: unknown,
    call: ToolContext,
  ): Promise<RawResult> {
    const given = typeof input === "object" && input !== null ? (input as Record<string, unknown>) : {};
    const idleMs = "command" in named.config ? IDLE_MS : IDLE_REMOTE_MS;
    const totalMs = named.config.timeout ?? numberIn(parts.host.env.MCP_TOOL_TIMEOUT) ?? TOTAL_MS;
    return connection.callTool(of, given, { signal: call.signal, idleMs, totalMs, onProgress: call.progress });
  }

  function outputOf(result: RawResult, { session }: ToolContext): ToolOutput {
    const limit = outputLimit(parts.host.env, parts.maxOutputTokens, tool._meta);
    const { structuredContent, isError } = result;
    const isSmall = structuredContent !== undefined && JSON.stringify(structuredContent).length <= limit;
    return {
      content: contentOf(result, limit, { host: parts.host, session }),
      ...(isSmall && { data: { structuredContent } }),
      ...(isError === true && { isError }),
    };
  }

  async function hasOpened(thrown: unknown, signal: AbortSignal): Promise<boolean> {
    const { elicitations } = ((thrown as Error | undefined)?.cause ?? {}) as { elicitations?: unknown };
    return Array.isArray(elicitations) && (await parts.open(server, elicitations, signal));
  }
}

function failureText(name: string, thrown: unknown): string {
  const why = messageOf(thrown);
  if (thrown instanceof Refusal) return `The MCP server "${name}" refused the call: ${why}`;
  return `The call of the MCP server "${name}" failed: ${why}`;
}

export function numberIn(text: string | undefined): number | undefined {
  const number = Number(text);
  return text !== undefined && Number.isFinite(number) && number > 0 ? number : undefined;
}
