import { basename, dirname, join } from "node:path";
import { type Disk, discard, removeIfThere } from "./disk.ts";
import { namesIn } from "./names.ts";

/**
 * Removes a session, whose lock is held: the transcript first, since without it nothing else of it counts. The lock stays, and goes
 * with its release.
 */
export function removeTranscript(disk: Disk, path: string): void {
  removeIfThere(disk, path);
  removeIfThere(disk, `${path}.torn`);
  // What is kept with the session.
  disk.removeTree(path.replace(/\.jsonl$/, ""));
  const [folder, lock] = [dirname(path), `${basename(path, ".jsonl")}.lock`];
  // What programs that were killed while they took the lock have left.
  for (const name of namesIn(disk, folder))
    if (name.startsWith(`${lock}.`)) discard(() => removeIfThere(disk, join(folder, name)));
}
