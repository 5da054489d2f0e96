import type { Disk } from "./disk.ts";

/** Linux says where an open file lies; elsewhere, and without `/proc`, nobody does. */
export async function nameOf(disk: Disk, fd: number): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  const name = await disk.readlink(`/proc/self/fd/${fd}`).catch(() => undefined);
  return name?.startsWith("/") ? name : undefined;
}

/** Whether what is open is what lies at a resolved path, without a link on the way. */
export async function isOpenedAt(disk: Disk, fd: number, path: string): Promise<boolean> {
  const name = await nameOf(disk, fd);
  // Another file may have taken its place since, as whoever saves by renaming does: it was the one at the path.
  if (name !== undefined) return name === path || name === `${path} (deleted)`;
  const [now, opened, there] = await Promise.all([disk.realpath(path), disk.fstat(fd), disk.lstat(path)]);
  return now === path && opened.ino === there.ino && opened.dev === there.dev;
}
