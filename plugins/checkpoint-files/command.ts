import {
  type Checkpoint,
  type Checkpoints,
  type Command,
  type CommandAnswer,
  type CommandSession,
  PluginError,
} from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { completions } from "gantry/sdk/kit/completions";
import { visibleLine } from "gantry/sdk/kit/visible";
import { rewindPanel } from "./panel.ts";
import { rewoundText } from "./say.ts";
import { promptsOf } from "./timeline.ts";

const WHATS = ["conversation", "files", "both", "summarize-from", "summarize-upto"] as const;
const HOW = "/rewind <number> [conversation|files|both]";
export type What = (typeof WHATS)[number];
export interface Options {
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** `/rewind`, `/rewind 3 files`, `/rewind undo`. */
export function createCommand(checkpoints: Checkpoints): Command {
  return answering({
    run: (args, session) => run(args.trim().split(/\s+/).filter(Boolean), session),
    complete: async (args, session) => {
      const list = await checkpoints.list(session);
      const numbers = list.map(({ number, text }) => [String(number), visibleLine(text, 60)] as const).reverse();
      const chosen = /^\s*(\d+)\s/.exec(args)?.[1];
      return completions(args, chosen ? WHATS.map((what) => `${chosen} ${what}`) : [...numbers, "undo"]);
    },
  });

  async function run(words: readonly string[], session: CommandSession): Promise<CommandAnswer> {
    const { options, rest } = optionsIn(words);
    const [which, what = "both", ...more] = rest;
    if (which === undefined) return { panel: await rewindPanel(session, { checkpoints, goBack, how: HOW }) };
    if (more.length > 0 || !isWhat(what)) throw usage(rest.slice(1).join(" "));
    if (which === "undo") return rewoundText(await checkpoints.undo(session, options), session.cwd, options);
    return goBack(session, promptAt(which, await checkpoints.list(session)), what, options);
  }

  async function goBack(session: CommandSession, prompt: Checkpoint, what: What, options: Options): Promise<string> {
    if (what === "summarize-from" || what === "summarize-upto") return summarize(session, prompt, what);
    const rewound = await checkpoints.rewind(session, prompt.prompt, { ...options, what });
    const said = rewoundText(rewound, session.cwd, options);
    return rewound.isConversationRewound && !options.dryRun ? `${said}\nThe prompt was: ${prompt.text}` : said;
  }

  async function summarize(session: CommandSession, { prompt, number }: Checkpoint, what: What): Promise<string> {
    const before = promptsOf(session).find(({ uuid }) => uuid === prompt)?.parentUuid;
    if (what === "summarize-upto" && (number === 1 || !before)) return "Nothing lies before the first prompt.";
    const part = what === "summarize-from" ? { from: prompt } : { upTo: before as string };
    const { isDone, summary, tokensBefore, tokensAfter } = await session.compact(part);
    return isDone
      ? `${summary}\nThe conversation had about ${tokensBefore} tokens and has ${tokensAfter} now.`
      : summary;
  }
}

/** The prompt of a number in the list, or of a record's id. */
export function promptAt(which: string, list: readonly Checkpoint[]): Checkpoint {
  const found = list.find(({ number, prompt }) => String(number) === which || prompt === which);
  if (found) return found;
  throw new PluginError(
    "GANTRY_REWIND_PROMPT",
    `The conversation has no prompt ${JSON.stringify(which)}.`,
    list.length ? `Choose a number from 1 to ${list.length}.` : "Nothing has been asked yet.",
  );
}

function optionsIn(words: readonly string[]) {
  const options = { force: words.includes("--force"), dryRun: words.includes("--dry-run") };
  return { options, rest: words.filter((word) => word !== "--force" && word !== "--dry-run") };
}

function isWhat(text: string): text is What {
  return (WHATS as readonly string[]).includes(text);
}

function usage(wrong: string): PluginError {
  return new PluginError(
    "GANTRY_REWIND_USAGE",
    `${JSON.stringify(wrong)} is nothing that can be taken back.`,
    `Use /rewind <number> with one of ${WHATS.join(", ")}; --force or --dry-run may follow.`,
  );
}
