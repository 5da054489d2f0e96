/** Sessions that a program keeps in a store of its own, and puts into a folder for whoever shall go on with them. */
import { constants, copyFileSync } from "node:fs";
import { join } from "node:path";
import { type Disk, readSmall } from "./disk.ts";
import { foldersIn, isId } from "./names.ts";

/** Takes the copy of a session in, unless the session is here already. What is no session of ours stays where it is. */
export function takeCopy(disk: Disk, copies: string | undefined, id: string, folder: string): void {
  if (copies === undefined || !isId(id)) return;
  const own = join(folder, `${id}.jsonl`);
  if (isFile(disk, own)) return;
  const copy = foldersIn(disk, copies)
    .map((one) => join(one, `${id}.jsonl`))
    .find((path) => isFile(disk, path) && isOurs(readSmall(disk, path), id));
  if (copy === undefined) return;
  disk.makeFolders(folder);
  // What somebody else has taken in meanwhile is the same.
  copyFileSync(copy, own, constants.COPYFILE_EXCL);
}

function isFile(disk: Disk, path: string): boolean {
  try {
    return disk.lstat(path).isFile();
  } catch {
    return false;
  }
}

/** Its first record says so; a first line that is too long is none. */
function isOurs(head: string | undefined, id: string): boolean {
  try {
    const first = JSON.parse(head?.split("\n", 1)[0] ?? "");
    return first.type === "session" && typeof first.gantry === "string" && first.sessionId === id;
  } catch {
    return false;
  }
}
