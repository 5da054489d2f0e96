/** The markdown files of one memory folder: read once, and again when they have changed. */
import { join } from "node:path";
import { type FileStamp, type Files, isGantryError, type MemoryEntry, messageOf } from "gantry/sdk";
import { realClock } from "gantry/sdk/kit/clock";
import { dayOf, INDEX_NAME, type ReadEntry, readEntry } from "gantry/sdk/kit/memory-text";
import { decodeText } from "gantry/sdk/kit/text-file";
import type { Place } from "./places.ts";
import { busy } from "./problems.ts";

/** A file as it was read. */
export interface KeptFile {
  readonly text: string;
  readonly stamp: FileStamp;
}

/** What lies in a folder. */
export interface FolderContent {
  /** By name. */
  readonly entries: ReadonlyMap<string, ReadEntry>;
  /** Sentences about files that were left out. */
  readonly problems: readonly string[];
}

/** Longer files are no notes. */
const MOST_BYTES = 64 * 1024;
const INDEX_BYTES = 1024 * 1024;
const MOST_FILES = 5_000;
/** Files looked at together. */
const TOGETHER = 32;
/** How often a change is tried again when somebody else was faster. */
const TRIES = 10;
/** The longest wait before another try, in milliseconds. */
const WAIT_MS = 30;
/** Changes of one program to one file take turns. */
const turns = new Map<string, Promise<unknown>>();

export class MemoryFolder {
  readonly place: Place;
  readonly #files: Files;
  readonly #known = new Map<string, { readonly key: string; readonly read: ReadEntry | string }>();

  constructor(place: Place, files: Files) {
    this.place = place;
    this.#files = files;
  }

  async content(): Promise<FolderContent> {
    const { folder } = this.place;
    const names = (await this.names()).filter((name) => name !== INDEX_NAME);
    const entries = new Map<string, ReadEntry>();
    const problems: string[] = names.length > MOST_FILES ? [`${folder} has more than ${MOST_FILES} files.`] : [];
    for (let at = 0; at < Math.min(names.length, MOST_FILES); at += TOGETHER) {
      const some = names.slice(at, at + TOGETHER);
      const read = await Promise.all(some.map((name) => this.#entry(name)));
      read.forEach((one, index) => {
        const name = some[index] as string;
        if (typeof one === "string") problems.push(`${join(folder, name)} is left out: ${one}.`);
        else if (one) entries.set(name, one);
      });
    }
    for (const name of this.#known.keys()) if (!names.includes(name)) this.#known.delete(name);
    return { entries, problems };
  }

  /** The names of the files, none where there is no folder. */
  async names(): Promise<readonly string[]> {
    try {
      const all = await this.#files.list(this.place.folder);
      return all.flatMap(({ name, kind }) => (kind === "file" && /^[^.].*\.md$/.test(name) ? [name] : []));
    } catch (thrown) {
      if (isAbsent(thrown)) return [];
      throw thrown;
    }
  }

  async read(name: string): Promise<KeptFile | undefined> {
    const path = join(this.place.folder, name);
    const found = await this.#files.stat(path);
    if (!found) return undefined;
    if (found.realPath !== (await this.#pathOf(name))) throw new Error("it is a link");
    if (found.kind !== "file") throw new Error("it is no file");
    const { bytes, stamp } = await this.#files.read(path, {
      maxBytes: name === INDEX_NAME ? INDEX_BYTES : MOST_BYTES,
      realPath: found.realPath,
    });
    const text = decodeText(bytes)?.text;
    if (text === undefined) throw new Error("it is no text");
    return { text, stamp };
  }

  /** Changes a file by what it says now; `undefined` removes it. Returning the same text writes nothing. */
  change(name: string, next: (now: string | undefined) => string | undefined): Promise<void> {
    return inTurn(join(this.place.folder, name), () => this.#change(name, next));
  }

  async #change(name: string, next: (now: string | undefined) => string | undefined): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const now = await this.read(name);
      const text = next(now?.text);
      if (text === now?.text) return;
      try {
        if (text === undefined) await this.#files.remove(join(this.place.folder, name));
        else await this.#write(name, text, now?.stamp ?? "absent");
        this.#known.delete(name);
        return;
      } catch (thrown) {
        const isLate = isGantryError(thrown) && thrown.code === "GANTRY_FILES_CHANGED";
        if (!isLate) throw thrown;
        if (attempt >= TRIES) throw busy(join(this.place.folder, name));
        await realClock.sleep(realClock.random() * WAIT_MS);
      }
    }
  }

  async #write(name: string, text: string, expect: FileStamp | "absent"): Promise<void> {
    if (!(await this.#files.stat(this.place.folder))) await this.#begin();
    const realPath = await this.#pathOf(name);
    await this.#files.write(realPath, Buffer.from(text), {
      expect,
      realPath,
      mode: this.place.isPrivate ? 0o644 : 0o600,
    });
  }

  /** A folder that others have just begun, with its first file. */
  async keepPrivate(): Promise<void> {
    const all = await this.#files.list(this.place.folder);
    if (all.length === 1) await this.#begin();
  }

  /** What a person has said in private is not pushed by accident. */
  async #begin(): Promise<void> {
    if (!this.place.isPrivate) return;
    const note = "# Made by Gantry: this memory is yours alone. Remove this file to share it with the project.\n*\n";
    const file = join(this.place.folder, ".gitignore");
    await this.#files.write(file, Buffer.from(note), { expect: "absent" }).catch((thrown) => {
      if (!isGantryError(thrown) || thrown.code !== "GANTRY_FILES_CHANGED") throw thrown;
    });
  }

  async #pathOf(name: string): Promise<string> {
    return join(await this.#files.resolve(this.place.folder), name);
  }

  async #entry(name: string): Promise<ReadEntry | string | undefined> {
    const path = join(this.place.folder, name);
    try {
      const found = await this.#files.stat(path);
      if (!found) return undefined;
      const key = `${found.mtimeMs} ${found.size} ${found.realPath}`;
      const known = this.#known.get(name);
      if (known?.key === key) return known.read;
      const file = await this.read(name);
      if (!file) return undefined;
      const day = dayOf(found.mtimeMs);
      const read = readEntry(name, file.text, { scope: this.place.scope, day, path });
      this.#known.set(name, { key, read });
      return read;
    } catch (thrown) {
      return messageOf(thrown).replace(/\.$/, "");
    }
  }
}

function inTurn<T>(path: string, work: () => Promise<T>): Promise<T> {
  const done = (turns.get(path) ?? Promise.resolve()).then(work, work);
  turns.set(path, done);
  const end = () => {
    if (turns.get(path) === done) turns.delete(path);
  };
  done.then(end, end);
  return done;
}

/** Pinned first, then newest first. */
export function byWeight(a: MemoryEntry, b: MemoryEntry): number {
  return (
    Number(b.isPinned) - Number(a.isPinned) ||
    (a.updated < b.updated ? 1 : a.updated > b.updated ? -1 : 0) ||
    (a.scope < b.scope ? -1 : a.scope > b.scope ? 1 : 0) ||
    (a.id < b.id ? -1 : 1)
  );
}

function isAbsent(thrown: unknown): boolean {
  return isGantryError(thrown) && ["GANTRY_FILES_ABSENT", "GANTRY_FILES_NOT_FOLDER"].includes(thrown.code);
}
