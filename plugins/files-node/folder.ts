import { constants } from "node:fs";
import { dirname, join } from "node:path";
import type { Disk } from "./disk.ts";
import { hasChanged } from "./errors.ts";

/** An open folder, resolved before: what is named in it stays in it, even if a link takes its place meanwhile. */
export interface Folder {
  readonly path: string;
  /** The way to a name in the folder. */
  at(name: string): string;
  /** Has the folder's own entries reach the disk. */
  flush(): Promise<void>;
  /** Removes the folders that had to be made, as far as they are empty. */
  unmake(): Promise<void>;
  close(): Promise<void>;
}

const FOLDER_FLAGS = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** Opens a folder, and makes it and those above it where they are missing. */
export async function openFolder(disk: Disk, path: string): Promise<Folder> {
  const { fd, made } = await openOrMake(disk, path);
  const handle = fd === undefined ? undefined : await handlePath(disk, fd, path);

  return {
    path,
    at: (name) => join(handle ?? path, name),
    async flush() {
      if (fd === undefined) return;
      await disk.fsync(fd).catch((error: NodeJS.ErrnoException) => {
        // Some file systems cannot flush a folder; then there is nothing to wait for.
        if (error.code !== "EINVAL" && error.code !== "ENOTSUP") throw error;
      });
    },
    unmake: () => removeUpTo(disk, path, made),
    async close() {
      if (fd !== undefined) await disk.close(fd);
    },
  };
}

async function openOrMake(
  disk: Disk,
  path: string,
): Promise<{ readonly fd: number | undefined; readonly made: string | undefined }> {
  // Windows opens no folders; there the path has to do.
  const open = () =>
    process.platform === "win32" ? disk.stat(path).then(() => undefined) : disk.open(path, FOLDER_FLAGS);
  try {
    return { fd: await open(), made: undefined };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const made = await makeFolders(disk, path);
  try {
    return { fd: await open(), made };
  } catch (error) {
    await removeUpTo(disk, path, made);
    throw error;
  }
}

/**
 * Makes what is missing and gives the uppermost folder that it made. Node's own recursive way tries for ever where no folder can
 * be made, as below `/proc`.
 */
async function makeFolders(disk: Disk, path: string): Promise<string | undefined> {
  const make = () =>
    disk.mkdir(path).then(
      () => path,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
        return undefined;
      },
    );
  try {
    return await make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(path) === path) throw error;
  }
  const above = await makeFolders(disk, dirname(path));
  try {
    const made = await make();
    return above ?? made;
  } catch (error) {
    await removeUpTo(disk, dirname(path), above);
    throw error;
  }
}

/** Linux gives an open folder a path of its own, and says where the folder is now. */
async function handlePath(disk: Disk, fd: number, path: string): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  const handle = `/proc/self/fd/${fd}`;
  const now = await disk.readlink(handle).catch(() => undefined);
  if (now === undefined) return undefined;
  if (now === path) return handle;
  await disk.close(fd);
  throw hasChanged(path, "was replaced");
}

async function removeUpTo(disk: Disk, path: string, made: string | undefined): Promise<void> {
  if (made === undefined) return;
  for (let folder = path; ; folder = dirname(folder)) {
    const isGone = await disk.rmdir(folder).then(
      () => true,
      // Somebody uses it by now: then it stays.
      () => false,
    );
    if (!isGone || folder === made || folder === dirname(folder)) return;
  }
}
