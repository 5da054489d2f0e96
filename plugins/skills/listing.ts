/** What the model is told of the skills there are, in as much room as there is. */
import { oneLine, type PromptHead } from "gantry/sdk/kit/prompt-head";
import { visibleLine } from "gantry/sdk/kit/visible";

const LEAD =
  "# Skills\nThe tool Skill loads the text of one of these. Where a task fits one, load it before you begin, and go by what it says.";
/** Characters a token. */
const CHARACTERS = 4;

export interface ListingOptions {
  /** Tokens of the model's window. */
  readonly window: number;
  /** The share of it that the list may fill. */
  readonly fraction: number;
  /** Characters of one description. */
  readonly mostCharacters: number;
  /** How often a skill was called. */
  readonly uses: (name: string) => number;
}

export interface Listed {
  readonly file: PromptHead;
  readonly isNameOnly: boolean;
}

/** Where there is not room for all, the descriptions of those that are used least go first, and then their names. */
export function listingOf(skills: readonly Listed[], options: ListingOptions): string {
  const room = Math.floor(options.window * options.fraction * CHARACTERS) - LEAD.length;
  const lines = new Map(skills.map((one) => [one, lineOf(one, options.mostCharacters)]));
  let length = [...lines.values()].reduce((sum, line) => sum + line.length + 1, 0);
  const leastUsed = [...skills].sort((a, b) => options.uses(a.file.name) - options.uses(b.file.name));
  for (const one of leastUsed) {
    if (length <= room) break;
    const name = `- ${one.file.name}`;
    length += name.length - (lines.get(one) ?? "").length;
    lines.set(one, name);
  }
  for (const one of leastUsed) {
    if (length <= room) break;
    length -= (lines.get(one) ?? "").length + 1;
    lines.delete(one);
  }
  const left = skills.length - lines.size;
  return [LEAD, ...lines.values(), ...(left ? [`(${left} more, for which there is no room here)`] : [])].join("\n");
}

function lineOf({ file, isNameOnly }: Listed, most: number): string {
  return isNameOnly ? `- ${file.name}` : `- ${file.name}: ${aboutOf(file, most)}`;
}

/** What a skill is for and when to use it, on one line. */
export function aboutOf({ description, when }: PromptHead, most: number): string {
  return visibleLine(oneLine([description, when].filter(Boolean).join(" "), most));
}
