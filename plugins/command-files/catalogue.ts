/** The commands in files: read, kept up to date, and contributed. */
import {
  type Claim,
  type CommandAnswer,
  type Contribution,
  type Input,
  messageOf,
  type SessionView,
  type SetupContext,
  type TurnView,
} from "gantry/sdk";
import { gone, type PromptFile, readPromptFile, readPromptFiles } from "gantry/sdk/kit/prompt-files";
import { describedBy, PROMPT_GROUPS, type PromptHead } from "gantry/sdk/kit/prompt-head";
import { createInvocations } from "gantry/sdk/kit/prompt-invocation";
import type { PromptPlace } from "gantry/sdk/kit/prompt-places";
import { type PromptShelf, readCommands } from "gantry/sdk/kit/prompt-shelf";
import { visibleLine } from "gantry/sdk/kit/visible";
import { soon, watchFolders } from "gantry/sdk/kit/watch-folders";
import type { commandFiles } from "./index.ts";
import { panelOf } from "./panel.ts";

const PLUGIN = "command-files";
/** Those of the two plugins that bring commands in files. */
const BUILT_IN = ["commands", "skills", "reload-skills"];

export interface Catalogue {
  /** Reads the folders anew and takes in what is there. */
  look(session: SessionView): Promise<void>;
  onInput(input: Input, turn: TurnView): Promise<void>;
  claims(): Promise<readonly Claim[]>;
  panel(session: SessionView): Promise<CommandAnswer>;
}

export async function createCatalogue(
  { host, use, scope, log, contribute }: SetupContext<typeof commandFiles>,
  places: () => readonly PromptPlace[],
): Promise<Catalogue> {
  const [files, rules, settings, skills] = await Promise.all([
    use.files(),
    use.rules?.(),
    use.settings?.(),
    use.skills?.(),
  ]);
  const { trust, tools, models } = use;
  const invocations = createInvocations({ plugin: PLUGIN, host, trust, tools, models, rules, settings });
  const told = new Set<string>();
  let shelf: PromptShelf | undefined;
  let hidden: ReadonlyMap<string, string> = new Map();
  let contributed = "";
  let looking: Promise<void> = Promise.resolve();
  let session: SessionView | undefined;
  let isWatching = false;

  const watch = watchFolders(() => session && void look(session));
  scope.own(() => watch.close());
  scope.own(skills?.watch((_, session) => (shelf ? take(session) : undefined)) ?? (() => undefined));

  /** One after another. */
  function look(from: SessionView): Promise<void> {
    if (session !== from) {
      session = from;
      from.scope.own(() => {
        if (session === from) session = undefined;
      });
    }
    looking = looking
      .then(async () => {
        shelf = await readCommands(places(), host);
        if (isWatching) watch.set(watched());
        for (const path of shelf.unnamed)
          tell(from, `${path} is no command: a command's name has letters, digits, ".", "_" and "-".`);
        await take(from);
      })
      .catch((thrown) => log(`The commands cannot be taken in: ${messageOf(thrown)}`));
    return looking;
  }

  /** What the plugins bring, and skills, go before; what has not changed is not contributed again. */
  async function take(from: SessionView): Promise<void> {
    const all = shelf?.files ?? new Map<string, PromptHead>();
    const taken = await takenNames(from);
    hidden = new Map([...all.keys()].flatMap((name) => (taken.has(name) ? [[name, taken.get(name) as string]] : [])));
    for (const [name, owner] of hidden) {
      if (owner !== "skills" || BUILT_IN.includes(name))
        tell(from, `/${name} of ${all.get(name)?.path} does not count: there is a built-in command of this name.`);
    }
    const counting = [...all.values()].filter(({ name }) => !hidden.has(name));
    const next = JSON.stringify(counting.map((file) => [file.name, file.path, describedBy(file), file.hint]));
    if (next === contributed) return;
    await contribute({ commands: Object.fromEntries(counting.map((file) => [file.name, commandOf(file)])) });
    contributed = next;
  }

  async function takenNames(from: SessionView): Promise<ReadonlyMap<string, string>> {
    const taken = new Map<string, string>();
    for (const { name, isCommand } of (await skills?.list(from)) ?? []) if (isCommand) taken.set(name, "skills");
    for (const { name, aliases = [], plugin } of use.commands.list(from)) {
      const isInFile = (plugin === PLUGIN || plugin === "skills") && !BUILT_IN.includes(name);
      if (!isInFile) for (const one of [name, ...aliases]) taken.set(one, plugin);
    }
    return taken;
  }

  type Contributed = NonNullable<Contribution["commands"]>[string];

  function commandOf(file: PromptHead): Contributed {
    return {
      description: describedBy(file),
      ...(file.hint && { argumentHint: file.hint }),
      group: PROMPT_GROUPS[file.source],
      isPrompt: true,
      run: async (args, session) => {
        const now = await current(file);
        return { prompt: await invocations.prompt({ file: now, args, session }) };
      },
    };
  }

  /** As it is now: what was changed a moment ago counts. */
  async function current(file: PromptHead): Promise<PromptFile> {
    const now = await readPromptFile(file, files);
    if (now) return now;
    throw gone(file);
  }

  function tell(to: SessionView, text: string): void {
    if (told.has(text)) return;
    told.add(text);
    to.notify({ level: "warning", plugin: PLUGIN, text: visibleLine(text) });
  }

  function watched(): readonly string[] {
    return [...new Set([...places().map(({ path }) => path), ...(shelf?.folders ?? [])])];
  }

  return {
    look,
    async onInput(input, turn) {
      // From the first prompt on, so that no start waits for it.
      if (!isWatching) {
        isWatching = true;
        if (!shelf) await look(turn.session);
        else scope.own(soon(() => session && void look(session)));
      }
      await invocations.onInput(input, turn);
    },
    async claims() {
      if (places().every(({ within }) => within === undefined)) return [];
      const { files: all } = await readCommands(places(), host);
      const brought = [...all.values()].filter(({ place, mayAsk }) => place.within !== undefined && mayAsk);
      return (await readPromptFiles(brought, files)).flatMap(({ claim }) => claim ?? []);
    },
    async panel(session) {
      await look(session);
      return panelOf({
        files: await readPromptFiles(shelf?.files.values() ?? [], files),
        hidden,
        counts: invocations.counts,
        host,
      });
    },
  };
}
