import fs from "node:fs";
import { basename, dirname, join } from "node:path";

/** What is asked of the disk when a boundary is drawn. */
export interface Disk {
  /** What a path leads to; `undefined` when there is nothing. */
  kindOf(path: string): "file" | "folder" | undefined;
  /** The path without links, whether or not its end exists. */
  resolve(path: string): string;
  /** The text of a small file; `undefined` when there is none. */
  read(path: string): string | undefined;
  /** What lies in a folder; a link is no folder. */
  list(folder: string): readonly { readonly name: string; readonly isFolder: boolean }[];
}

const SMALL_BYTES = 10_000;

export const disk: Disk = {
  kindOf(path) {
    try {
      return fs.statSync(path).isDirectory() ? "folder" : "file";
    } catch {
      return undefined;
    }
  },
  resolve,
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
    return fs.realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(resolve(parent), basename(path));
  }
}
