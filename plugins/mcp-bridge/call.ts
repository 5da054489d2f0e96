/** One call of a server's tool, from the gates to what the model reads. */
import { messageOf, type RunTool, type ToolContext, ToolError, type ToolOutput } from "gantry/sdk";
import { type BackgroundParts, createRunning, type RunningCall, resultInTime } from "./background.ts";
import { type Connection, type ListedTool, type RawResult, Refusal, SessionLost } from "./connection.ts";
import { CHARACTERS_PER_TOKEN, contentOf, limited, outputLimit } from "./content.ts";
import type { Server } from "./server.ts";

/** What running tools need. */
export interface CallParts extends BackgroundParts {
  readonly maxOutputTokens: number;
  readonly warnOutputTokens: number;
  /** A call begins; what is returned ends it. */
  readonly enter: (server: Server, call: RunningCall) => () => void;
  /** A call passed its gates: whoever was asked said yes to the tool as it is. */
  readonly accepted: (server: Server, tool: ListedTool) => void;
  /** Resolves when what the server has changed meanwhile is there. */
  readonly settled: (server: Server) => Promise<void>;
  /** The tool wants addresses opened before it goes on. Whether the person did. */
  readonly open: (server: Server, elicitations: readonly unknown[], signal: AbortSignal) => Promise<boolean>;
}

/** So long a program, or a server elsewhere, may be silent in a call. */
const [IDLE_MS, IDLE_REMOTE_MS] = [30 * 60_000, 5 * 60_000];
const TOTAL_MS = 100_000_000;

export function runOf(server: Server, tool: ListedTool, parts: CallParts): RunTool {
  const { named } = server;
  const title = `${named.name}: ${tool.name}`;
  return async (input, call) => {
    parts.accepted(server, tool);
    const running = createRunning(call);
    const result = await resultInTime(settledResult(input, running), { title, call, running }, parts);
    return "moved" in result ? result.moved : outputOf(result, call);
  };

  async function settledResult(input: unknown, running: RunningCall): Promise<RawResult> {
    const leave = parts.enter(server, running);
    try {
      const result = await answered(input, running);
      await parts.settled(server);
      return result;
    } catch (thrown) {
      if (running.signal.aborted) throw thrown;
      if (await hasOpened(thrown, running.signal)) {
        throw new ToolError("The person was shown an address that the server wants opened. Call the tool again.");
      }
      throw new ToolError(failureText(named.name, thrown));
    } finally {
      leave();
      running.end();
    }
  }

  /** A session that is lost is begun anew, once: what it was asked has not been done. */
  async function answered(input: unknown, running: RunningCall): Promise<RawResult> {
    const connection = await server.ready(running.signal);
    try {
      return await answerOf(connection, tool, input, running);
    } catch (thrown) {
      if (!(thrown instanceof SessionLost)) throw thrown;
      await server.reconnect();
      return answerOf(await server.ready(running.signal), tool, input, running);
    }
  }

  function answerOf(
    connection: Connection,
    { ...of }: ListedTool,
    input: unknown,
    { signal, progress }: RunningCall,
  ): Promise<RawResult> {
    const given = typeof input === "object" && input !== null ? (input as Record<string, unknown>) : {};
    const idleMs = "command" in named.config ? IDLE_MS : IDLE_REMOTE_MS;
    const totalMs = named.config.timeout ?? numberIn(parts.host.env.MCP_TOOL_TIMEOUT) ?? TOTAL_MS;
    return connection.callTool(of, given, { signal, idleMs, totalMs, onProgress: progress });
  }

  function outputOf(result: RawResult, { session }: ToolContext): ToolOutput {
    const limit = outputLimit(parts.host.env, parts.maxOutputTokens, tool._meta);
    const { structuredContent, isError } = result;
    const isSmall = structuredContent !== undefined && JSON.stringify(structuredContent).length <= limit;
    const keeping = { host: parts.host, session };
    const content = contentOf(result, keeping);
    const length = content.reduce((sum, block) => sum + (block.type === "text" ? block.text.length : 0), 0);
    const tokens = Math.round(length / CHARACTERS_PER_TOKEN);
    if (tokens > parts.warnOutputTokens) {
      const what =
        length > limit ? "the model sees its beginning, the rest is in a file" : "all of it is in the conversation";
      const said = `${tool.name} of the MCP server ${named.name} gave about ${tokens.toLocaleString("en")} tokens: ${what}.`;
      session.notify({ level: "warning", plugin: "mcp-bridge", text: said });
    }
    return {
      content: limited(content, limit, keeping),
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
