/** The skills there are, and who may call each. */
import { messageOf, type RunCommand, type Settings, type SetupContext, type SkillInfo, type Skills } from "gantry/sdk";
import type { PromptHead } from "gantry/sdk/kit/prompt-head";
import type { PromptPlace } from "gantry/sdk/kit/prompt-places";
import { createPromptStock, type PromptStock } from "gantry/sdk/kit/prompt-stock";
import type { skills } from "./index.ts";
import { aboutOf } from "./listing.ts";
import { overridesIn, type Visible, visibilityOf } from "./visibility.ts";

const MOST_DESCRIPTION = 1_536;

export type Watcher = Parameters<Skills["watch"]>[0];

/** A skill, and who may call it. */
export interface Stocked extends Visible {
  readonly file: PromptHead;
  /** The plugin that has a command of its name. */
  readonly rival?: string;
}

export interface Stock extends Pick<PromptStock, "isLooked" | "look" | "watch"> {
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
  const { scope, log, use } = context;
  const stock: PromptStock = createPromptStock({
    kind: "skill",
    plugin: "skills",
    context,
    commands: use.commands,
    places,
    choose: async (_, session) => {
      const now = all();
      for (const { file, isCommand, rival } of now) {
        if (rival !== undefined && isCommand)
          stock.tell(
            session,
            `The skill ${file.name} (${file.path}) is no command: there is a built-in one of this name.`,
          );
      }
      // Commands of such a name make room before.
      for (const tellOf of watchers) {
        await Promise.resolve(tellOf(list(), session)).catch((thrown) =>
          log(`Not told of the skills: ${messageOf(thrown)}`),
        );
      }
      return now.flatMap(({ file, isCommand }) => (isCommand ? [file] : []));
    },
    answer: ({ name }) => answer(name),
  });
  scope.own(settings?.watch(stock.lookAnew) ?? (() => undefined));

  function stocked(files: Iterable<PromptHead>): readonly Stocked[] {
    const overrides = overridesIn(settings);
    return [...files].map((file) => {
      const rival = stock.rivalOf(file.name);
      return { file, ...visibilityOf(file, overrides), ...(rival !== undefined && { rival }) };
    });
  }

  const all = () => stocked(stock.files.values());

  function find(name: string): Stocked | undefined {
    const file = stock.files.get(name);
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

  return {
    get isLooked() {
      return stock.isLooked;
    },
    look: stock.look,
    watch: stock.watch,
    all,
    find,
    list,
  };
}
