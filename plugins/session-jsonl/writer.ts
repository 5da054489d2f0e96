import fs from "node:fs";
import { dirname } from "node:path";
import { type Entry, type EntryOf, isGantryError, LOG_VERSION, newId, type SessionWriter } from "gantry/sdk";
import { type Disk, writeWhole } from "./disk.ts";
import { takeLock } from "./lock.ts";
import type { Parsed } from "./parse.ts";
import { alreadyThere, ended, inUse, unwritable } from "./problems.ts";

/** A title stands again after so many bytes, so that it is found near the end. A list looks through twice as many. */
export const TITLE_BYTES = 32 * 1024;

/** Which transcript to write, and for which program. */
export interface WriterOptions {
  readonly disk: Disk;
  readonly path: string;
  readonly id: string;
  /** Version of the program. */
  readonly gantry: string;
}

/** Starts a transcript: it costs nothing before its first record. */
export function createWriter(options: WriterOptions): SessionWriter {
  const { disk, path, id } = options;
  const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL } = fs.constants;
  return writerOf(options, () => {
    disk.makeFolders(dirname(path));
    const lock = lockOf(options);
    if (lock === "busy") throw inUse(id, "a program that is just starting", lockPath(path));
    try {
      return { fd: disk.open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL, 0o600), release: lock.release, isNew: true };
    } catch (error) {
      lock.release();
      throw error;
    }
  });
}

/** Goes on with a transcript that has been locked and read. */
export function continueWriter(options: WriterOptions, release: () => void, parsed: Parsed): SessionWriter {
  const { disk, path } = options;
  const { O_WRONLY, O_APPEND } = fs.constants;
  const open = () => ({ fd: disk.open(path, O_WRONLY | O_APPEND), release, isNew: false });
  return writerOf(options, open, release, parsed);
}

export function lockPath(path: string): string {
  return path.replace(/jsonl$/, "lock");
}

export function lockOf({ disk, path, id }: Pick<WriterOptions, "disk" | "path" | "id">): ReturnType<typeof takeLock> {
  try {
    return takeLock(disk, lockPath(path), id);
  } catch (error) {
    throw isGantryError(error) ? error : unwritable(path, error);
  }
}

interface Opened {
  readonly fd: number;
  readonly release: () => void;
  readonly isNew: boolean;
}

function writerOf(
  { disk, path, id, gantry }: WriterOptions,
  open: () => Opened,
  held?: () => void,
  before?: Parsed,
): SessionWriter {
  let opened: Opened | undefined;
  let size = 0;
  let isTorn = false;
  let isFlushed = true;
  let isFolderFlushed = false;
  let isClosed = false;
  /** Nothing but what every session begins with. */
  let isEmpty = true;
  let flushing = Promise.resolve();
  let title = before?.entries.findLast((entry) => entry.type === "title");
  let sinceTitle = Number.POSITIVE_INFINITY;
  let isOld = before?.isOld ?? false;

  function openedFile(): Opened {
    if (opened) return opened;
    const file = open();
    try {
      size = disk.fstat(file.fd).size;
    } catch (error) {
      disk.close(file.fd);
      if (file.isNew) disk.unlink(path);
      if (!held) file.release();
      throw error;
    }
    opened = file;
    return file;
  }

  /** A full disk may take a part of a record: all of it, or nothing. */
  function put(record: object): number {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    const { fd } = openedFile();
    if (isTorn) disk.truncate(fd, size);
    isTorn = true;
    try {
      writeWhole(disk, fd, line);
    } catch (error) {
      disk.truncate(fd, size);
      isTorn = false;
      throw error;
    }
    isTorn = false;
    size += line.length;
    isFlushed = false;
    return line.length;
  }

  /** From here on the file may hold what programs of its own version would pass over, so it says that it is of this one. */
  function raiseVersion(): void {
    const last = before?.entries.at(-1);
    const first = before?.entries.find((entry) => entry.type === "session");
    put({ ...first, version: LOG_VERSION, gantry, ...repeat(last) });
    isOld = false;
  }

  function repeatTitle(behind: Entry, named: EntryOf<"title">): void {
    try {
      put({ ...named, ...repeat(behind) });
      sinceTitle = 0;
    } catch {
      // It is no record that anybody waits for, and the next one brings it again.
    }
  }

  async function flush(): Promise<void> {
    if (isFlushed || !opened) return;
    isFlushed = true;
    try {
      await disk.syncData(opened.fd);
      if (opened.isNew) await flushFolderOnce();
    } catch (error) {
      isFlushed = false;
      throw unwritable(path, error);
    }
  }

  /** Else the file's name, unlike its content, could be lost. */
  async function flushFolderOnce(): Promise<void> {
    if (isFolderFlushed) return;
    const folder = disk.open(dirname(path), fs.constants.O_RDONLY);
    try {
      await disk.sync(folder);
    } finally {
      disk.close(folder);
    }
    isFolderFlushed = true;
  }

  function end(): void {
    try {
      if (opened) disk.close(opened.fd);
      // Nobody could go on with it, and no list would show it.
      if (opened?.isNew && isEmpty) disk.unlink(path);
    } finally {
      (opened?.release ?? held)?.();
    }
  }

  return {
    path,
    append(entry) {
      if (isClosed) throw ended(path);
      try {
        if (isOld) raiseVersion();
        const bytes = put(entry);
        if (entry.type !== "session") isEmpty = false;
        if (entry.type === "title") {
          title = entry;
          sinceTitle = 0;
        } else if (title) {
          sinceTitle += bytes;
          if (sinceTitle > TITLE_BYTES) repeatTitle(entry, title);
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") throw alreadyThere(id, path);
        throw isGantryError(error) ? error : unwritable(path, error);
      }
    },
    flush() {
      flushing = flushing.then(flush, flush);
      return flushing;
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      try {
        await this.flush();
      } finally {
        end();
      }
    },
  };
}

/** What makes a record one that only says again what the log has said: no part of the log. */
function repeat(behind: Entry | undefined) {
  return { uuid: newId(), parentUuid: behind?.uuid ?? null, timestamp: new Date().toISOString(), isRepeat: true };
}
