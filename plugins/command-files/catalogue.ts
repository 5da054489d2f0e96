/** The commands in files: found, called and listed. */
import type { Claim, CommandAnswer, Input, PromptDraft, SessionView, SetupContext, TurnView } from "gantry/sdk";
import { readPromptFiles, readPromptNow } from "gantry/sdk/kit/prompt-files";
import type { PromptHead } from "gantry/sdk/kit/prompt-head";
import { createInvocations } from "gantry/sdk/kit/prompt-invocation";
import type { PromptPlace } from "gantry/sdk/kit/prompt-places";
import { createPromptStock, type PromptStock, promptClaims } from "gantry/sdk/kit/prompt-stock";
import type { commandFiles } from "./index.ts";
import { A_SKILL, panelOf } from "./panel.ts";

const PLUGIN = "command-files";

export interface Catalogue extends Pick<PromptStock, "look"> {
  onInput(input: Input, turn: TurnView): Promise<void>;
  onPrompt(draft: PromptDraft, turn: TurnView): PromptDraft;
  claims(): Promise<readonly Claim[]>;
  panel(session: SessionView): Promise<CommandAnswer>;
}

export async function createCatalogue(
  context: SetupContext<typeof commandFiles>,
  places: () => readonly PromptPlace[],
): Promise<Catalogue> {
  const { host, use, scope } = context;
  const [files, rules, efforts, settings, skills] = await Promise.all([
    use.files(),
    use.rules?.(),
    use.efforts?.(),
    use.settings?.(),
    use.skills?.(),
  ]);
  const invocations = createInvocations({ plugin: PLUGIN, host, use, rules, efforts, settings });
  const stock: PromptStock = createPromptStock({
    kind: "command",
    plugin: PLUGIN,
    context,
    commands: use.commands,
    places,
    taken: async (session) => {
      const all = (await skills?.list(session)) ?? [];
      return new Map(all.flatMap(({ name, isCommand }) => (isCommand ? [[name, A_SKILL] as const] : [])));
    },
    choose: async (all, session) => {
      for (const file of all) warnOfRival(file, session);
      return all;
    },
    answer: (head) => async (args, session, signal) => {
      const invocation = { file: await readPromptNow(head, files), args, session };
      const forked = await invocations.fork(invocation, { signal });
      return forked?.text ?? { prompt: await invocations.prompt(invocation) };
    },
  });
  scope.own(skills?.watch((_, session) => stock.take(session)) ?? (() => undefined));

  /** That a skill goes before is how it is meant. */
  function warnOfRival({ name, path }: PromptHead, session: SessionView): void {
    const rival = stock.rivalOf(name);
    if (rival !== undefined && rival !== A_SKILL)
      stock.tell(session, `/${name} of ${path} does not count: there is a built-in command of this name.`);
  }

  return {
    look: stock.look,
    async onInput(input, turn) {
      // From the first prompt on, so that no start waits for it.
      if (!stock.isLooked) await stock.look(turn.session);
      stock.watch();
      await invocations.onInput(input, turn);
    },
    onPrompt: invocations.onPrompt,
    claims: () => promptClaims("command", places(), { host, files }),
    async panel(session) {
      await stock.look(session);
      return panelOf({
        files: await readPromptFiles(stock.files.values(), files),
        rivalOf: stock.rivalOf,
        counts: invocations.counts,
        host,
      });
    },
  };
}
