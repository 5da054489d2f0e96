/** All there is to skills, once there are some. */
import type { Claim, CommandAnswer, Completion, Input, SessionView, SetupContext, TurnView } from "gantry/sdk";
import { createInvocations } from "gantry/sdk/kit/prompt-invocation";
import type { PromptPlace } from "gantry/sdk/kit/prompt-places";
import { promptClaims } from "gantry/sdk/kit/prompt-stock";
import { type Calling, createCalling } from "./calling.ts";
import type { skills } from "./index.ts";
import { restore } from "./loaded.ts";
import { createPanel } from "./panel.ts";
import { createStock, type Stock, type Watcher } from "./stock.ts";
import { createTelling, type Telling } from "./telling.ts";
import { createUses } from "./uses.ts";

export interface Catalogue
  extends Pick<Stock, "isLooked" | "look" | "list">,
    Pick<Calling, "vote" | "call">,
    Pick<Telling, "onPrompt" | "onTouched"> {
  claims(): Promise<readonly Claim[]>;
  onInput(input: Input, turn: TurnView): Promise<void>;
  onCompacted(session: SessionView): void;
  command(args: string, session: SessionView): Promise<CommandAnswer>;
  complete(args: string): readonly Completion[];
}

export async function createCatalogue(
  context: SetupContext<typeof skills>,
  places: () => readonly PromptPlace[],
  watchers: ReadonlySet<Watcher>,
): Promise<Catalogue> {
  const { host, use } = context;
  const [files, rules, efforts, settings] = await Promise.all([
    use.files(),
    use.rules?.(),
    use.efforts?.(),
    use.settings?.(),
  ]);
  const { models } = use;
  const invocations = createInvocations({ plugin: "skills", host, use, rules, efforts, settings });
  const uses = createUses(host);
  const calling = createCalling({
    context,
    invocations,
    files,
    uses,
    find: (name) => stock.find(name),
    all: () => stock.all(),
  });
  const stock: Stock = createStock({ context, places, watchers, settings, answer: calling.answer });
  const telling = createTelling({ stock, models, settings, uses });
  const panel = createPanel({ stock, host, files, settings, counts: invocations.counts });

  return {
    get isLooked() {
      return stock.isLooked;
    },
    look: stock.look,
    list: stock.list,
    vote: calling.vote,
    call: calling.call,
    onTouched: telling.onTouched,
    onPrompt: async (draft, turn) => invocations.onPrompt(await telling.onPrompt(draft, turn), turn),
    ...panel,
    onCompacted: restore,
    claims: () => promptClaims("skill", places(), { host, files }),
    async onInput(input, turn) {
      // From the first prompt on, so that no start waits for it.
      stock.watch();
      await invocations.onInput(input, turn);
    },
  };
}
