import { constants, type Stats } from "node:fs";
import type { FileStamp, ReadFile } from "gantry/sdk";
import type { Disk } from "./disk.ts";
import { filesError, isFolder, isNoFile, isTooLarge } from "./errors.ts";
import { absolutePath } from "./resolve.ts";

const MOST_BYTES = 256 * 1024 * 1024;
const CHUNK = 4 * 1024 * 1024;

/** Without blocking, so that a pipe that nobody writes to does not hang the host. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

export interface ReadOptions {
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** Reads a file through one descriptor: what is described is what was opened. Errors call it `name`. */
export async function readWhole(disk: Disk, path: string, options: ReadOptions = {}, name = path): Promise<ReadFile> {
  const { maxBytes = MOST_BYTES, signal } = options;
  const absolute = absolutePath(path);
  signal?.throwIfAborted();
  try {
    const fd = await disk.open(absolute, READ_FLAGS);
    try {
      const [stats, realPath] = await Promise.all([disk.fstat(fd), openedPath(disk, fd, absolute)]);
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
  if (process.platform === "linux") {
    const named = await disk.readlink(`/proc/self/fd/${fd}`).catch(() => undefined);
    if (named?.startsWith("/") && !named.endsWith(" (deleted)")) return named;
  }
  return disk.realpath(path);
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
