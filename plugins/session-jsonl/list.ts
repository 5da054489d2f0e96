import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Entry, SessionSummary } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Disk } from "./disk.ts";
import { isHeld } from "./lock.ts";
import { foldersOf, namesIn, transcriptsIn } from "./names.ts";
import { lockPath, TITLE_BYTES } from "./writer.ts";

const TITLE_LETTERS = 80;
/** A prompt stands near the start; no more is read to find it. */
const MOST_BYTES = 256 * 1024;
const PIECE = 16 * 1024;
/** A title stands at most so far from the end, where this program wrote it. */
const END_BYTES = 2 * TITLE_BYTES;
/** Files open at a time. */
const TOGETHER = 32;

/** The sessions of one working folder, or of all, newest first, from the first and the last lines of their files alone. */
export async function listSessions(disk: Disk, stateFolder: string, cwd?: string): Promise<readonly SessionSummary[]> {
  const files = foldersOf(disk, stateFolder, cwd).flatMap((folder) => {
    const names = new Set(namesIn(disk, folder));
    return transcriptsIn(names).map((id) => ({
      path: join(folder, `${id}.jsonl`),
      mayBeLive: names.has(`${id}.lock`),
    }));
  });
  const found: SessionSummary[] = [];
  for (let at = 0; at < files.length; at += TOGETHER) {
    const some = files.slice(at, at + TOGETHER).map(({ path, mayBeLive }) => summarize(disk, path, mayBeLive));
    for (const summary of await Promise.all(some)) {
      if (summary && (cwd === undefined || summary.cwd === cwd)) found.push(summary);
    }
  }
  return found.sort((a, b) => b.updatedMs - a.updatedMs || a.id.localeCompare(b.id));
}

/** `undefined` for what is no session, or one in which nothing was said: there is nothing to go on with. */
async function summarize(disk: Disk, path: string, mayBeLive: boolean): Promise<SessionSummary | undefined> {
  // Gone since the folder was read, or somebody else's.
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { mtimeMs, size } = await file.stat();
    const start = await startOf(file, size);
    const { cwd, prompt } = start;
    if (cwd === undefined || (prompt === undefined && size <= MOST_BYTES)) return undefined;
    const title = (await lastTitle(file, size)) ?? start.title ?? prompt ?? "";
    const isLive = mayBeLive && isHeld(disk, lockPath(path));
    return { id: basename(path, ".jsonl"), cwd, updatedMs: mtimeMs, title, bytes: size, isLive };
  } finally {
    await file.close();
  }
}

type File = Awaited<ReturnType<typeof open>>;

interface Start {
  cwd: string | undefined;
  title: string | undefined;
  prompt: string | undefined;
}

async function startOf(file: File, size: number): Promise<Start> {
  const start: Start = { cwd: undefined, title: undefined, prompt: undefined };
  let text = "";
  for (let at = 0; at < Math.min(size, MOST_BYTES) && start.prompt === undefined; at += PIECE) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PIECE), 0, PIECE, at);
    text += buffer.toString("latin1", 0, bytesRead);
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) {
      const entry = parse(line);
      if (entry?.type === "session" && typeof entry.cwd === "string") start.cwd ??= entry.cwd;
      start.title = titleOf(entry) ?? start.title;
      if (start.cwd !== undefined) start.prompt ??= promptOf(entry);
    }
  }
  return start;
}

/** The name that a person gave last, if it stands near the end. */
async function lastTitle(file: File, size: number): Promise<string | undefined> {
  const length = Math.min(size, END_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
  const text = buffer.toString("latin1", 0, bytesRead);
  for (
    let at = text.lastIndexOf('"type":"title"');
    at >= 0;
    at = at > 0 ? text.lastIndexOf('"type":"title"', at - 1) : -1
  ) {
    const from = text.lastIndexOf("\n", at) + 1;
    const to = text.indexOf("\n", at);
    // Other records may hold these letters in what was said.
    const title = titleOf(parse(text.slice(from, to < 0 ? undefined : to)));
    if (title !== undefined) return title;
  }
  return undefined;
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

function titleOf(entry: Entry | undefined): string | undefined {
  if (entry?.type !== "title" || typeof entry.title !== "string") return undefined;
  return visibleLine(entry.title, TITLE_LETTERS);
}

function promptOf(entry: Entry | undefined): string | undefined {
  if (entry?.type !== "user" || entry.isMeta || !Array.isArray(entry.message?.content)) return undefined;
  if (typeof entry.typed === "string") return visibleLine(entry.typed, TITLE_LETTERS);
  const texts = entry.message.content.map((block) => (block?.type === "text" ? String(block.text) : ""));
  return visibleLine(texts.join(" "), TITLE_LETTERS);
}
