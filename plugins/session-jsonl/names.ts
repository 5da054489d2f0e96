import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { absent, ambiguous, invalidId } from "./problems.ts";

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

/** An id becomes a file's name, so it must not be able to lead elsewhere. */
export function checkId(id: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/.test(id)) throw invalidId(id);
}

/** The folders that hold the sessions of any working folder. */
export async function allFolders(stateFolder: string): Promise<readonly string[]> {
  const projects = join(stateFolder, "projects");
  const entries = await readdir(projects, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(projects, name));
}

/** Finds a session by its id, or by the start of it where only one begins so. */
export async function findSession(
  folders: readonly string[],
  idOrStart: string,
): Promise<{ id: string; file: string }> {
  checkId(idOrStart);
  const places = new Map<string, string>();
  for (const folder of folders) for (const id of await sessionIds(folder)) places.set(id, folder);
  const ids = [...places.keys()];
  const fitting = ids.includes(idOrStart) ? [idOrStart] : ids.filter((id) => id.startsWith(idOrStart));
  const [id] = fitting;
  if (id === undefined) throw absent(idOrStart, ids);
  if (fitting.length > 1) throw ambiguous(idOrStart, fitting);
  return { id, file: join(places.get(id) as string, `${id}.jsonl`) };
}

export async function sessionIds(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.filter((name) => name.endsWith(".jsonl")).map((name) => name.slice(0, -".jsonl".length));
}
