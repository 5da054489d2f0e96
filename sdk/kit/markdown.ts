/** What of a markdown text is prose: whoever looks for something a person has written looks there, and not in code. */

/** A piece of a markdown text. All pieces together are the text. */
export interface MarkdownPiece {
  readonly kind: "prose" | "code" | "comment";
  readonly text: string;
}

/** Where code or a comment may begin. */
const STARTS = /^ {0,3}(?<fence>`{3,}|~{3,})[^\n]*$|(?<comment><!--)|(?<ticks>`+)/gm;
/** A span of code is a few words; what is longer is a stray sign. */
const LONGEST_SPAN = 5_000;

/**
 * Takes a text apart into prose, code (fenced blocks and spans) and HTML comments, in order. A fence or a comment that is not closed:
 * the fence goes on to the end, the comment is prose. Lines end with a plain line feed.
 *
 * @example
 * markdownPieces("Run `npm test`."); // prose "Run ", code "`npm test`", prose "."
 */
export function markdownPieces(text: string): readonly MarkdownPiece[] {
  const pieces: MarkdownPiece[] = [];
  const starts = new RegExp(STARTS);
  let done = 0;
  let hasComments = true;
  for (let found = starts.exec(text); found; found = starts.exec(text)) {
    const { fence, comment, ticks = "" } = found.groups ?? {};
    const start = found.index;
    const end: number | false =
      fence !== undefined
        ? endOfFence(text, starts.lastIndex, fence)
        : comment !== undefined
          ? hasComments && endOf(text, "-->", start + 4)
          : endOfSpan(text, starts.lastIndex, ticks);
    if (comment !== undefined) hasComments = end !== false;
    if (end === false) continue;
    if (start > done) pieces.push({ kind: "prose", text: text.slice(done, start) });
    pieces.push({ kind: comment === undefined ? "code" : "comment", text: text.slice(start, end) });
    done = end;
    starts.lastIndex = end;
  }
  if (done < text.length) pieces.push({ kind: "prose", text: text.slice(done) });
  return pieces;
}

/** The prose of a text, with blanks in the place of all else: what stands somewhere in it stands there in the text. */
export function proseOf(text: string): string {
  return markdownPieces(text)
    .map((piece) => (piece.kind === "prose" ? piece.text : piece.text.replace(/[^\n]/g, " ")))
    .join("");
}

function endOfFence(text: string, from: number, fence: string): number {
  const closing = new RegExp(`^ {0,3}${fence[0]}{${fence.length},}[ \\t]*$`, "gm");
  closing.lastIndex = from + 1;
  const found = from < text.length && closing.exec(text);
  return found ? found.index + found[0].length : text.length;
}

function endOf(text: string, sign: string, from: number): number | false {
  const at = text.indexOf(sign, from);
  return at >= 0 && at + sign.length;
}

/** A span ends with as many ticks as it began with, in the same paragraph. */
function endOfSpan(text: string, from: number, ticks: string): number | false {
  const near = text.slice(from, from + LONGEST_SPAN);
  const paragraph = near.search(/\n[ \t]*\n/);
  const within = paragraph < 0 ? near : near.slice(0, paragraph);
  for (const { 0: run, index } of within.matchAll(/`+/g)) {
    if (run.length === ticks.length) return from + index + run.length;
  }
  return false;
}
