import { join } from "node:path";
import { messageOf } from "gantry/sdk";
import type { Disk } from "./disk.ts";
import { invalidId, unreadable } from "./problems.ts";

/** Most file systems take 255 bytes for a name. */
const MOST_LETTERS = 200;

/** The folder for the sessions of one working folder. */
export function folderFor(stateFolder: string, cwd: string): string {
  const name = cwd.replace(/[^A-Za-z0-9]/g, "-");
  const isLong = name.length > MOST_LETTERS;
  // Loaded for the rare long path alone: it costs a start more than all the rest here.
  const hash = () =>
    process.getBuiltinModule("node:crypto").createHash("sha256").update(cwd).digest("hex").slice(0, 12);
  return join(stateFolder, "projects", isLong ? `${name.slice(0, MOST_LETTERS)}-${hash()}` : name);
}

/** The folders that hold sessions: of one working folder, or all. */
export function foldersOf(disk: Disk, stateFolder: string, cwd: string | undefined): readonly string[] {
  if (cwd !== undefined) return [folderFor(stateFolder, cwd)];
  return foldersIn(disk, join(stateFolder, "projects"));
}

/** What lies in a folder of folders. */
export function foldersIn(disk: Disk, projects: string): readonly string[] {
  return namesIn(disk, projects).map((name) => join(projects, name));
}

/** The transcript of an agent of a session, in the folder that goes with that one. */
export function agentFile(folder: string, session: string, id: string): string {
  checkId(session);
  checkId(id);
  return join(folder, session, "subagents", `agent-${id}.jsonl`);
}

/** An id becomes a file's name, so it must not be able to lead elsewhere. */
export function checkId(id: string): void {
  if (!isId(id)) throw invalidId(id);
}

/** Whether it could be an id, or the start of one. */
export function isId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/.test(text);
}

/** The ids among the names of a folder. */
export function transcriptsIn(names: Iterable<string>): readonly string[] {
  return [...names].filter((name) => name.endsWith(".jsonl")).map((name) => name.slice(0, -".jsonl".length));
}

/** The names in a folder; none where there is no folder. */
export function namesIn(disk: Disk, folder: string): readonly string[] {
  try {
    return disk.readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw unreadable(folder, messageOf(error), error);
  }
}
