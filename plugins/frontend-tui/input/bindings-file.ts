/** The person's file of bindings, read again when it has changed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultBindings, type Flavor, type ReadBindings, readBindings } from "./bindings.ts";

export interface BindingsFile {
  readonly path: string;
  read(): ReadBindings;
  /** Calls the listener with what the file says now, whenever that is something else. Returns what ends it. */
  watch(listener: (read: ReadBindings) => void): () => void;
}

const LOOK_MS = 1000;
const MOST_CHARACTERS = 1_000_000;

/** `folder` is where `~/.claude` is read from. */
export function createBindingsFile(
  folder: string,
  { lookMs = LOOK_MS, flavor = () => "classic" }: { readonly lookMs?: number; readonly flavor?: () => Flavor } = {},
): BindingsFile {
  const path = join(folder, "keybindings.json");
  let known: string | undefined;

  function read(): ReadBindings {
    known = contentOf(path);
    const plain = { bindings: defaultBindings(flavor()), own: new Set<string>() };
    if (known === undefined) return { ...plain, problems: [] };
    if (known.length <= MOST_CHARACTERS) return readBindings(known, path, flavor());
    return { ...plain, problems: [`${path}: it is too large to be a file of bindings.`] };
  }

  return {
    path,
    read,
    watch(listener) {
      const look = () => {
        if (contentOf(path) !== known) listener(read());
      };
      // Not `watchFile`: what is written before its own first look is never told.
      const timer = setInterval(look, lookMs).unref();
      return () => clearInterval(timer);
    },
  };
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
