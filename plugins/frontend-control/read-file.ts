import { resolve } from "node:path";
import { type ReadFile, type Session, z } from "gantry/sdk";
import type { Kit } from "./kit.ts";
import { read } from "./read.ts";

const MOST_BYTES = 1024 * 1024;

/** A file for the program at the other end, where the session's model might read it unasked. */
export async function readFile(kit: Kit, request: unknown): Promise<object> {
  const { path, max_bytes, encoding } = read(requestSchema(), request);
  const opened = await kit.session();
  const file = resolve(opened.cwd, path);
  const most = Math.min(max_bytes ?? MOST_BYTES, MOST_BYTES);
  const { bytes } = await readableFile(kit, opened, file);
  const shown = bytes.subarray(0, most);
  const isCut = shown.length < bytes.length;
  const text = encoding === "base64" ? undefined : new TextDecoder().decode(shown);
  return {
    contents: text ?? Buffer.from(shown).toString("base64"),
    absPath: file,
    ...(isCut && { truncated: true }),
    ...(text === undefined ? { encoding: "base64" } : { lossy: isLossy(shown) }),
  };
}

/** Reads what the session's model might read unasked, and nothing else. */
export async function readableFile({ use }: Kit, session: Session, file: string): Promise<ReadFile> {
  const judge = await use.judge();
  const { decision, reason } = await judge.judge(session, { name: "Read", input: { file_path: file } });
  if (decision !== "allow") throw new Error(`${file} may not be read: ${reason ?? "nothing allows it"}`);
  const files = await use.files?.();
  if (!files) throw new Error("No plugin reads files here.");
  return files.read(file);
}

function isLossy(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return false;
  } catch {
    return true;
  }
}

function requestSchema() {
  return z.looseObject({
    path: z.string().min(1),
    max_bytes: z.number().int().positive().nullish(),
    encoding: z.enum(["utf-8", "base64"]).nullish(),
  });
}
