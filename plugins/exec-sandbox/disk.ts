import fs from "node:fs";
import { basename, dirname, join } from "node:path";

/** What is asked of the disk when a boundary is drawn. */
export interface Disk {
  /** What a path leads to; `undefined` when there is nothing. */
  kindOf(path: string): "file" | "folder" | undefined;
  /** The path without links, whether or not its end exists. */
  resolve(path: string): string;
  /** Whether we, or a command that may change what is ours, could make something in a folder. */
  mayMakeIn(folder: string): boolean;
  /** The text of a small file; `undefined` when there is none. */
  read(path: string): string | undefined;
  /** What lies in a folder; a link is no folder. */
  list(folder: string): readonly { readonly name: string; readonly isFolder: boolean }[];
}

const SMALL_BYTES = 10_000;

export const disk: Disk = {
  kindOf(path) {
    try {
      const stat = fs.statSync(path, { throwIfNoEntry: false });
      return stat && (stat.isDirectory() ? "folder" : "file");
    } catch {
      return undefined;
    }
  },
  resolve,
  mayMakeIn(folder) {
    try {
      fs.accessSync(folder, fs.constants.W_OK);
      return true;
    } catch (error) {
      const isOurs = fs.statSync(folder, { throwIfNoEntry: false })?.uid === process.getuid?.();
      return isOurs && (error as NodeJS.ErrnoException).code !== "EROFS";
    }
  },
  read(path) {
    try {
      const stat = fs.statSync(path);
      return stat.isFile() && stat.size <= SMALL_BYTES ? fs.readFileSync(path, "utf8") : undefined;
    } catch {
      return undefined;
    }
  },
  list(folder) {
    try {
      const entries = fs.readdirSync(folder, { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
    } catch {
      return [];
    }
  },
};

function resolve(path: string): string {
  try {
    // An error for each absent name would be most of the work.
    if (fs.lstatSync(path, { throwIfNoEntry: false })) return fs.realpathSync.native(path);
  } catch {
    // Its end is missing, or it leads in a circle.
  }
  const parent = dirname(path);
  return parent === path ? path : join(resolve(parent), basename(path));
}

/** The disk as it is now, each question asked once: for drawing one boundary. */
export function snapshot(): Disk {
  return { ...disk, kindOf: once(disk.kindOf), resolve: once(disk.resolve), list: once(disk.list) };
}

function once<T>(ask: (path: string) => T): (path: string) => T {
  const known = new Map<string, T>();
  return (path) => {
    if (!known.has(path)) known.set(path, ask(path));
    return known.get(path) as T;
  };
}
