import fs from "node:fs";
import { makeFolders } from "gantry/sdk/kit/folders";

/** The calls of the file system that the store makes, in one place so that a test can let each of them fail. */
export const disk = {
  open: (path: string, flags: number, mode?: number): number => fs.openSync(path, flags, mode),
  fstat: (fd: number): fs.Stats => fs.fstatSync(fd),
  lstat: (path: string): fs.Stats => fs.lstatSync(path),
  read: (fd: number, into: Buffer, offset: number, length: number, position: number): number =>
    fs.readSync(fd, into, offset, length, position),
  write: (fd: number, from: Buffer, offset: number): number => fs.writeSync(fd, from, offset),
  truncate: (fd: number, size: number): void => fs.ftruncateSync(fd, size),
  syncData: (fd: number): Promise<void> =>
    new Promise((resolve, reject) => fs.fdatasync(fd, (error) => (error ? reject(error) : resolve()))),
  sync: (fd: number): Promise<void> =>
    new Promise((resolve, reject) => fs.fsync(fd, (error) => (error ? reject(error) : resolve()))),
  close: (fd: number): void => fs.closeSync(fd),
  link: (from: string, to: string): void => fs.linkSync(from, to),
  unlink: (path: string): void => fs.unlinkSync(path),
  makeFolders: (path: string): void => makeFolders(path, 0o700),
  mkdir: (path: string, mode: number): void => fs.mkdirSync(path, { mode }),
  removeTree: (path: string): void => fs.rmSync(path, { recursive: true, force: true }),
  rmdir: (path: string): void => fs.rmdirSync(path),
  readdir: (path: string): string[] => fs.readdirSync(path),
};

export type Disk = typeof disk;

/** The whole of a small file; `undefined` when there is none. */
export function readSmall(disk: Disk, path: string): string | undefined {
  const fd = openExisting(disk, path);
  if (fd === undefined) return undefined;
  try {
    const into = Buffer.alloc(MOST_SMALL);
    return into.toString("utf8", 0, disk.read(fd, into, 0, MOST_SMALL, 0));
  } catch (error) {
    // The process that a file below /proc tells of has just gone.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return undefined;
    throw error;
  } finally {
    closeRead(disk, fd);
  }
}

/** What was read is there, whatever closing says. */
export function closeRead(disk: Disk, fd: number): void {
  try {
    disk.close(fd);
  } catch {
    // It is closed all the same.
  }
}

const MOST_SMALL = 4096;

/** Opened for reading; `undefined` when there is nothing. What is no file, such as a pipe, does not hold it up. */
export function openExisting(disk: Disk, path: string): number | undefined {
  try {
    return disk.open(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Writes all of it, however little the system takes at a time. */
export function writeWhole(disk: Disk, fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += disk.write(fd, bytes, done);
}

/** Removes a file if it is there. */
export function removeIfThere(disk: Disk, path: string): void {
  try {
    disk.unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** Tries twice to take away what has had its use; what stays after that does no harm. */
export function discard(remove: () => void): void {
  try {
    remove();
  } catch {
    try {
      remove();
    } catch {
      // Whoever comes next passes it over.
    }
  }
}
