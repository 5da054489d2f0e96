import { constants, type Stats } from "node:fs";
import type { FileStamp, ReadFile, ReadOptions } from "gantry/sdk";
import type { Disk } from "./disk.ts";
import { filesError, hasMoved, isFolder, isNoFile, isTooLarge } from "./errors.ts";
import { isOpenedAt, nameOf } from "./opened.ts";
import { absolutePath } from "./resolve.ts";

const MOST_BYTES = 256 * 1024 * 1024;
const CHUNK = 4 * 1024 * 1024;

/** Without blocking, so that a pipe that nobody writes to does not hang the host. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** What lies at the end of the path itself, and not what a link there leads to. */
export const NOT_FOLLOWING = constants.O_NOFOLLOW ?? 0;

/** Reads a file through one descriptor: what is described is what was opened. Errors call it `name`. */
export async function readWhole(disk: Disk, path: string, options: ReadOptions = {}, name = path): Promise<ReadFile> {
  const { maxBytes = MOST_BYTES, signal, realPath: checked } = options;
  const absolute = absolutePath(checked ?? path);
  signal?.throwIfAborted();
  try {
    const fd = await (checked === undefined ? disk.open(absolute, READ_FLAGS) : openLinkless(disk, absolute, name));
    try {
      const [stats, realPath] = await Promise.all([
        disk.fstat(fd),
        checked === undefined ? openedPath(disk, fd, absolute) : checkedPath(disk, fd, absolute, name),
      ]);
      if (stats.isDirectory()) throw isFolder(name);
      if (!stats.isFile()) throw isNoFile(name);
      if (stats.size > maxBytes) throw isTooLarge(name, maxBytes);
      const bytes = await readAll(disk, fd, stats.size, maxBytes, signal);
      if (bytes === undefined) throw isTooLarge(name, maxBytes);
      return { bytes, stamp: stampOf(stats, bytes), realPath };
    } finally {
      await disk.close(fd);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw filesError(name, error);
  }
}

/** What identifies the content of a file. */
export function stampOf(stats: Stats, bytes: Uint8Array): FileStamp {
  return { mtimeMs: stats.mtimeMs, size: bytes.length, hash: hashOf(bytes) };
}

export function hashOf(bytes: Uint8Array | string): string {
  // Loaded at the first read, not at every start.
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(bytes).digest("hex");
}

/** Linux names the opened file itself; elsewhere the path is resolved again. */
async function openedPath(disk: Disk, fd: number, path: string): Promise<string> {
  const name = await nameOf(disk, fd);
  return name === undefined || name.endsWith(" (deleted)") ? disk.realpath(path) : name;
}

/** Opens what lies at a resolved path; a link there has come since. */
export async function openLinkless(disk: Disk, path: string, name: string): Promise<number> {
  return disk.open(path, READ_FLAGS | NOT_FOLLOWING).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ELOOP" || error.code === "EMLINK" ? hasMoved(name) : error;
  });
}

async function checkedPath(disk: Disk, fd: number, path: string, name: string): Promise<string> {
  if (await isOpenedAt(disk, fd, path)) return path;
  throw hasMoved(name);
}

/** Reads to the end, wherever that is by now; `undefined` when it lies beyond `maxBytes`. */
async function readAll(
  disk: Disk,
  fd: number,
  size: number,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  // One byte more than expected: a short count then tells the end without another call.
  let bytes = Buffer.allocUnsafe(size === 0 ? 64 * 1024 : size + 1);
  let length = 0;
  while (true) {
    if (length === bytes.length) bytes = Buffer.concat([bytes, Buffer.allocUnsafe(bytes.length)]);
    const wanted = Math.min(CHUNK, bytes.length - length);
    const count = await disk.read(fd, bytes, length, wanted);
    signal?.throwIfAborted();
    length += count;
    if (length > maxBytes) return undefined;
    if (count === 0 || (size > 0 && length === size && count < wanted)) return bytes.subarray(0, length);
  }
}
