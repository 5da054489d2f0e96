/**
 * Where prompts lie on the disk. Asked at every start of every file, and so at once: the way to another thread and back takes ten times
 * as long as the answer.
 */
import fs from "node:fs";
import { join } from "node:path";

/** A folder to go through. */
export interface Folder {
  readonly path: string;
  /** Its path without links; `undefined` where that is not known. */
  readonly realPath: string | undefined;
}

/** What lies in a folder. */
export interface Inside extends Folder {
  readonly name: string;
  readonly isFolder: boolean;
}

/** A file, and the state it is in. */
export interface Placed {
  /** Without any link. */
  readonly realPath: string;
  /** Tells the file and its state from all others. */
  readonly mark: string;
  /** When it was last written or changed otherwise, in milliseconds since 1970. */
  readonly changedMs: number;
  /** Bytes. */
  readonly size: number;
}

export function folderAt(path: string): Folder {
  return { path, realPath: realPathOf(path) };
}

/** Sorted by name; nothing where it cannot be read. */
export function filesAndFoldersIn({ path: folder, realPath }: Folder): readonly Inside[] {
  return entriesIn(folder)
    .map((entry): Inside => {
      const { name } = entry;
      const path = join(folder, name);
      // What is neither is a link, or the file system does not say.
      const isPlain = entry.isDirectory() || entry.isFile();
      return {
        name,
        path,
        isFolder: isPlain ? entry.isDirectory() : isFolderAt(path),
        realPath: isPlain && realPath !== undefined ? join(realPath, name) : undefined,
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The file at a path, which may be a link; `supposed` is the path without links, unless the file is one itself. */
export function placedAt(path: string, supposed: string | undefined): Placed | undefined {
  const there = supposed === undefined ? undefined : statsAt(supposed);
  if (supposed !== undefined && !there?.isSymbolicLink()) return there && placed(supposed, there);
  const realPath = realPathOf(path);
  const stats = realPath === undefined ? undefined : statsAt(realPath);
  return realPath !== undefined && stats ? placed(realPath, stats) : undefined;
}

/** What describes a file; `undefined` for what is none. */
export function placed(realPath: string, stats: fs.BigIntStats): Placed | undefined {
  if (!stats.isFile()) return undefined;
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  const mark = `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  return { realPath, mark, changedMs: Math.max(Number(mtimeNs), Number(ctimeNs)) / 1_000_000, size: Number(size) };
}

function entriesIn(folder: string): readonly fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function statsAt(path: string): fs.BigIntStats | undefined {
  try {
    return fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function isFolderAt(path: string): boolean {
  try {
    return fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

function realPathOf(path: string): string | undefined {
  try {
    return fs.realpathSync.native(path);
  } catch {
    return undefined;
  }
}
