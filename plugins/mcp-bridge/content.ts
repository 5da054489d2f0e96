/** What a server says, as a model reads it: texts, pictures and documents as such, anything else in a file or in words. */
import { type ResultContent, text } from "gantry/sdk";
import { sha256Of } from "gantry/sdk/kit/fingerprint";
import type { RawContent, RawResult } from "./connection.ts";
import { type Keeping, keepFile } from "./keeping.ts";

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
/** Base64 characters of a picture or a document that a model is given. */
const MOST_PICTURE = 5 * 1024 * 1024;
const MOST_DOCUMENT = 32 * 1024 * 1024;
export const CHARACTERS_PER_TOKEN = 4;
const PREVIEW_CHARACTERS = 8_000;
/** The largest output that a tool may ask for. */
const MOST_CHARACTERS = 500_000;

/** The content of a result, all of it. */
export function contentOf(result: RawResult, keeping: Keeping): readonly ResultContent[] {
  const blocks = blocksOf(result.content ?? [], keeping);
  const { structuredContent } = result;
  const isSaid = blocks.length > 0 || structuredContent === undefined;
  const all = isSaid ? blocks : [text(JSON.stringify(structuredContent))];
  return all.length ? all : [text("(no output)")];
}

/** The same as a text alone: pictures and documents are in files. */
export function writtenOf(result: RawResult, keeping: Keeping): string {
  const said = contentOf(result, keeping).map((block) => {
    if (block.type === "text") return block.text;
    const { data, media_type } = block.source;
    return inFile(data, media_type, block.type, keeping);
  });
  return said.join("\n");
}

/** How many characters a result may have: what the person set, or what the tool asks for. */
export function outputLimit(
  env: Readonly<Record<string, string | undefined>>,
  tokens: number,
  meta: Readonly<Record<string, unknown>> | undefined,
): number {
  const asked = meta?.["anthropic/maxResultSizeChars"];
  if (typeof asked === "number" && asked > 0) return Math.min(asked, MOST_CHARACTERS);
  const set = Number(env.MAX_MCP_OUTPUT_TOKENS);
  return (Number.isFinite(set) && set > 0 ? set : tokens) * CHARACTERS_PER_TOKEN;
}

export function blocksOf(content: readonly RawContent[], keeping: Keeping): readonly ResultContent[] {
  return content.map((block) => blockOf(block, keeping));
}

function blockOf(block: RawContent, keeping: Keeping): ResultContent {
  switch (block.type) {
    case "text":
      return text(String(block.text));
    case "image":
    case "audio":
      return dataBlock(String(block.data), String(block.mimeType), block.type, keeping);
    case "resource":
      return resourceBlock(block.resource as Readonly<Record<string, unknown>>, keeping);
    case "resource_link": {
      const { name, uri, mimeType, description } = block;
      const about = [mimeType, description].filter((one) => typeof one === "string").join(", ");
      return text(`[Resource ${String(name ?? uri)}: ${String(uri)}${about ? ` (${about})` : ""}]`);
    }
    default:
      return text(JSON.stringify(block));
  }
}

/** What a resource holds. */
export function resourceBlock(resource: Readonly<Record<string, unknown>>, keeping: Keeping): ResultContent {
  const { uri, mimeType, text: said, blob } = resource;
  if (typeof said === "string") return text(`[Resource from ${String(uri)}]\n${said}`);
  if (typeof blob !== "string") return text(`[Resource from ${String(uri)}: empty]`);
  return dataBlock(
    blob,
    typeof mimeType === "string" ? mimeType : "application/octet-stream",
    `resource ${uri}`,
    keeping,
  );
}

function dataBlock(data: string, mediaType: string, what: string, keeping: Keeping): ResultContent {
  const source = { type: "base64", media_type: mediaType, data } as const;
  if (PICTURES.has(mediaType) && data.length <= MOST_PICTURE) return { type: "image", source };
  if (mediaType === "application/pdf" && data.length <= MOST_DOCUMENT) return { type: "document", source };
  return text(inFile(data, mediaType, what, keeping));
}

function inFile(data: string, mediaType: string, what: string, keeping: Keeping): string {
  const bytes = Buffer.from(data, "base64");
  const kept = keepFile(bytes, `${nameOf(bytes)}.${extensionOf(mediaType)}`, keeping);
  const where = "path" in kept ? `saved to ${kept.path}` : `not saved: ${kept.problem}`;
  return `[${what}, ${mediaType}, ${bytes.length} bytes, ${where}]`;
}

/** Texts beyond the limit, in characters, go to a file, all of them, and their beginning is shown. */
export function limited(blocks: readonly ResultContent[], limit: number, keeping: Keeping): readonly ResultContent[] {
  const texts = blocks.flatMap((block) => (block.type === "text" ? [block.text] : []));
  const whole = texts.join("\n");
  if (whole.length <= limit) return blocks;
  const kept = keepFile(whole, `${nameOf(whole)}.txt`, keeping);
  const where =
    "path" in kept
      ? `All of it is in ${kept.path}: search it with Grep, or read parts of it.`
      : `The rest is lost: ${kept.problem}.`;
  const preview = whole.slice(0, Math.min(limit, PREVIEW_CHARACTERS));
  const notice = `[The output has ${whole.length} characters, more than the ${limit} that are shown at once; this is its beginning. ${where}]`;
  return [text(`${notice}\n${preview}`), ...blocks.filter((block) => block.type !== "text")];
}

function extensionOf(mediaType: string): string {
  const last = /^[\w.-]+\/(?:x-)?([\w-]+)/.exec(mediaType)?.[1] ?? "bin";
  return { mpeg: "mp3", plain: "txt", "octet-stream": "bin", "svg+xml": "svg" }[last] ?? last;
}

function nameOf(content: string | Buffer): string {
  return sha256Of(content).slice(0, 16);
}
