/** The tools that list and read resources; they are there as soon as a server has some. */
import {
  type Contribution,
  isGantryError,
  messageOf,
  type ResultContent,
  type RunTool,
  ToolError,
  text,
} from "gantry/sdk";
import type { Bridge } from "./bridge.ts";
import { contentOf, limited } from "./content.ts";

type Tools = NonNullable<Contribution["tools"]>;

const MOST_LISTED = 500;

export function resourceTools(bridge: Bridge): Tools {
  const offering = [...bridge.servers.values()].some(({ connection }) => connection?.offers.resources);
  if (!offering) return {};
  return {
    ListMcpResourcesTool: {
      description: "List the resources of the MCP servers, or of one server: their server, uri, name and type.",
      input: schema({ server: "the name of a server" }, []),
      traits: { readOnly: true },
      aliases: ["ListMcpResources"],
      isDeferred: true,
      run: told(async (input) => listed(bridge, textIn(input, "server"))),
    },
    ReadMcpResourceTool: {
      description: "Read one resource of an MCP server.",
      input: schema({ server: "the name of its server", uri: "its uri" }, ["server", "uri"]),
      traits: { readOnly: true },
      aliases: ["ReadMcpResource"],
      isDeferred: true,
      run: told(async (input, call) => {
        const [server, uri] = [textIn(input, "server"), textIn(input, "uri")];
        if (!server || !uri) throw new ToolError("A server and a uri are needed.");
        const parts = await bridge.readResource(server, uri, call.signal);
        const content = parts.map((resource) => ({ type: "resource", resource: { ...resource } }));
        const keeping = { host: bridge.host, session: call.session };
        return limited(contentOf({ content }, keeping), bridge.outputCharacters, keeping);
      }),
    },
  };
}

async function listed(bridge: Bridge, server: string | undefined): Promise<readonly ResultContent[]> {
  const all = await bridge.resources(server);
  const shown = all.slice(0, MOST_LISTED).map((one) => JSON.stringify(one));
  const more = all.length > MOST_LISTED ? [`and ${all.length - MOST_LISTED} more`] : [];
  return [text([...shown, ...more].join("\n") || "There are no resources.")];
}

/** What a server refuses is for the model to read. */
function told(
  run: (input: unknown, call: Parameters<RunTool>[1]) => Promise<readonly ResultContent[]>,
): RunTool<never> {
  return async (input, call) => {
    try {
      return { content: await run(input, call) };
    } catch (thrown) {
      if (!isGantryError(thrown)) throw new ToolError(messageOf(thrown));
      throw new ToolError(`${thrown.message} ${thrown.remedy ?? ""}`.trim());
    }
  };
}

function schema(properties: Readonly<Record<string, string>>, required: readonly string[]) {
  const described = Object.entries(properties).map(([name, description]) => [name, { type: "string", description }]);
  return { jsonSchema: { type: "object", properties: Object.fromEntries(described), required: [...required] } };
}

function textIn(input: unknown, name: string): string | undefined {
  const value = (input as Readonly<Record<string, unknown>> | null)?.[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
