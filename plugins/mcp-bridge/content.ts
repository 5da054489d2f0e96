/** What a server says, as a model reads it: texts, pictures and documents as such, anything else in a file or in words. */
import { mkdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type HostInfo, messageOf, type ResultContent, type SessionView, text } from "gantry/sdk";
import { sha256Of } from "gantry/sdk/kit/fingerprint";
import { makeFolders } from "gantry/sdk/kit/folders";
import { sessionFolder } from "gantry/sdk/kit/session-folder";
import type { RawContent, RawResult } from "./connection.ts";

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
/** Base64 characters of a picture or a document that a model is given. */
const MOST_PICTURE = 5 * 1024 * 1024;
const MOST_DOCUMENT = 32 * 1024 * 1024;
const CHARACTERS_PER_TOKEN = 4;
const PREVIEW_CHARACTERS = 8_000;
/** The largest output that a tool may ask for. */
const MOST_CHARACTERS = 500_000;

/** Where files of a session go. */
export interface Keeping {
  readonly host: HostInfo;
  readonly session: SessionView;
}

/** The content of a result, within the limit. `limit` in characters. */
export function contentOf(result: RawResult, limit: number, keeping: Keeping): readonly ResultContent[] {
  const blocks = blocksOf(result.content ?? [], keeping);
  const { structuredContent } = result;
  const isSaid = blocks.length > 0 || structuredContent === undefined;
  const all = isSaid ? blocks : [text(JSON.stringify(structuredContent))];
  return all.length ? limited(all, limit, keeping) : [text("(no output)")];
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
  const bytes = Buffer.from(data, "base64");
  const kept = keep(bytes, extensionOf(mediaType), keeping);
  const where = "path" in kept ? `saved to ${kept.path}` : `not saved: ${kept.problem}`;
  return text(`[${what}, ${mediaType}, ${bytes.length} bytes, ${where}]`);
}

/** Texts beyond the limit go to a file, all of them, and their beginning is shown. */
function limited(blocks: readonly ResultContent[], limit: number, keeping: Keeping): readonly ResultContent[] {
  const texts = blocks.flatMap((block) => (block.type === "text" ? [block.text] : []));
  const whole = texts.join("\n");
  if (whole.length <= limit) return blocks;
  const kept = keep(whole, "txt", keeping);
  const where =
    "path" in kept
      ? `All of it is in ${kept.path}: search it with Grep, or read parts of it.`
      : `The rest is lost: ${kept.problem}.`;
  const preview = whole.slice(0, Math.min(limit, PREVIEW_CHARACTERS));
  const notice = `[The output has ${whole.length} characters, more than the ${limit} that are shown at once; this is its beginning. ${where}]`;
  return [text(`${notice}\n${preview}`), ...blocks.filter((block) => block.type !== "text")];
}

const cleared = new WeakSet<SessionView>();

function keep(content: string | Buffer, extension: string, { host, session }: Keeping) {
  const { path, isLasting } = sessionFolder(host, session);
  const folder = join(path, "mcp");
  const name = sha256Of(content).slice(0, 16);
  const file = join(folder, `${name}.${extension}`);
  try {
    makeFolders(path, 0o700);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(file, content, { mode: 0o600 });
  } catch (thrown) {
    return { problem: messageOf(thrown) };
  }
  if (!isLasting && !cleared.has(session)) {
    cleared.add(session);
    session.scope.own(() => rm(folder, { recursive: true, force: true }));
  }
  return { path: file };
}

function extensionOf(mediaType: string): string {
  const last = /^[\w.-]+\/(?:x-)?([\w-]+)/.exec(mediaType)?.[1] ?? "bin";
  return { mpeg: "mp3", plain: "txt", "octet-stream": "bin", "svg+xml": "svg" }[last] ?? last;
}
