/** All prompts of one kind that lie in files, by name: what counts where several have one name, and live. */
import { join } from "node:path";
import type { Files } from "gantry/sdk";
import { type PromptFile, readPromptFile } from "./prompt-files.ts";
import type { PromptPlace } from "./prompt-places.ts";

const MOST_FILES = 2_000;
const DEEPEST = 8;
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.:-]*$/u;
const LONGEST_NAME = 100;

/** What was found. */
export interface PromptShelf {
  /** Those that count, by name. */
  readonly files: ReadonlyMap<string, PromptFile>;
  /** All folders that were gone through. */
  readonly folders: readonly string[];
  /** Files whose name cannot be a command's. */
  readonly unnamed: readonly string[];
}

interface Found {
  readonly path: string;
  readonly name: string;
  readonly place: PromptPlace;
}

/** `sub/x.md` is `/sub:x`. */
export function readCommands(places: readonly PromptPlace[], files: Files): Promise<PromptShelf> {
  return read("command", places, files, (place, folders) => commandsIn(place.path, place, [], files, folders));
}

/** `x/SKILL.md` is `/x`. */
export function readSkills(places: readonly PromptPlace[], files: Files): Promise<PromptShelf> {
  return read("skill", places, files, async (place, folders) => {
    const inside = await files.list(place.path).catch(() => []);
    // A link to a folder is listed as what it leads to, or as something else; what has no SKILL.md is none.
    const found = inside.map(({ name }) => ({ name, path: join(place.path, name, "SKILL.md"), place }));
    folders.push(
      place.path,
      ...inside.flatMap(({ name, kind }) => (kind === "folder" ? [join(place.path, name)] : [])),
    );
    return found;
  });
}

async function read(
  kind: PromptFile["kind"],
  places: readonly PromptPlace[],
  files: Files,
  list: (place: PromptPlace, folders: string[]) => Promise<readonly Found[]>,
): Promise<PromptShelf> {
  const folders: string[] = [];
  const unnamed: string[] = [];
  const found = new Map<string, PromptFile>();
  for (const place of places) {
    const all = (await list(place, folders)).slice(0, MOST_FILES);
    const read = await Promise.all(
      all.map(async ({ name, path }) => [path, await readPromptFile({ name, path, kind, place }, files)] as const),
    );
    for (const [path, file] of read) {
      if (!file || found.has(file.name)) continue;
      if (NAME.test(file.name) && file.name.length <= LONGEST_NAME) found.set(file.name, file);
      else unnamed.push(path);
    }
  }
  return { files: new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1))), folders, unnamed };
}

async function commandsIn(
  folder: string,
  place: PromptPlace,
  above: readonly string[],
  files: Files,
  folders: string[],
): Promise<readonly Found[]> {
  if (above.length > DEEPEST || folders.length > MOST_FILES) return [];
  folders.push(folder);
  const found: Found[] = [];
  for (const { name, kind } of await files.list(folder).catch(() => [])) {
    const path = join(folder, name);
    if (kind === "folder") found.push(...(await commandsIn(path, place, [...above, name], files, folders)));
    else if (/\.md$/i.test(name)) found.push({ path, name: [...above, name.slice(0, -3)].join(":"), place });
  }
  return found;
}
