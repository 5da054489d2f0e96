/** The store: entries as files, in the project and of the person. */
import type { Files, MemoryDraft, MemoryEntry, MemoryFilter, MemoryScope, MemoryTextChange } from "gantry/sdk";
import {
  dayOf,
  INDEX_NAME,
  idsIn,
  indexWith,
  indexWithout,
  isEntryId,
  type ReadEntry,
  readEntry,
  slugOf,
  writeEntry,
} from "gantry/sdk/kit/memory-text";
import { findSecrets } from "gantry/sdk/kit/secrets";
import { byWeight, MemoryFolder } from "./folder.ts";
import type { Place } from "./places.ts";
import { absent, closed, invalid, secret } from "./problems.ts";
import { createRecall } from "./recall.ts";

const LONGEST_TITLE = 120;
const LONGEST_TEXT = 16_000;

export interface StoreOptions {
  readonly files: () => Promise<Files>;
  readonly places: () => Promise<readonly Place[]>;
  /** Told once of each file that is left out. */
  readonly onProblem: (problem: string) => void;
}

export type Store = ReturnType<typeof createStore>;

export function createStore({ files, places, onProblem }: StoreOptions) {
  const folders = new Map<string, MemoryFolder>();
  const told = new Set<string>();
  const rank = createRecall();

  async function folderOf(scope: MemoryScope): Promise<MemoryFolder> {
    const place = (await places()).find((one) => one.scope === scope);
    if (!place?.isOpen) throw closed(scope, place?.problem);
    const known = folders.get(place.folder) ?? new MemoryFolder(place, await files());
    folders.set(place.folder, known);
    return known;
  }

  async function openFolders(filter: MemoryFilter): Promise<readonly MemoryFolder[]> {
    const open = (await places()).filter(({ scope, isOpen }) => isOpen && (filter.scope ?? scope) === scope);
    return Promise.all(open.map(({ scope }) => folderOf(scope)));
  }

  async function list(filter: MemoryFilter = {}): Promise<readonly MemoryEntry[]> {
    const all = await Promise.all((await openFolders(filter)).map((folder) => folder.content()));
    for (const problem of all.flatMap(({ problems }) => problems)) {
      if (!told.has(problem)) onProblem(problem);
      told.add(problem);
    }
    const today = dayOf(Date.now());
    return all
      .flatMap(({ entries }) => [...entries.values()].map(({ entry }) => entry))
      .filter(({ type }) => (filter.type ?? type) === type)
      .filter(({ expires }) => filter.isExpiredToo || expires === undefined || expires >= today)
      .sort(byWeight);
  }

  async function get(id: string, scope?: MemoryScope): Promise<MemoryEntry | undefined> {
    const found = (await list({ isExpiredToo: true, ...(scope && { scope }) })).filter((entry) => entry.id === id);
    return found.find((entry) => entry.scope === "project") ?? found[0];
  }

  async function put(draft: MemoryDraft): Promise<MemoryEntry> {
    check(draft);
    const scope = draft.scope ?? "project";
    const folder = await folderOf(scope);
    const id = draft.id ?? (await freeId(folder, draft.title));
    return write(folder, id, (now) => merged(draft, id, scope, now));
  }

  /** Writes an entry, and its line in the index. */
  async function write(
    folder: MemoryFolder,
    id: string,
    next: (now: ReadEntry | undefined) => MemoryEntry,
  ): Promise<MemoryEntry> {
    let entry: MemoryEntry | undefined;
    await folder.change(`${id}.md`, (text) => {
      const now = text === undefined ? undefined : readEntry(`${id}.md`, text, placeOf(folder));
      if (typeof now === "string") throw invalid(`${id}.md is there, and ${now}`, "Repair the file, or remove it.");
      entry = next(now);
      return writeEntry(entry, now?.data);
    });
    await folder.change(INDEX_NAME, (index = "") => indexWith(index, entry as MemoryEntry));
    return { ...(entry as MemoryEntry), path: `${folder.place.folder}/${id}.md` };
  }

  return {
    list,
    get,
    put,

    async remove(id: string, scope: MemoryScope): Promise<boolean> {
      const folder = await folderOf(scope);
      if (!(await folder.names()).includes(`${id}.md`)) return false;
      await folder.change(`${id}.md`, () => undefined);
      await folder.change(INDEX_NAME, (index) => index && indexWithout(index, id));
      return true;
    },

    async pin(id: string, scope: MemoryScope, isPinned: boolean): Promise<MemoryEntry> {
      const folder = await folderOf(scope);
      return write(folder, id, (now) => {
        if (!now) throw absent(id, "");
        return { ...now.entry, isPinned };
      });
    },

    async texts(scope: MemoryScope): Promise<ReadonlyMap<string, string>> {
      const folder = await folderOf(scope);
      const names = await folder.names();
      const read = await Promise.all(
        names.map(async (name) => [name, await folder.read(name).catch(() => undefined)] as const),
      );
      return new Map(read.flatMap(([name, file]) => (file ? [[name, file.text] as const] : [])));
    },

    async change(scope: MemoryScope, changes: readonly MemoryTextChange[]): Promise<readonly string[]> {
      const folder = await folderOf(scope);
      const left: string[] = [];
      for (const { name, before, after } of changes) {
        checkName(name);
        await folder.change(name, (now) => {
          if (now === before) return after;
          if (now !== after) left.push(name);
          return now;
        });
      }
      return left;
    },

    async recall(query: string, { limit = 5, ...filter }: MemoryFilter & { readonly limit?: number } = {}) {
      return rank(query, await list(filter)).slice(0, limit);
    },

    /** A file has been written by other means: what of it must not stay is told, its line in the index is made. */
    async written(place: Place, name: string): Promise<string | undefined> {
      const folder = await folderOf(place.scope);
      await folder.keepPrivate();
      const text = (await folder.read(name))?.text ?? "";
      const [found] = findSecrets(text);
      if (found) return `${name} holds what looks like a secret (${found.kind}). Memory keeps none: take it out now.`;
      if (name === INDEX_NAME) return undefined;
      const read = readEntry(name, text, placeOf(folder));
      if (typeof read === "string") return `${name} cannot be read as an entry: ${read}.`;
      await folder.change(INDEX_NAME, (index = "") =>
        idsIn(index).includes(read.entry.id) ? index : indexWith(index, read.entry),
      );
      return undefined;
    },

    /** The text of the index; `undefined` when there is none, or none that can be read. */
    async index(scope: MemoryScope): Promise<string | undefined> {
      try {
        return (await (await folderOf(scope)).read(INDEX_NAME))?.text;
      } catch {
        return undefined;
      }
    },
  };

  async function freeId(folder: MemoryFolder, title: string): Promise<string> {
    const { entries } = await folder.content();
    const taken = new Set(await folder.names());
    const slug = slugOf(title);
    const start = isEntryId(slug) ? slug : `${slug}-note`;
    for (let number = 1; ; number++) {
      const id = number === 1 ? start : `${start}-${number}`;
      const there = entries.get(`${id}.md`)?.entry;
      if (!taken.has(`${id}.md`) || there?.title === title) return id;
    }
  }
}

function placeOf(folder: MemoryFolder) {
  return { scope: folder.place.scope, day: dayOf(Date.now()) };
}

function merged(draft: MemoryDraft, id: string, scope: MemoryScope, now: ReadEntry | undefined): MemoryEntry {
  const today = dayOf(Date.now());
  const { entry } = now ?? {};
  const { session = entry?.session, expires = entry?.expires } = draft;
  return {
    id,
    scope,
    title: draft.title.trim(),
    type: draft.type ?? entry?.type ?? "project",
    text: draft.text.trim(),
    tags: draft.tags ?? entry?.tags ?? [],
    ...(session !== undefined && { session }),
    date: entry?.date ?? today,
    updated: today,
    ...(expires !== undefined && { expires }),
    isPinned: draft.isPinned ?? entry?.isPinned ?? false,
  };
}

function check({ id, title, text, tags = [], expires }: MemoryDraft): void {
  if (id !== undefined && !isEntryId(id)) throw invalid(`its id is "${id}"`, "Use lower case letters, digits and -.");
  if (!title.trim() || /[\n\r]/.test(title) || title.length > LONGEST_TITLE)
    throw invalid(`its title is no line of at most ${LONGEST_TITLE} letters`, "Give it a short title.");
  if (!text.trim() || text.length > LONGEST_TEXT)
    throw invalid(`its text has ${text.length} letters`, `Give it a text of at most ${LONGEST_TEXT} letters.`);
  if (expires !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(expires))
    throw invalid(`it expires on "${expires}"`, "Write the day as YYYY-MM-DD.");
  const [found] = findSecrets([title, text, ...tags].join("\n"));
  if (found) throw secret(redactedTitle(title), found.kind);
}

/** What a title shows must not be the secret. */
function redactedTitle(title: string): string {
  return findSecrets(title).length ? "The entry" : title;
}

function checkName(name: string): void {
  if (!/^[^./\\][^/\\\0]*\.md$/.test(name)) throw invalid(`its name is "${name}"`, "Names are ID.md, without folders.");
}
