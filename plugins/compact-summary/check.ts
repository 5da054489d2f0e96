/** Whether a summary is one, and still names what it must. */
import type { AssistantMessage } from "gantry/sdk";
import { textOf } from "gantry/sdk";
import type { Digest } from "gantry/sdk/kit/digest";
import { textTokens } from "gantry/sdk/kit/tokens";
import { SECTIONS } from "./prompt.ts";

const FEWEST_SECTIONS = 2;
/** Of many files, the ones changed last have to be named. */
const MOST_FILES = 20;

export type Judged =
  | { readonly summary: string; readonly missing: readonly string[] }
  /** Why it is no summary. */
  | { readonly problem: string };

export function judgeSummary(message: AssistantMessage, digest: Digest, budget: number): Judged {
  const summary = textOf(message.content).trim();
  if (message.stop_reason !== "end_turn" && message.stop_reason !== "stop_sequence") {
    return { problem: `it ended early (${message.stop_reason})` };
  }
  const sections = SECTIONS.filter(([title]) => summary.toLowerCase().includes(`## ${title.toLowerCase()}`));
  if (sections.length < FEWEST_SECTIONS) return { problem: "it lacks the sections that were asked for" };
  const tokens = textTokens(summary);
  if (tokens > budget * 1.25) return { problem: `it is too long (about ${tokens} tokens, at most ${budget})` };
  return { summary, missing: missingIn(summary, digest) };
}

/** Open tasks and changed files that a text does not name. */
export function missingIn(summary: string, digest: Digest): readonly string[] {
  const said = plain(summary);
  const tasks = digest.tasks.map(({ text }) => text).filter((task) => !said.includes(plain(task)));
  const files = digest.changed
    .slice(-MOST_FILES)
    .filter((path) => !said.includes(plain(path.split("/").at(-1) ?? path)));
  return [...tasks, ...files];
}

/** Without the differences that do not matter. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[`*_"'\s]+/g, " ");
}
