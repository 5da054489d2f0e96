/** All prompts of one kind that lie in files, by name: what counts where several have one name, and live. */
import { join } from "node:path";
import type { HostInfo } from "gantry/sdk";
import { isWithin } from "./paths.ts";
import { type Folder, filesAndFoldersIn, folderAt, type Placed, placedAt } from "./prompt-disk.ts";
import type { PromptHead, PromptSaid } from "./prompt-head.ts";
import { openPromptIndex, type PromptIndex } from "./prompt-index.ts";
import type { PromptPlace } from "./prompt-places.ts";
import { readSaid } from "./prompt-said.ts";
import { severalAtOnce } from "./several.ts";

const MOST_FILES = 2_000;
const DEEPEST = 8;
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.:-]*$/u;
const LONGEST_NAME = 100;
const SKILL = "SKILL.md";

/** What was found. */
export interface PromptShelf {
  /** Those that count, by name. */
  readonly files: ReadonlyMap<string, PromptHead>;
  /** All folders that were gone through. */
  readonly folders: readonly string[];
  /** Files whose name cannot be a command's. */
  readonly unnamed: readonly string[];
}

/** A file that may be a prompt. */
interface Found {
  readonly name: string;
  readonly path: string;
  /** Its path without links, unless it is one itself; `undefined` where that is not known. */
  readonly realPath: string | undefined;
}

/** What was gone through. */
type Gone = Folder[];

/** Where the person's own state lies. */
type Home = Pick<HostInfo, "stateFolder" | "version">;

/** `sub/x.md` is `/sub:x`. */
export function readCommands(places: readonly PromptPlace[], home: Home): Promise<PromptShelf> {
  const index = openPromptIndex(home, "commands");
  return read("command", places, index, (folder, gone) => commandsIn(folder, [], gone));
}

/** `x/SKILL.md` is `/x`. */
export function readSkills(places: readonly PromptPlace[], home: Home): Promise<PromptShelf> {
  return read("skill", places, openPromptIndex(home, "skills"), skillsIn);
}

async function read(
  kind: PromptHead["kind"],
  places: readonly PromptPlace[],
  index: PromptIndex,
  list: (folder: Folder, gone: Gone) => readonly Found[],
): Promise<PromptShelf> {
  const gone: Gone = [];
  const unnamed: string[] = [];
  const files = new Map<string, PromptHead>();
  for (const place of places) {
    const found = list(folderAt(place.path), gone).slice(0, MOST_FILES);
    const said = await saidByAll(found, place, index);
    for (const [at, { name, path }] of found.entries()) {
      const says = said[at];
      if (!says || files.has(name)) continue;
      if (!NAME.test(name) || name.length > LONGEST_NAME) unnamed.push(path);
      else files.set(name, { kind, name, path, place, source: place.source, ...says });
    }
  }
  index.save(gone.flatMap(({ realPath }) => realPath ?? []));
  const sorted = new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { files: sorted, folders: gone.map(({ path }) => path), unnamed };
}

/** What each says; `undefined` for what is no prompt, cannot be read or leads out of the project it came with. */
async function saidByAll(
  found: readonly Found[],
  { within }: PromptPlace,
  index: PromptIndex,
): Promise<readonly (PromptSaid | undefined)[]> {
  const said: (PromptSaid | undefined)[] = [];
  const unread: { readonly at: number; readonly placed: Placed }[] = [];
  for (const [at, { path, realPath }] of found.entries()) {
    const placed = placedAt(path, realPath);
    if (!placed || (within !== undefined && !isWithin(placed.realPath, [within]))) continue;
    said[at] = index.said(placed);
    if (!said[at]) unread.push({ at, placed });
  }
  await severalAtOnce(unread, async ({ at, placed }) => {
    const read = await readSaid(placed);
    if (!read) return;
    said[at] = read.said;
    index.keep(read.file, read.said);
  });
  return said;
}

function skillsIn(folder: Folder, gone: Gone): readonly Found[] {
  gone.push(folder);
  return filesAndFoldersIn(folder).flatMap(({ name, path, realPath, isFolder }) => {
    if (!isFolder) return [];
    gone.push({ path, realPath });
    return [{ name, path: join(path, SKILL), realPath: realPath && join(realPath, SKILL) }];
  });
}

function commandsIn(folder: Folder, above: readonly string[], gone: Gone): readonly Found[] {
  if (above.length > DEEPEST || gone.length > MOST_FILES) return [];
  gone.push(folder);
  return filesAndFoldersIn(folder).flatMap(({ name, path, realPath, isFolder }) => {
    if (isFolder) return commandsIn({ path, realPath }, [...above, name], gone);
    return /\.md$/i.test(name) ? [{ path, name: [...above, name.slice(0, -3)].join(":"), realPath }] : [];
  });
}
