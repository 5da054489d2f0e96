import {
  type Checkpoint,
  type Checkpoints,
  type Command,
  type CommandSession,
  isGantryError,
  PluginError,
} from "gantry/sdk";
import { listText, rewoundText } from "./say.ts";
import { promptsOf } from "./timeline.ts";

const WHATS = ["conversation", "files", "both", "summarize-from", "summarize-upto"] as const;
const HOW = "/rewind <number> [conversation|files|both]";
type What = (typeof WHATS)[number];

/** `/rewind`, `/rewind 3 files`, `/rewind undo`. */
export function createCommand(checkpoints: Checkpoints): Command {
  return async (args, session) => {
    try {
      return await run(args.trim().split(/\s+/).filter(Boolean), session);
    } catch (error) {
      if (!isGantryError(error)) throw error;
      return `${error.message} ${error.remedy ?? ""}`.trimEnd();
    }
  };

  async function run(words: readonly string[], session: CommandSession): Promise<string> {
    const { options, rest } = optionsIn(words);
    const [which, what = "both", ...more] = rest;
    if (which === undefined) return listText(await checkpoints.list(session), session.cwd, HOW);
    if (more.length > 0 || !isWhat(what)) throw usage(rest.slice(1).join(" "));
    if (which === "undo") return rewoundText(await checkpoints.undo(session, options), session.cwd, options);
    const prompt = promptAt(which, await checkpoints.list(session));
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
