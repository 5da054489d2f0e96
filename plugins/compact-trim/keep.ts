/** Puts outputs into files, and says in a line what was there, how large it is and where it is now. */
import { join } from "node:path";
import {
  type DocumentBlock,
  type Files,
  type ImageBlock,
  messageOf,
  PluginError,
  type ToolUseBlock,
  text,
  type UserContent,
} from "gantry/sdk";
import { sha256Of } from "gantry/sdk/kit/fingerprint";
import { makeFolders } from "gantry/sdk/kit/folders";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Piece } from "./plan.ts";

const ENDINGS: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/gif": "gif",
  "image/webp": "webp",
  "application/pdf": "pdf",
};

/** What stands in place of each block. Rejects when a file cannot be written: then nothing may be left out. */
export async function keepAside(
  pieces: readonly Piece[],
  session: string,
  files: Files,
): Promise<ReadonlyMap<UserContent, UserContent>> {
  const folder = join(session, "outputs");
  const inPlace = new Map<UserContent, UserContent>();
  try {
    makeFolders(folder, 0o700);
    for (const { block, call } of pieces) inPlace.set(block, await kept(block, call));
  } catch (cause) {
    const remedy = "Make room there, or see to it that the folder can be written.";
    throw new PluginError(
      "GANTRY_COMPACT_KEEP",
      `Outputs cannot be kept in "${folder}": ${messageOf(cause)}`,
      remedy,
      cause,
    );
  }
  return inPlace;

  async function kept(block: UserContent, call: ToolUseBlock | undefined): Promise<UserContent> {
    if (block.type !== "tool_result") return text(await lineFor([block], "what the person showed"));
    const line = await lineFor(block.content, call ? `the output of ${described(call)}` : "the output of a tool");
    return { ...block, content: [text(line)] };
  }

  async function lineFor(content: readonly Exclude<UserContent, { type: "tool_result" }>[], what: string) {
    const words = content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
    const shown = content.filter((block): block is ImageBlock | DocumentBlock => block.type !== "text");
    const places: string[] = [];
    if (words) {
      const lines = words.split("\n").length;
      places.push(`${words.length} characters in ${lines} lines: ${JSON.stringify(await write(words, "txt"))}`);
    }
    for (const { source } of shown) {
      const bytes = Buffer.from(source.data, "base64");
      const ending = ENDINGS[source.media_type] ?? "bin";
      places.push(`${source.media_type}, ${bytes.length} bytes: ${JSON.stringify(await write(bytes, ending))}`);
    }
    return `[To make room, ${what} was moved to a file. Read it, or a part of it, if it is needed: ${places.join("; ")}]`;
  }

  /** Named after its content, so that the same output is kept once. */
  async function write(content: string | Buffer, ending: string): Promise<string> {
    const bytes = Buffer.from(content as string);
    const path = join(folder, `${sha256Of(bytes.toString("latin1")).slice(0, 16)}.${ending}`);
    if (!(await files.stat(path))) await files.write(path, bytes, { mode: 0o600 });
    return path;
  }
}

/** The tool, and in short what it was asked. */
function described({ name, input }: ToolUseBlock): string {
  const fields = (input ?? {}) as Readonly<Record<string, unknown>>;
  const subject = [fields.command, fields.file_path, fields.pattern, fields.url].find(
    (each) => typeof each === "string",
  );
  return visibleLine(`${name} ${subject ?? JSON.stringify(fields)}`, 120);
}
