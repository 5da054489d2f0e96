/** Tells when something in folders changes. */
import fs from "node:fs";

const GATHER_MS = 50;
const POLL_MS = 2_000;
const SOON_MS = 300;
/** So many are watched by the system; beyond, and where it cannot watch, they are looked at again and again. */
const MOST_WATCHED = 200;

/** Folders that are watched. */
export interface FolderWatch {
  /** Watches these from now on. */
  set(folders: readonly string[]): void;
  close(): void;
}

/**
 * Calls `onChange` soon after something in one of the folders was made, changed or removed; several changes at once are one call. Keeps
 * no program alive.
 *
 * **Contract**: `onChange` must not throw.
 */
export function watchFolders(onChange: () => void): FolderWatch {
  const watched = new Map<string, fs.FSWatcher>();
  let folders: readonly string[] = [];
  let gathering: NodeJS.Timeout | undefined;
  let polling: NodeJS.Timeout | undefined;
  let stamp = "";

  function changed(): void {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      onChange();
    }, GATHER_MS).unref();
  }

  function watch(folder: string): void {
    try {
      const watcher = fs.watch(folder, { persistent: false }, changed);
      watcher.on("error", () => {
        watcher.close();
        watched.delete(folder);
        poll();
        changed();
      });
      watched.set(folder, watcher);
    } catch {
      poll();
    }
  }

  function poll(): void {
    if (polling) return;
    stamp = stampOf(folders);
    polling = setInterval(() => {
      const now = stampOf(folders);
      if (now !== stamp) changed();
      stamp = now;
    }, POLL_MS).unref();
  }

  return {
    set(next) {
      folders = next;
      const wanted = new Set(next.slice(0, MOST_WATCHED));
      for (const [folder, watcher] of watched) {
        if (wanted.has(folder)) continue;
        watcher.close();
        watched.delete(folder);
      }
      for (const folder of wanted) if (!watched.has(folder)) watch(folder);
      if (next.length > MOST_WATCHED) poll();
    },
    close() {
      clearTimeout(gathering);
      clearInterval(polling);
      for (const watcher of watched.values()) watcher.close();
      watched.clear();
    },
  };
}

/**
 * Calls `begin` once the first request is under way, which does not have to wait for hundreds of folders to be watched: whoever begins
 * looks at them once more then. Keeps no program alive; returns what calls it off.
 */
export function soon(begin: () => void): () => void {
  const timer = setTimeout(begin, SOON_MS).unref();
  return () => clearTimeout(timer);
}

function stampOf(folders: readonly string[]): string {
  return folders.map((folder) => fs.statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0).join(" ");
}
