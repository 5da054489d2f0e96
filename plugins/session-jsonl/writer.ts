import fs from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { isGantryError, type SessionWriter } from "gantry/sdk";
import { makeFolders } from "gantry/sdk/kit/folders";
import { takeLock } from "./lock.ts";
import { alreadyThere, ended, unwritable } from "./problems.ts";

const syncData = promisify(fs.fdatasync);

/**
 * The writer of one transcript. A new transcript costs nothing before its first record; an existing one is locked at once.
 */
export function createWriter(path: string, id: string, kind: "new" | "existing"): SessionWriter {
  const lock = path.replace(/jsonl$/, "lock");
  let release = kind === "existing" ? locked() : undefined;
  let file: number | undefined;
  let size = 0;
  let isFlushed = true;
  let isClosed = false;
  let flushing = Promise.resolve();

  function locked(): () => void {
    try {
      return takeLock(lock, id);
    } catch (error) {
      throw isGantryError(error) ? error : unwritable(path, error);
    }
  }

  function opened(): number {
    if (file !== undefined) return file;
    const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL } = fs.constants;
    if (kind === "new") {
      makeFolders(dirname(path), 0o700);
      release ??= locked();
    }
    file = fs.openSync(path, O_WRONLY | O_APPEND | (kind === "new" ? O_CREAT | O_EXCL : 0), 0o600);
    size = fs.fstatSync(file).size;
    return file;
  }

  function append(line: Buffer): void {
    const to = opened();
    try {
      const written = fs.writeSync(to, line);
      // A full disk may take a part: the rest, or nothing.
      for (let done = written; done < line.length; ) done += fs.writeSync(to, line, done);
      size += line.length;
    } catch (error) {
      fs.ftruncateSync(to, size);
      throw error;
    }
  }

  async function flush(): Promise<void> {
    if (isFlushed || file === undefined) return;
    isFlushed = true;
    try {
      await syncData(file);
      if (kind === "new") await syncFolderOnce();
    } catch (error) {
      isFlushed = false;
      throw unwritable(path, error);
    }
  }

  let isFolderSynced = false;
  /** Else the file's name, unlike its content, could be lost. */
  async function syncFolderOnce(): Promise<void> {
    if (isFolderSynced) return;
    isFolderSynced = true;
    const folder = await fs.promises.open(dirname(path));
    await folder.sync().finally(() => folder.close());
  }

  return {
    path,
    append(entry) {
      if (isClosed) throw ended(path);
      try {
        append(Buffer.from(`${JSON.stringify(entry)}\n`));
        isFlushed = false;
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
        if (file !== undefined) fs.closeSync(file);
        release?.();
      }
    },
  };
}
