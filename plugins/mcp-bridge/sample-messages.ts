/** Messages and tools of a server's request to the model, as the model reads them. A throw is an error to the server. */
import {
  type AssistantContent,
  type JsonObject,
  type Message,
  NO_USAGE,
  type ToolSpec,
  text,
  textOf,
  type UserContent,
  z,
} from "gantry/sdk";
import type { RawContent } from "./connection.ts";
import { blocksOf } from "./content.ts";
import type { Keeping } from "./keeping.ts";

const MOST_TOOLS = 128;

const toolSchema = z.object({
  name: z.string().regex(/^[\w.-]{1,128}$/),
  description: z.string().default(""),
  inputSchema: z.record(z.string(), z.unknown()),
});

/** The tools that the server lends to this one request: it runs them itself. */
export function toolsOf(given: unknown): readonly ToolSpec[] {
  if (given === undefined) return [];
  const tools = z.array(toolSchema).max(MOST_TOOLS).safeParse(given);
  if (!tools.success) throw new Error("The tools of the request cannot be read.");
  const names = new Set(tools.data.map(({ name }) => name));
  if (names.size < tools.data.length) throw new Error("Two tools of the request have one name.");
  return tools.data.map(({ name, description, inputSchema }) => ({
    name,
    description,
    input_schema: { type: "object", ...inputSchema } as JsonObject,
  }));
}

export function messagesOf(given: unknown, keeping: Keeping): readonly Message[] {
  const list = Array.isArray(given) ? (given as readonly { role?: unknown; content?: unknown }[]) : [];
  /** Calls that the message before has made, and that have no result yet. */
  let open = new Set<string>();
  return list.map(({ role, content }) => {
    const blocks = (Array.isArray(content) ? content : [content]) as readonly RawContent[];
    if (role === "assistant") {
      if (open.size) throw missing();
      const said = blocks.map((block) => assistantBlock(block, keeping));
      open = new Set(said.flatMap((block) => (block.type === "tool_use" ? [block.id] : [])));
      return {
        role,
        content: said,
        id: "",
        model: "",
        stop_reason: open.size ? "tool_use" : "end_turn",
        usage: NO_USAGE,
      };
    }
    const results = blocks.filter(({ type }) => type === "tool_result");
    if (results.length && results.length < blocks.length) {
      throw new Error("A message with results of tools may hold nothing else.");
    }
    for (const { toolUseId } of results) {
      if (!open.delete(String(toolUseId))) throw new Error("A result of a tool answers no call of the message before.");
    }
    if (open.size) throw missing();
    return { role: "user", content: blocks.flatMap((block) => userBlocks(block, keeping)) };
  });
}

function missing(): Error {
  return new Error("A call of a tool has no result in the message after it.");
}

function assistantBlock(block: RawContent, keeping: Keeping): AssistantContent {
  if (block.type !== "tool_use") return text(textOf(blocksOf([block], keeping)));
  return { type: "tool_use", id: String(block.id), name: String(block.name), input: block.input };
}

function userBlocks(block: RawContent, keeping: Keeping): readonly UserContent[] {
  if (block.type !== "tool_result") return blocksOf([block], keeping);
  const { toolUseId, content, structuredContent, isError } = block;
  const blocks = blocksOf(Array.isArray(content) ? content : [], keeping);
  const said = blocks.length || structuredContent === undefined ? blocks : [text(JSON.stringify(structuredContent))];
  return [
    { type: "tool_result", tool_use_id: String(toolUseId), content: said, ...(isError === true && { is_error: true }) },
  ];
}
