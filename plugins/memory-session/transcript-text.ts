/** A part of a session as text for whoever sums it up: what was said whole, what tools returned in short. */
import { type Entry, textOf } from "gantry/sdk";

const MOST_SAID = 4_000;
const MOST_RETURNED = 600;
const MOST_INPUT = 400;

/** The newest of it within a number of characters; the prompts of the person are kept before all else. */
export function transcriptText(entries: readonly Entry[], most: number): string {
  const pieces = entries.flatMap((entry) => pieceOf(entry) ?? []);
  let left = most - sizeOf(pieces.filter(({ isPrompt }) => isPrompt));
  const kept = pieces.map(() => false);
  for (let at = pieces.length - 1; at >= 0; at--) {
    const piece = pieces[at] as Piece;
    if (piece.isPrompt) kept[at] = true;
    else if (left >= piece.text.length) {
      kept[at] = true;
      left -= piece.text.length;
    }
  }
  const text = pieces.flatMap((piece, at) => (kept[at] ? [piece.text] : [])).join("\n\n");
  // Prompts alone may be more than fits: their newest count.
  return text.length <= most ? text : `(the beginning is left out)\n${text.slice(-most)}`;
}

interface Piece {
  readonly text: string;
  readonly isPrompt: boolean;
}

function pieceOf(entry: Entry): Piece | undefined {
  switch (entry.type) {
    case "user": {
      const said = textOf(entry.message.content);
      if (entry.isMeta || said.trim() === "") return undefined;
      return { text: `Person: ${cut(said, MOST_SAID)}`, isPrompt: true };
    }
    case "assistant": {
      const lines = entry.message.content.flatMap((block) => {
        if (block.type === "text" && block.text.trim()) return [`Agent: ${cut(block.text, MOST_SAID)}`];
        if (block.type === "tool_use")
          return [`Call ${block.name}: ${cut(JSON.stringify(block.input) ?? "", MOST_INPUT)}`];
        return [];
      });
      return lines.length ? { text: lines.join("\n"), isPrompt: false } : undefined;
    }
    case "tool_result":
      return {
        text: `Result of ${entry.tool} (${entry.outcome}): ${cut(textOf(entry.content), MOST_RETURNED)}`,
        isPrompt: false,
      };
    default:
      return undefined;
  }
}

/** Both ends: errors stand at the end, what something is at the start. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor(most / 2);
  return `${text.slice(0, half)} […${text.length - 2 * half} characters…] ${text.slice(-half)}`;
}

function sizeOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { text }) => sum + text.length, 0);
}
