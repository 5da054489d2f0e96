/** Resources, prompts and completions, as others ask for them. */
import {
  type McpPrompt,
  type McpPromptResult,
  type McpResource,
  type McpResourceContent,
  type McpServers,
  messageOf,
  PluginError,
} from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { type Connection, type RawContent, Refusal } from "./connection.ts";
import type { Server } from "./server.ts";

type Fields = Readonly<Record<string, unknown>>;

interface OfferParts {
  readonly servers: ReadonlyMap<string, Server>;
  readonly found: (name: string) => Promise<Server>;
}

type Offers = Pick<McpServers, "resources" | "readResource" | "prompts" | "prompt" | "complete">;

export function createOffers({ servers, found }: OfferParts): Offers {
  return {
    async resources(name) {
      const lists = (await asked(name)).map(async (server) => {
        const connection = await connected(server, name !== undefined);
        if (!connection?.offers.resources) return [];
        const list = await refused(server, connection.listResources());
        return list.map((one) => resourceOf(server.named.name, one));
      });
      return (await Promise.all(name === undefined ? lists.map((list) => list.catch(() => [])) : lists)).flat();
    },
    async readResource(name, uri, signal) {
      const server = await found(name);
      const connection = await server.ready(signal);
      return (await refused(server, connection.readResource(uri, signal))).map(contentOf);
    },
    async prompts(name) {
      const list = await asked(name);
      return list.flatMap((server) => server.prompts.map((one) => promptOf(server.named.name, one)));
    },
    async prompt(name, prompt, values) {
      const server = await found(name);
      const { description, messages } = await refused(server, (await server.ready()).getPrompt(prompt, values));
      const list = Array.isArray(messages) ? (messages as readonly Fields[]) : [];
      return { ...(typeof description === "string" && { description }), messages: list.map(messageIn) };
    },
    async complete(name, subject, argument) {
      const server = await found(name);
      const connection = await server.ready();
      if (!connection.offers.completions) return [];
      const ref =
        "prompt" in subject
          ? { type: "ref/prompt", name: subject.prompt }
          : { type: "ref/resource", uri: subject.uriTemplate };
      return refused(server, connection.complete({ ref, argument }));
    },
  };

  async function asked(name: string | undefined): Promise<readonly Server[]> {
    return name === undefined ? [...servers.values()] : [await found(name)];
  }

  /** Of all servers, those that are there now; of one that was named, as soon as it is there. */
  async function connected(server: Server, isNamed: boolean): Promise<Connection | undefined> {
    return isNamed ? server.ready() : server.connection;
  }
}

async function refused<T>({ named }: Server, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    throw new PluginError(
      "GANTRY_MCP_REFUSED",
      `The MCP server "${named.name}" refused: ${messageOf(thrown)}`,
      "Ask it for something that it offers.",
      thrown,
    );
  }
}

export function absent(name: string, known: Iterable<string>): PluginError {
  const all = [...known];
  return new PluginError(
    "GANTRY_MCP_SERVER_ABSENT",
    `There is no MCP server "${name}".${didYouMean(name, all)}`,
    all.length ? `There are: ${all.join(", ")}.` : "There is none: gantry mcp add adds one.",
  );
}

function resourceOf(server: string, { uri, name, title, description, mimeType, size }: Fields): McpResource {
  return {
    server,
    uri: String(uri),
    name: String(name ?? uri),
    ...(typeof title === "string" && { title }),
    ...(typeof description === "string" && { description }),
    ...(typeof mimeType === "string" && { mimeType }),
    ...(typeof size === "number" && { size }),
  };
}

function contentOf({ uri, mimeType, text, blob }: Fields): McpResourceContent {
  return {
    uri: String(uri),
    ...(typeof mimeType === "string" && { mimeType }),
    ...(typeof text === "string" && { text }),
    ...(typeof blob === "string" && { blob }),
  };
}

function promptOf(server: string, { name, title, description, arguments: wanted }: Fields): McpPrompt {
  const list = Array.isArray(wanted) ? (wanted as readonly Fields[]) : [];
  return {
    server,
    name: String(name),
    ...(typeof title === "string" && { title }),
    ...(typeof description === "string" && { description }),
    arguments: list.map((one) => ({
      name: String(one.name),
      ...(typeof one.description === "string" && { description: one.description }),
      isRequired: one.required === true,
    })),
  };
}

/** Texts and pictures as they are; what a prompt else holds, in words. */
function messageIn({ role, content }: Fields): McpPromptResult["messages"][number] {
  const blocks = (Array.isArray(content) ? content : [content]) as readonly RawContent[];
  return {
    role: role === "assistant" ? "assistant" : "user",
    content: blocks.map((block) => {
      if (block.type === "image") {
        return {
          type: "image",
          source: { type: "base64", media_type: String(block.mimeType), data: String(block.data) },
        };
      }
      const resource = block.resource as Fields | undefined;
      if (typeof resource?.text === "string")
        return { type: "text", text: `[Resource from ${String(resource.uri)}]\n${resource.text}` };
      return { type: "text", text: block.type === "text" ? String(block.text) : JSON.stringify(block) };
    }),
  };
}
