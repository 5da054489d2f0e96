import { join } from "node:path";
import type { FileKind, Files, Setup } from "gantry/sdk";
import { withBuffers } from "./buffers.ts";
import { type Disk, disk as realDisk } from "./disk.ts";
import { filesError, isFolder, saysAbsent } from "./errors.ts";
import { globFiles } from "./glob.ts";
import type { filesNode } from "./index.ts";
import { readWhole } from "./read.ts";
import { absolutePath, resolvePath } from "./resolve.ts";
import { createWriter } from "./write.ts";

const setup: Setup<typeof filesNode> = ({ scope, use: { buffers } }) => {
  const writing = new Set<Promise<unknown>>();
  // A write that has begun is finished before the host ends, so that no temporary file stays behind.
  scope.own(async () => void (await Promise.allSettled(writing)));
  const onDisk = createFiles(realDisk);
  const files = buffers ? withBuffers(onDisk, buffers) : onDisk;
  return {
    services: {
      files: {
        ...files,
        write(...args) {
          const done = files.write(...args).finally(() => writing.delete(done));
          writing.add(done);
          return done;
        },
      },
    },
  };
};
export default setup;

/** The service on a file system. */
export function createFiles(disk: Disk): Files {
  const write = createWriter(disk);
  return {
    read: (path, options) => readWhole(disk, path, options),
    write,
    resolve: (path) => resolvePath(disk, path),
    glob: (patterns, options) => globFiles(disk, patterns, options),

    async stat(path) {
      const absolute = absolutePath(path);
      try {
        const realPath = await disk.realpath(absolute);
        const stats = await disk.stat(realPath);
        const { size, mtimeMs, mode } = stats;
        return { realPath, kind: kindOf(stats), size, mtimeMs, mode: mode & 0o7777 };
      } catch (error) {
        if (saysAbsent(error) || (error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
        throw filesError(path, error);
      }
    },

    async list(path) {
      const absolute = absolutePath(path);
      try {
        const entries = await disk.readdir(absolute, { withFileTypes: true });
        const named = await Promise.all(
          entries.map(async (entry) => ({
            name: entry.name,
            kind: entry.isSymbolicLink() ? await kindBehind(disk, join(absolute, entry.name)) : kindOf(entry),
          })),
        );
        return named.sort((a, b) => (a.name < b.name ? -1 : 1));
      } catch (error) {
        throw filesError(path, error);
      }
    },

    async remove(path) {
      const absolute = absolutePath(path);
      try {
        if ((await disk.lstat(absolute)).isDirectory()) throw isFolder(path);
        await disk.unlink(absolute);
      } catch (error) {
        throw filesError(path, error);
      }
    },
  };
}

/** What a link leads to; a link that leads nowhere is neither file nor folder. */
async function kindBehind(disk: Disk, path: string): Promise<FileKind> {
  return disk.stat(path).then(kindOf, () => "other");
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): FileKind {
  if (entry.isFile()) return "file";
  return entry.isDirectory() ? "folder" : "other";
}
