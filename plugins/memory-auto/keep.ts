/** What happens when the model, or a plugin, has written a file of memory with an ordinary tool. */
import { basename, dirname } from "node:path";
import type { Files } from "gantry/sdk";
import type { Place } from "./places.ts";
import type { Store } from "./store.ts";

export interface KeeperOptions {
  readonly places: () => Promise<readonly Place[]>;
  readonly files: () => Promise<Files>;
  readonly store: Store;
}

/** Looks after a file that was written; says what the model has to know of it. */
export function createKeeper({ places, files, store }: KeeperOptions) {
  return async (path: string | undefined): Promise<string | undefined> => {
    if (path === undefined || !/^[^.].*\.md$/.test(basename(path))) return undefined;
    for (const place of await places()) {
      if (!place.isOpen || (await (await files()).resolve(place.folder)) !== dirname(path)) continue;
      return store.written(place, basename(path));
    }
    return undefined;
  };
}
