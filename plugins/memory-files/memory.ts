import type { HostInfo, SessionView } from "gantry/sdk";
import { globMatcher } from "gantry/sdk/kit/path-globs";
import type { Instruction, WaitingRule } from "./instruction.ts";
import { type Loaded, load } from "./load.ts";
import { foldersBetween, foldersDownTo, generalPlaces, placesIn } from "./places.ts";
import { instructionsOf, noneKnown, type Reading } from "./read.ts";

/** The instructions of a session, from its start or its last compaction on. */
export interface Memory {
  /** The compaction. */
  readonly since: string | undefined;
  /** What counts from the start. */
  readonly start: Promise<Loaded>;
  /** What counts for a file, beyond what counts from the start; the general first. */
  about(file: string): Promise<readonly Instruction[]>;
}

interface MemoryOptions {
  readonly session: SessionView;
  readonly host: HostInfo;
  readonly managed: string;
  readonly since: string | undefined;
  readonly reading: Reading & { readonly fixed: readonly Instruction[] };
}

const WARN_CHARACTERS = 40_000;

export function createMemory({ session, host, managed, since, reading }: MemoryOptions): Memory {
  const { cwd } = session;
  const known = noneKnown();
  const folders = new Map<string, Promise<Loaded>>();
  const rules = new Map<string, Promise<readonly Instruction[]>>();
  const start = loadStart();

  async function loadStart(): Promise<Loaded> {
    const places = [
      ...generalPlaces(host, managed, cwd),
      ...foldersDownTo(cwd).flatMap((folder) => placesIn(folder, cwd)),
      ...furtherFolders(host, session).flatMap((folder) => placesIn(folder, cwd)),
    ];
    const reason = since === undefined ? "session_start" : "compact";
    const { instructions, waiting } = await load(places, reason, known, reading);
    for (const { path, text } of instructions) {
      if (text.length > WARN_CHARACTERS && since === undefined) reading.tell(largeNotice(path, text));
    }
    return { instructions: [...reading.fixed, ...instructions], waiting };
  }

  /** A folder is looked at once, when the first file in it is touched. */
  async function inFolder(folder: string, trigger: string): Promise<Loaded> {
    await start;
    return load(placesIn(folder, cwd), "nested_traversal", known, reading, trigger);
  }

  async function applied({ place, realPath, body, globs }: WaitingRule, trigger: string) {
    const rule: Instruction = { ...place, realPath, text: body, globs, trigger, reason: "path_glob_match" };
    return instructionsOf(rule, known, reading, 0);
  }

  return {
    since,
    start,
    async about(file) {
      const stat = await reading.files.stat(file).catch(() => undefined);
      if (stat?.kind !== "file") return [];
      const nested: Loaded[] = [];
      for (const folder of foldersBetween(cwd, file)) {
        nested.push(await remembered(folders, folder, () => inFolder(folder, file)));
      }
      const waiting = [...(await start).waiting, ...nested.flatMap((loaded) => loaded.waiting)];
      const fitting = waiting.filter(({ globs, root }) => globMatcher(globs, root)(file));
      const about = nested.flatMap((loaded) => loaded.instructions);
      for (const rule of fitting) about.push(...(await remembered(rules, rule.realPath, () => applied(rule, file))));
      return about;
    },
  };
}

/** Folders that a person has added say something only when asked for it. */
function furtherFolders(host: HostInfo, { cwd, folders }: SessionView): readonly string[] {
  const isWanted = /^(1|true)$/i.test(host.env.CLAUDE_CODE_ADDITIONAL_DIRECTORIES_CLAUDE_MD ?? "");
  return isWanted ? folders.filter((folder) => folder !== cwd) : [];
}

function remembered<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

function largeNotice(path: string, text: string): string {
  const tokens = Math.round(text.length / 4_000);
  return `${path} is sent with every request and has about ${tokens},000 tokens. Keep it under 200 lines, and move what counts for some files only to .claude/rules.`;
}
