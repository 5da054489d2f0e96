/** The prompts of one kind that lie in files: read, kept up to date, and contributed as commands. */
import {
  type Claim,
  type CommandInfo,
  type Commands,
  type Contribution,
  type Files,
  type HostInfo,
  messageOf,
  type RunCommand,
  type SessionView,
  type SetupContext,
} from "gantry/sdk";
import { readPromptFiles } from "./prompt-files.ts";
import { describedBy, PROMPT_GROUPS, type PromptHead } from "./prompt-head.ts";
import type { PromptPlace } from "./prompt-places.ts";
import { type PromptShelf, readCommands, readSkills } from "./prompt-shelf.ts";
import { visibleLine } from "./visible.ts";
import { soon, watchFolders } from "./watch-folders.ts";

/** The plugins that bring commands in files, which make room for all others. */
const IN_FILES = ["command-files", "skills"];
/** Their own commands, which lie in none. */
const BUILT_IN = ["commands", "skills", "reload-skills"];

const KINDS = {
  command: {
    plural: "commands",
    read: readCommands,
    unnamed: `is no command: a command's name has letters, digits, ".", "_" and "-".`,
  },
  skill: {
    plural: "skills",
    read: readSkills,
    unnamed: `is no skill: its folder's name may have letters, digits, ".", "_" and "-" alone.`,
  },
} as const;

/** What there is. */
export interface PromptStock {
  readonly isLooked: boolean;
  /** All that were found, by name. */
  readonly files: ReadonlyMap<string, PromptHead>;
  /** Reads the folders anew and takes in what is there; one after another. */
  look(session: SessionView): Promise<void>;
  /** For whoever looked last, unless that session has ended. */
  lookAnew(): void;
  /** Takes in anew what was found, after something else has changed. */
  take(session: SessionView): Promise<void>;
  /** From here on changes are taken in by themselves. */
  watch(): void;
  /** Who has a command of this name and goes before: a plugin, or what {@link PromptStockParts.taken} says. */
  rivalOf(name: string): string | undefined;
  /** Warns the person, once. */
  tell(session: SessionView, text: string): void;
}

/** What a stock needs of its plugin. */
export interface PromptStockParts {
  readonly kind: PromptHead["kind"];
  readonly plugin: string;
  readonly context: Pick<SetupContext, "host" | "scope" | "log" | "contribute">;
  readonly commands: Commands;
  readonly places: () => readonly PromptPlace[];
  /** Further names that are taken, and by whom. */
  readonly taken?: (session: SessionView) => Promise<ReadonlyMap<string, string>>;
  /** Those that are commands, of all that were found. Called when it is known who goes before. */
  readonly choose: (files: readonly PromptHead[], session: SessionView) => Promise<readonly PromptHead[]>;
  /** What the command of a file answers. */
  readonly answer: (file: PromptHead) => RunCommand;
}

/**
 * Keeps the prompts of one kind for a plugin, and its commands with them.
 *
 * **Contract**: nothing of it rejects: what cannot be taken in is logged, and what was there before stays.
 */
export function createPromptStock(parts: PromptStockParts): PromptStock {
  const { kind, plugin, commands, places, taken, choose, answer } = parts;
  const { host, scope, log, contribute } = parts.context;
  const { plural, read, unnamed } = KINDS[kind];
  const told = new Set<string>();
  let shelf: PromptShelf | undefined;
  let rivals: ReadonlyMap<string, string> = new Map();
  let contributed = "";
  let looking: Promise<void> = Promise.resolve();
  let session: SessionView | undefined;
  let isWatching = false;

  const lookAnew = () => void (session && look(session));
  const watcher = watchFolders(lookAnew);
  scope.own(() => watcher.close());

  function look(from: SessionView): Promise<void> {
    adopt(from);
    looking = looking
      .then(async () => {
        shelf = await read(places(), host);
        if (isWatching) watcher.set(watched());
        for (const path of shelf.unnamed) tell(from, `${path} ${unnamed}`);
        await take(from);
      })
      .catch((thrown) => log(`The ${plural} cannot be taken in: ${messageOf(thrown)}`));
    return looking;
  }

  function adopt(from: SessionView): void {
    if (session === from) return;
    session = from;
    from.scope.own(() => {
      if (session === from) session = undefined;
    });
  }

  /** What has not changed is not contributed again. */
  async function take(from: SessionView): Promise<void> {
    if (!shelf) return;
    rivals = new Map([...((await taken?.(from)) ?? []), ...takenIn(commands.list(from))]);
    const chosen = await choose([...shelf.files.values()], from);
    const counting = chosen.filter(({ name }) => !rivals.has(name));
    const next = JSON.stringify(counting.map((file) => [file.name, file.path, describedBy(file), file.hint]));
    if (next === contributed) return;
    await contribute({ commands: Object.fromEntries(counting.map((file) => [file.name, commandOf(file)])) });
    contributed = next;
  }

  function commandOf(file: PromptHead): NonNullable<Contribution["commands"]>[string] {
    return {
      description: describedBy(file),
      ...(file.hint && { argumentHint: file.hint }),
      group: PROMPT_GROUPS[file.source],
      isPrompt: true,
      run: answer(file),
    };
  }

  function tell(to: SessionView, text: string): void {
    if (told.has(text)) return;
    told.add(text);
    to.notify({ level: "warning", plugin, text: visibleLine(text) });
  }

  function watched(): readonly string[] {
    return [...new Set([...places().map(({ path }) => path), ...(shelf?.folders ?? [])])];
  }

  return {
    get isLooked() {
      return shelf !== undefined;
    },
    get files() {
      return shelf?.files ?? new Map();
    },
    look,
    lookAnew,
    take,
    watch() {
      if (isWatching) return;
      isWatching = true;
      scope.own(soon(lookAnew));
    },
    rivalOf: (name) => rivals.get(name),
    tell,
  };
}

/** What this folder's prompts of one kind would run and allow. */
export async function promptClaims(
  kind: PromptHead["kind"],
  places: readonly PromptPlace[],
  { host, files }: { readonly host: HostInfo; readonly files: Pick<Files, "read"> },
): Promise<readonly Claim[]> {
  if (places.every(({ within }) => within === undefined)) return [];
  const { files: found } = await KINDS[kind].read(places, host);
  const brought = [...found.values()].filter(({ place, mayAsk }) => place.within !== undefined && mayAsk);
  return (await readPromptFiles(brought, files)).flatMap(({ claim }) => claim ?? []);
}

/** All names of commands that lie in no files, and whose they are. */
function takenIn(all: readonly CommandInfo[]): ReadonlyMap<string, string> {
  const others = all.filter(({ name, plugin }) => !IN_FILES.includes(plugin) || BUILT_IN.includes(name));
  return new Map(
    others.flatMap(({ name, aliases = [], plugin }) => [name, ...aliases].map((one) => [one, plugin] as const)),
  );
}
