import { normalize } from "node:path";
import type { Readable } from "node:stream";
import type { GlobOptions } from "gantry/sdk";
import type { Disk } from "./disk.ts";
import { filesError } from "./errors.ts";
import { absolutePath } from "./resolve.ts";

/** globby takes 40 ms to load, which only those who search shall pay. */
const loadGlobby = () => import("./globby.ts");

/** Files that match, absolute, in no order. */
export async function globFiles(
  disk: Disk,
  patterns: readonly string[],
  { cwd, respectIgnore = true, signal }: GlobOptions,
): Promise<readonly string[]> {
  const folder = absolutePath(cwd);
  signal?.throwIfAborted();
  try {
    if (!(await disk.stat(folder)).isDirectory()) {
      throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
    }
    const { globbyStream } = await loadGlobby();
    const stream = globbyStream([...patterns], {
      cwd: folder,
      absolute: true,
      dot: true,
      ignore: ["**/.git"],
      gitignore: respectIgnore,
      followSymbolicLinks: false,
      expandDirectories: false,
      suppressErrors: true,
    }) as unknown as Readable;
    const stop = () => stream.destroy();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      const found: string[] = [];
      for await (const path of stream) found.push(normalize(String(path)));
      return found;
    } finally {
      signal?.removeEventListener("abort", stop);
      signal?.throwIfAborted();
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw filesError(cwd, error);
  }
}
