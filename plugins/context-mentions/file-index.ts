/** The files and folders of a session, as ripgrep lists them: there while it is still listing, and listed again when they are old. */
import { StringDecoder } from "node:string_decoder";
import type { Exec } from "gantry/sdk";
import { realClock } from "gantry/sdk/kit/clock";
import { plainPath, ripgrep } from "gantry/sdk/kit/ripgrep";
import { createPaths, type Paths } from "./fuzzy.ts";

export interface FileIndex {
  /** What is known now. While the first list is made, it grows. */
  paths(): Paths;
  isListing(): boolean;
  /** Has the list made, if there is none or it is old. */
  refresh(): void;
  /** Resolves when there are more than were `seen`, or the list is whole; not too often. */
  more(seen: number, signal: AbortSignal): Promise<void>;
}

interface IndexOptions {
  readonly exec: () => Promise<Exec>;
  /** Absolute. The first is where relative paths begin. */
  readonly folders: readonly string[];
  readonly heedsIgnoreFiles: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

const OLD_MS = 5000;
const TIMEOUT_MS = 60_000;
/** How often whoever waits for more is told. */
const TELL_MS = 100;

export function createFileIndex(
  { exec, folders, heedsIgnoreFiles, signal }: IndexOptions,
  clock = realClock,
): FileIndex {
  let whole: Paths | undefined;
  let growing: Paths | undefined;
  let listedAt = Number.NEGATIVE_INFINITY;
  let waiting: (() => void)[] = [];
  let toldAt = 0;

  function tell() {
    toldAt = clock.elapsed();
    const told = waiting;
    waiting = [];
    for (const one of told) one();
  }

  async function list() {
    const paths = createPaths();
    growing = paths;
    try {
      const service = await exec();
      const heedsIgnore = await heedsIgnoreFiles();
      for (const [index, folder] of folders.entries()) {
        const taker = createTaker(paths, index === 0 ? "" : `${folder}/`);
        await ripgrep(service, {
          options: ["--files", "--null", "--glob=!**/node_modules", ...(heedsIgnore ? [] : ["--no-ignore"])],
          cwd: folder,
          root: folder,
          recordEnd: "\0",
          timeoutMs: TIMEOUT_MS,
          signal,
          onChunk(chunk) {
            taker(chunk);
            if (clock.elapsed() - toldAt > TELL_MS) tell();
          },
        });
      }
    } catch {
      // What was listed so far is offered; the rest can be typed.
    }
    whole = paths;
    growing = undefined;
    listedAt = clock.elapsed();
    tell();
  }

  return {
    paths: () => whole ?? growing ?? createPaths(),
    isListing: () => whole === undefined && growing !== undefined,
    refresh() {
      if (growing || clock.elapsed() - listedAt < OLD_MS || signal.aborted) return;
      void list();
    },
    more(seen, stop) {
      const isMore = whole !== undefined || (growing?.length ?? 0) > seen;
      return isMore ? clock.sleep(TELL_MS, stop) : new Promise((resolve) => void waiting.push(resolve));
    },
  };
}

/** Takes names that end in NUL, cut anywhere, with the folders that they are in. */
function createTaker(paths: Paths, prefix: string): (chunk: Uint8Array) => void {
  const decoder = new StringDecoder("utf8");
  const folders = new Set<string>();
  let rest = "";

  function addFolders(path: string) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const folder = path.slice(0, end);
      if (folders.has(folder)) return;
      folders.add(folder);
      paths.add(`${prefix}${folder}/`);
    }
  }

  return (chunk) => {
    const names = (rest + decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))).split("\0");
    rest = names.pop() ?? "";
    for (const name of names) {
      const path = plainPath(process.platform === "win32" ? name.replaceAll("\\", "/") : name);
      paths.add(prefix + path);
      addFolders(path);
    }
  };
}
