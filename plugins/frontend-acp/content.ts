import { fileURLToPath } from "node:url";
import type { ContentBlock, ToolCallContent } from "@agentclientprotocol/sdk/unstable";
import type { ResultContent, TextBlock, UserContent } from "gantry/sdk";
import { text } from "gantry/sdk";
import { visible } from "gantry/sdk/kit/visible";
import { invalid } from "./errors.ts";

/** What the client sends, as a model reads it. Texts that follow each other become one, so that a command keeps its arguments. */
export function userContent(blocks: readonly ContentBlock[]): readonly UserContent[] {
  const content: UserContent[] = [];
  for (const block of blocks) {
    const taken = takenIn(block);
    const last = content.at(-1);
    if (taken.type === "text" && last?.type === "text") content[content.length - 1] = text(last.text + taken.text);
    else content.push(taken);
  }
  if (!content.length) throw invalid("A prompt has at least one block.");
  return content;
}

function takenIn(block: ContentBlock): UserContent {
  switch (block.type) {
    case "text":
      return text(block.text);
    case "image":
      return { type: "image", source: { type: "base64", media_type: block.mimeType, data: block.data } };
    case "resource_link":
      return text(`[${block.title ?? block.name}](${pathOf(block.uri)})`);
    case "resource":
      return embedded(block.resource);
    case "audio":
      throw invalid("Audio is not understood here: promptCapabilities.audio is not offered.");
  }
}

function embedded(resource: Extract<ContentBlock, { type: "resource" }>["resource"]): UserContent {
  const { uri, mimeType } = resource;
  if ("text" in resource) {
    return text(`\n<context ref=${JSON.stringify(pathOf(uri))}>\n${resource.text}\n</context>\n`);
  }
  const source = { type: "base64", data: resource.blob } as const;
  if (mimeType?.startsWith("image/")) return { type: "image", source: { ...source, media_type: mimeType } };
  if (mimeType === "application/pdf") return { type: "document", source: { ...source, media_type: mimeType } };
  return text(`[${pathOf(uri)} holds ${mimeType ?? "bytes"}, which cannot be shown]`);
}

/** A file is named by its path, which tools take; anything else by its address. */
function pathOf(uri: string): string {
  try {
    return uri.startsWith("file:") ? fileURLToPath(uri) : uri;
  } catch {
    return uri;
  }
}

/** What is in a result or a message, for the client. */
export function shown(block: UserContent | ResultContent): ContentBlock | undefined {
  if (block.type === "text") return { type: "text", text: block.text };
  if (block.type === "image") return { type: "image", data: block.source.data, mimeType: block.source.media_type };
  if (block.type === "document") return { type: "text", text: `(${block.title ?? "a document"})` };
  return undefined;
}

/** The content of a result as a client shows it: text as it stands, whatever marks are in it. */
export function resultContent(content: readonly ResultContent[]): ToolCallContent[] {
  return content.flatMap((block): ToolCallContent[] => {
    const one = block.type === "text" ? fenced(block) : shown(block);
    return one ? [{ type: "content", content: one }] : [];
  });
}

/** A text that markdown leaves alone. */
export function fenced({ text: inner }: Pick<TextBlock, "text">): ContentBlock {
  const longest = Math.max(2, ...[...inner.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return { type: "text", text: `${fence}\n${visible(inner)}\n${fence}` };
}
