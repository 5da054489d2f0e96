/** What `gantry mcp` was given, read and checked. */
import { type JsonObject, PluginError, type SubcommandFlags } from "gantry/sdk";
import type { WritableScope } from "./store.ts";

/** What `add` was given, as an entry of `.mcp.json`. */
export function configOf(target: string, rest: readonly string[], flags: SubcommandFlags): JsonObject {
  const transport = flags.transport ?? "stdio";
  if (transport === "stdio") {
    const env = pairs(flags.env, "=", "NAME=value");
    return { command: target, ...(rest.length && { args: [...rest] }), ...(env && { env }) };
  }
  if (rest.length)
    throw badInput(`"${rest[0]}" is one word too many behind an address.`, "Give headers with --header.");
  const headers = pairs(flags.header, ":", "Name: value");
  const port = flags.callbackPort === undefined ? undefined : Number(flags.callbackPort);
  const clientId = typeof flags.clientId === "string" ? flags.clientId : undefined;
  const oauth = { ...(clientId !== undefined && { clientId }), ...(port !== undefined && { callbackPort: port }) };
  return {
    type: String(transport),
    url: target,
    ...(headers && { headers }),
    ...(Object.keys(oauth).length && { oauth }),
  } as JsonObject;
}

function pairs(given: SubcommandFlags[string] | undefined, mark: string, shape: string): JsonObject | undefined {
  if (!Array.isArray(given)) return undefined;
  const entries = given.map((pair: string) => {
    const at = pair.indexOf(mark);
    if (at < 1) throw badInput(`"${pair}" is not of the form ${shape}.`, "Put it into quotes if it has blanks.");
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const;
  });
  return Object.fromEntries(entries);
}

export function scopeOf({ scope }: SubcommandFlags, usual: WritableScope): WritableScope {
  if (scope === undefined) return usual;
  if (scope === "local" || scope === "project" || scope === "user") return scope;
  throw badInput(
    `"${String(scope)}" is no scope.`,
    "There are local (you, in this folder), project (.mcp.json) and user (you).",
  );
}

export function badInput(problem: string, remedy: string): PluginError {
  return new PluginError("GANTRY_MCP_INPUT", problem, remedy);
}
