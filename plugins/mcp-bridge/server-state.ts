/** The states of a server, and what is said of them. */
import { isGantryError, type McpServerStatus, messageOf, PluginError } from "gantry/sdk";
import { clause } from "gantry/sdk/kit/clause";
import type { Connection } from "./connection.ts";

export type State =
  | { readonly kind: "idle" | "starting" | "waiting" | "disabled" | "needs-auth" }
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "connected"; readonly connection: Connection };

export function statusOf({ kind }: State): McpServerStatus["status"] {
  return kind === "idle" || kind === "starting" || kind === "waiting" ? "pending" : kind;
}

export function unavailable(name: string, why: string): PluginError {
  return new PluginError(
    "GANTRY_MCP_UNAVAILABLE",
    `The MCP server "${name}" is not connected: ${why}`,
    `gantry mcp get ${name} says how it is, /mcp reconnect ${name} tries again.`,
  );
}

/** Each look gives the milliseconds since the last one. */
export function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const since = last;
    last = performance.now();
    return Math.round(last - since);
  };
}

/** Why a server is not connected, with what helps where that is known. */
export function reasonOf(thrown: unknown): string {
  const said = sentence(messageOf(thrown));
  return isGantryError(thrown) && thrown.remedy ? `${said} ${thrown.remedy}` : said;
}

export function sentence(text: string): string {
  const said = clause(text);
  return `${said[0]?.toUpperCase() ?? ""}${said.slice(1)}.`;
}
