/** The skills there are: read, kept up to date, and contributed as commands. */
import {
  type CommandInfo,
  type Contribution,
  messageOf,
  type RunCommand,
  type SessionView,
  type Settings,
  type SetupContext,
  type SkillInfo,
  type Skills,
} from "gantry/sdk";
import { describedBy, PROMPT_GROUPS, type PromptHead } from "gantry/sdk/kit/prompt-head";
import type { PromptPlace } from "gantry/sdk/kit/prompt-places";
import { type PromptShelf, readSkills } from "gantry/sdk/kit/prompt-shelf";
import { visibleLine } from "gantry/sdk/kit/visible";
import { soon, watchFolders } from "gantry/sdk/kit/watch-folders";
import type { skills } from "./index.ts";
import { aboutOf } from "./listing.ts";
import { overridesIn, type Visible, visibilityOf } from "./visibility.ts";

const PLUGIN = "skills";
/** Those of the two plugins that bring commands in files. */
const BUILT_IN = ["commands", "skills", "reload-skills"];
const MOST_DESCRIPTION = 1_536;

export type Watcher = Parameters<Skills["watch"]>[0];

/** A skill, and who may call it. */
export interface Stocked extends Visible {
  readonly file: PromptHead;
  /** The plugin that has a command of its name. */
  readonly rival?: string;
}

export interface Stock {
  readonly isLooked: boolean;
  /** Reads the folders anew and takes in what is there. */
  look(session: SessionView): Promise<void>;
  /** From here on changes are taken in by themselves. */
  watch(): void;
  all(): readonly Stocked[];
  find(name: string): Stocked | undefined;
  list(): readonly SkillInfo[];
}

interface StockParts {
  readonly context: SetupContext<typeof skills>;
  readonly places: () => readonly PromptPlace[];
  readonly watchers: ReadonlySet<Watcher>;
  readonly settings: Settings | undefined;
  /** What the command of a skill answers. */
  readonly answer: (name: string) => RunCommand;
}

export function createStock({ context, places, watchers, settings, answer }: StockParts): Stock {
  const { host, scope, log, contribute, use } = context;
  const told = new Set<string>();
  let shelf: PromptShelf | undefined;
  let rivals: ReadonlyMap<string, string> = new Map();
  let contributed = "";
  let looking: Promise<void> = Promise.resolve();
  let session: SessionView | undefined;
  let isWatching = false;

  const watcher = watchFolders(() => session && void look(session));
  scope.own(() => watcher.close());
  scope.own(settings?.watch(() => session && void look(session)) ?? (() => undefined));

  function stocked(files: Iterable<PromptHead>): readonly Stocked[] {
    const overrides = overridesIn(settings);
    return [...files].map((file) => {
      const rival = rivals.get(file.name);
      return { file, ...visibilityOf(file, overrides), ...(rival !== undefined && { rival }) };
    });
  }

  const all = () => stocked(shelf?.files.values() ?? []);

  function find(name: string): Stocked | undefined {
    const file = shelf?.files.get(name);
    return file && stocked([file])[0];
  }

  const list = (): readonly SkillInfo[] =>
    all().map(({ file, isCommand, isForModel, rival }) => ({
      name: file.name,
      description: aboutOf(file, MOST_DESCRIPTION),
      source: file.source,
      path: file.path,
      isCommand: isCommand && rival === undefined,
      isForModel,
    }));

  /** One after another. */
  function look(from: SessionView): Promise<void> {
    if (session !== from) {
      session = from;
      from.scope.own(() => {
        if (session === from) session = undefined;
      });
    }
    looking = looking
      .then(() => take(from))
      .catch((thrown) => log(`The skills cannot be taken in: ${messageOf(thrown)}`));
    return looking;
  }

  async function take(from: SessionView): Promise<void> {
    shelf = await readSkills(places(), host);
    if (isWatching) watcher.set(watched());
    for (const path of shelf.unnamed) {
      tell(from, `${path} is no skill: its folder's name may have letters, digits, ".", "_" and "-" alone.`);
    }
    rivals = rivalsIn(from);
    const now = all();
    for (const { file, isCommand, rival } of now) {
      if (rival !== undefined && isCommand) {
        tell(from, `The skill ${file.name} (${file.path}) is no command: there is a built-in one of this name.`);
      }
    }
    const commands = now.filter(({ isCommand, rival }) => isCommand && rival === undefined);
    const next = JSON.stringify(commands.map(({ file }) => [file.name, file.path, describedBy(file), file.hint]));
    // Commands of such a name make room before.
    for (const tellOf of watchers) {
      await Promise.resolve(tellOf(list(), from)).catch((thrown) =>
        log(`Not told of the skills: ${messageOf(thrown)}`),
      );
    }
    if (next === contributed) return;
    await contribute({ commands: Object.fromEntries(commands.map(({ file }) => [file.name, commandOf(file)])) });
    contributed = next;
  }

  /** Whoever has a command of that name, but for other commands in files, which make room. */
  function rivalsIn(from: SessionView): ReadonlyMap<string, string> {
    const isRival = ({ name, plugin }: CommandInfo) =>
      (plugin !== PLUGIN && plugin !== "command-files") || BUILT_IN.includes(name);
    const rivals = use.commands.list(from).filter(isRival);
    return new Map(
      rivals.flatMap(({ name, aliases = [], plugin }) => [name, ...aliases].map((one) => [one, plugin] as const)),
    );
  }

  function commandOf(file: PromptHead): NonNullable<Contribution["commands"]>[string] {
    return {
      description: describedBy(file),
      ...(file.hint && { argumentHint: file.hint }),
      group: PROMPT_GROUPS[file.source],
      isPrompt: true,
      run: answer(file.name),
    };
  }

  function tell(to: SessionView, said: string): void {
    if (told.has(said)) return;
    told.add(said);
    to.notify({ level: "warning", plugin: PLUGIN, text: visibleLine(said) });
  }

  function watched(): readonly string[] {
    return [...new Set([...places().map(({ path }) => path), ...(shelf?.folders ?? [])])];
  }

  return {
    get isLooked() {
      return shelf !== undefined;
    },
    look,
    watch() {
      if (isWatching) return;
      isWatching = true;
      scope.own(soon(() => session && void look(session)));
    },
    all,
    find,
    list,
  };
}
