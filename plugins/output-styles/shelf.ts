import { join } from "node:path";
import type { Files, HostInfo, Trust } from "gantry/sdk";
import { resolvedPath } from "gantry/sdk/kit/paths";
import { BUILT_IN, DEFAULT } from "./built-in.ts";
import { isNamed, type Style } from "./style.ts";

/** A folder that may hold styles. */
export interface Place {
  readonly path: string;
  /** It came with this folder, so that its styles have to be approved and must lie in it. */
  readonly within?: string;
}

/** What a name stands for. */
export interface Found {
  readonly style: Style | undefined;
  /** Nearer ones of this name that are not approved. */
  readonly refused: readonly Style[];
}

/** All the styles there are. */
export interface Shelf {
  /** The nearest first, the built-in ones last. */
  all(): Promise<readonly Style[]>;
  find(name: string): Promise<Found>;
  counts(style: Style): boolean;
}

export function createShelf(host: HostInfo, files: Files, trust: Trust, managed: string): Shelf {
  const own = [host.claudeFolder, host.stateFolder].map((folder) => join(folder, "output-styles"));

  async function all(): Promise<readonly Style[]> {
    const found: Style[] = [];
    for (const place of await places()) {
      const stat = await files.stat(place.path).catch(() => undefined);
      if (stat?.kind !== "folder") continue;
      // Hardly anyone has such a folder, and whoever has none does not pay for the reader of frontmatter.
      const { readStyles } = await import("./read.ts");
      found.push(...(await readStyles(place, files)));
    }
    // Whoever asks for the default gets the one that is built in.
    return [...found.filter(({ name }) => !isNamed(DEFAULT, name)), ...BUILT_IN];
  }

  /** Someone who works in the home folder has not been sent these files by a repository. */
  async function places(): Promise<readonly Place[]> {
    const personal = new Set(await Promise.all(own.map((path) => resolvedPath(path, files))));
    const ofFolder = [".claude", ".gantry"].map((name) => join(host.cwd, name, "output-styles"));
    const brought: Place[] = [];
    for (const path of ofFolder) {
      if (!personal.has(await resolvedPath(path, files))) brought.push({ path, within: host.cwd });
    }
    return [{ path: join(managed, ".claude", "output-styles") }, ...brought, ...own.map((path) => ({ path }))];
  }

  const counts = ({ claim }: Style) => !claim || trust.approves(claim);

  return {
    all,
    counts,
    async find(name) {
      const named = (await all()).filter((style) => isNamed(style, name));
      const at = named.findIndex(counts);
      return { style: named[at], refused: at < 0 ? named : named.slice(0, at) };
    },
  };
}
