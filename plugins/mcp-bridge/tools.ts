/** A server's tools as tools of the host. */
import type { Contribution, JsonObject, RunTool } from "gantry/sdk";
import { mcpName } from "gantry/sdk/kit/mcp-config";
import { type CallParts, runOf } from "./call.ts";
import type { ListedTool } from "./connection.ts";
import { cutText, toolName } from "./names.ts";
import type { Server } from "./server.ts";

type Tools = NonNullable<Contribution["tools"]>;

const WITHHELD =
  "(What this tool says of itself has changed since a person let it be. It is withheld until they have seen it and allowed a call.)";

/** A tool of a server, by the name that models call. */
export interface NamedTool {
  readonly name: string;
  readonly listed: ListedTool;
  readonly tool: Tools[string];
}

/** The tools of one server. */
export function toolsOf(server: Server, changed: ReadonlySet<string>, parts: CallParts): readonly NamedTool[] {
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
