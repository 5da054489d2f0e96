import { constants, type Stats } from "node:fs";
import { hostname } from "node:os";
import { newId, PluginError } from "gantry/sdk";
import type { Disk } from "./disk.ts";
import type { Folder } from "./folder.ts";
import { hashOf } from "./read.ts";

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
const CHUNK = 4 * 1024 * 1024;

/** A file that is whole, flushed, and not yet in its place. */
export interface Temporary {
  readonly path: string;
  readonly mtimeMs: number;
  /** Never rejects. */
  remove(): Promise<void>;
}

/** Writes temporary files, and clears away those that killed programs have left in the same folder. */
export function createTemporaries(disk: Disk) {
  const machine = () => hashOf(hostname()).slice(0, 6);
  const swept = new Set<string>();

  /** `like`: the file that it will replace, or the permission bits of a new one. */
  async function write(folder: Folder, bytes: Uint8Array, like: Stats | number | undefined): Promise<Temporary> {
    if (!swept.has(folder.path)) {
      swept.add(folder.path);
      await sweep(folder);
    }
    const path = folder.at(`.gantry-${machine()}-${process.pid}-${newId().slice(-12)}.tmp`);
    // Whatever shall have bits of its own is closed to others until it has them.
    const fd = await disk.open(path, NEW_FILE, like === undefined ? 0o644 : 0o600);
    // What cannot be removed now is swept away by the next host.
    const remove = () => disk.unlink(path).catch(() => undefined);
    try {
      const stats = await fill(fd, bytes, like).finally(() => disk.close(fd));
      return { path, mtimeMs: stats.mtimeMs, remove };
    } catch (error) {
      await remove();
      throw error;
    }
  }

  async function fill(fd: number, bytes: Uint8Array, like: Stats | number | undefined): Promise<Stats> {
    for (let done = 0; done < bytes.length; ) {
      done += await disk.write(fd, bytes, done, Math.min(CHUNK, bytes.length - done));
    }
    if (typeof like === "object") await keepOwner(fd, like);
    if (like !== undefined) await disk.fchmod(fd, (typeof like === "number" ? like : like.mode) & 0o7777);
    await disk.fsync(fd);
    return disk.fstat(fd);
  }

  async function keepOwner(fd: number, { uid, gid }: Stats): Promise<void> {
    const mine = await disk.fstat(fd);
    if (mine.uid === uid && mine.gid === gid) return;
    await disk.fchown(fd, uid, gid).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EPERM") throw error;
      throw new PluginError(
        "GANTRY_FILES_DENIED",
        `The file belongs to user ${uid} and group ${gid}, which a replacement could not keep.`,
        "Take the file over with chown, or write it in place with a shell command.",
        error,
      );
    });
  }

  async function sweep(folder: Folder): Promise<void> {
    // A folder may be written to without being readable: then there is nothing to clear.
    const entries = await disk.readdir(folder.at("."), { withFileTypes: true }).catch(() => []);
    for (const { name } of entries) {
      const [, host, pid] = /^\.gantry-([0-9a-f]{6})-(\d+)-[0-9a-f]{12}\.tmp$/.exec(name) ?? [];
      if (host !== machine() || isRunning(Number(pid))) continue;
      // Another program may clear it at the same time.
      await disk.unlink(folder.at(name)).catch(() => undefined);
    }
  }

  return { write };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
