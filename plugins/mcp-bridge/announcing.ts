/** What becomes of servers, as observers of a session hear it. */
import type { McpServerChanged, SessionView } from "gantry/sdk";
import type { ServerChange } from "./server.ts";
import type { NamedServer } from "./sources.ts";

const MOST_CAUSES = 8;

/** Tells it in the newest session: a server belongs to the host, and is counted once. */
export function announce(session: SessionView | undefined, named: NamedServer, change: ServerChange): void {
  if (!session || session.scope.signal.aborted) return;
  const { status, ms, error } = change;
  const errorCode = codeOf(error);
  session.announce({
    type: "mcpServerChanged",
    server: named.name,
    status,
    transport: transportOf(named),
    scope: named.scope,
    durationMs: ms,
    ...(errorCode !== undefined && { errorCode }),
  });
}

function transportOf({ config }: NamedServer): McpServerChanged["transport"] {
  if ("command" in config) return "stdio";
  return config.type === "streamable-http" ? "http" : config.type;
}

/** The code of an error, or of what it came from. */
function codeOf(error: unknown): string | undefined {
  let one = error as { code?: unknown; data?: { status?: unknown }; cause?: unknown } | undefined;
  for (let depth = 0; depth < MOST_CAUSES && typeof one === "object" && one !== null; depth++) {
    if (typeof one.data?.status === "number") return `HTTP_${one.data.status}`;
    if (typeof one.code === "string" && /^[A-Z][A-Z0-9_]*$/.test(one.code)) return one.code;
    one = one.cause as typeof one;
  }
  return undefined;
}
