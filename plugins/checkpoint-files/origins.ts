/** Where a session keeps contents, and where those keep them that it was forked from. */
import fs from "node:fs";
import { dirname, join } from "node:path";
import type { SessionView } from "gantry/sdk";

/** So many forks of forks are followed. */
const MOST = 20;
/** The first record of a transcript is short. */
const FIRST_BYTES = 64 * 1024;

/** Beside the transcript, in a folder that goes with the session. */
export function keptBeside(transcriptPath: string, id: string): string {
  return join(dirname(transcriptPath), id, "checkpoints");
}

/** The folders of the sessions that this one was forked from, nearest first. */
export function originsOf({ transcriptPath, allEntries }: SessionView): readonly string[] {
  const folders: string[] = [];
  let path = transcriptPath;
  let id = originIn(allEntries[0]);
  while (path !== undefined && id !== undefined && folders.length < MOST) {
    path = transcriptOf(id, path);
    if (path === undefined) break;
    folders.push(keptBeside(path, id));
    id = originIn(firstRecord(path));
  }
  return folders;
}

/** In the same folder, or in that of another project. */
function transcriptOf(id: string, beside: string): string | undefined {
  const folder = dirname(beside);
  const near = join(folder, `${id}.jsonl`);
  if (fs.existsSync(near)) return near;
  const others = fs.readdirSync(dirname(folder)).map((name) => join(dirname(folder), name, `${id}.jsonl`));
  return others.find((file) => fs.existsSync(file));
}

/** An id becomes a file's name, so it must not be able to lead elsewhere. */
function originIn(record: unknown): string | undefined {
  const id = (record as { forkedFrom?: { sessionId?: unknown } } | undefined)?.forkedFrom?.sessionId;
  return typeof id === "string" && /^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/.test(id) ? id : undefined;
}

function firstRecord(file: string): unknown {
  const bytes = Buffer.alloc(FIRST_BYTES);
  try {
    const fd = fs.openSync(file, "r");
    const length = fs.readSync(fd, bytes);
    fs.closeSync(fd);
    return JSON.parse(bytes.toString("utf8", 0, length).split("\n", 1)[0] ?? "");
  } catch {
    return undefined;
  }
}
