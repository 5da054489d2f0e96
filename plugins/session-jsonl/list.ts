import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Entry, SessionSummary } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import { isHeld } from "./lock.ts";
import { sessionIds } from "./names.ts";

const TITLE_LETTERS = 80;
/** A prompt stands near the start; no more is read to find it. */
const MOST_BYTES = 256 * 1024;
const PIECE = 16 * 1024;
/** Files open at a time. */
const TOGETHER = 32;

/** The sessions in folders, newest first, from the times and the first lines of their files alone. `cwd`: only those of it. */
export async function listSessions(
  folders: readonly string[],
  cwd: string | undefined,
): Promise<readonly SessionSummary[]> {
  const files = await Promise.all(
    folders.map(async (folder) => (await sessionIds(folder)).map((id) => ({ id, folder }))),
  );
  const found: SessionSummary[] = [];
  const all = files.flat();
  for (let at = 0; at < all.length; at += TOGETHER) {
    const some = all.slice(at, at + TOGETHER).map(({ id, folder }) => summarize(folder, id));
    for (const summary of await Promise.all(some)) {
      if (summary && (cwd === undefined || summary.cwd === cwd)) found.push(summary);
    }
  }
  return found.sort((a, b) => b.updatedMs - a.updatedMs || a.id.localeCompare(b.id));
}

/** `undefined` for what is no session, or one in which nothing was said: there is nothing to go on with. */
async function summarize(folder: string, id: string): Promise<SessionSummary | undefined> {
  const path = join(folder, `${id}.jsonl`);
  // Gone since the folder was read, or somebody else's.
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { mtimeMs, size } = await file.stat();
    const about = { id, updatedMs: mtimeMs, bytes: size, isLive: isHeld(join(folder, `${id}.lock`)) };
    let cwd: string | undefined;
    let text = "";
    for (let at = 0; at < Math.min(size, MOST_BYTES); at += PIECE) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(PIECE), 0, PIECE, at);
      text += buffer.toString("latin1", 0, bytesRead);
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      for (const entry of lines.map(parse)) {
        if (entry?.type === "session" && typeof entry.cwd === "string") cwd ??= entry.cwd;
        const title = cwd === undefined ? undefined : promptOf(entry);
        if (title !== undefined) return { ...about, cwd: cwd as string, title };
      }
    }
    return cwd !== undefined && size > MOST_BYTES ? { ...about, cwd, title: "" } : undefined;
  } finally {
    await file.close();
  }
}

/** Lines are cut out of bytes, so that a piece may end within a letter. */
function parse(line: string): Entry | undefined {
  try {
    return JSON.parse(Buffer.from(line, "latin1").toString("utf8"));
  } catch {
    // A bad line is told of when the session is opened.
    return undefined;
  }
}

function promptOf(entry: Entry | undefined): string | undefined {
  if (entry?.type !== "user" || entry.isMeta || !Array.isArray(entry.message?.content)) return undefined;
  const texts = entry.message.content.map((block) => (block?.type === "text" ? String(block.text) : ""));
  return visibleLine(texts.join(" "), TITLE_LETTERS);
}
