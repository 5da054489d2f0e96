import { existsSync, watch } from "node:fs";
import { join } from "node:path";
import type { Disk } from "./disk.ts";
import { isId, namesIn, transcriptsIn } from "./names.ts";

const ENDING = ".jsonl";

/** Tells what happens to the transcripts of a folder. A folder that nobody can watch stays silent. */
export function watchFolder(
  disk: Disk,
  folder: string,
  listener: (id: string, change: "began" | "grew" | "gone") => void,
): () => void {
  try {
    disk.makeFolders(folder);
    const known = new Set(transcriptsIn(namesIn(disk, folder)));
    // `persistent`: whoever watches does not keep the program running by that.
    const watcher = watch(folder, { persistent: false }, (_, name) => {
      const id = name?.endsWith(ENDING) ? name.slice(0, -ENDING.length) : "";
      if (!isId(id)) return;
      if (!existsSync(join(folder, `${id}${ENDING}`))) return known.delete(id) ? listener(id, "gone") : undefined;
      const change = known.has(id) ? "grew" : "began";
      known.add(id);
      listener(id, change);
    });
    watcher.on("error", () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => undefined;
  }
}
