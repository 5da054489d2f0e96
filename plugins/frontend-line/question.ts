import type { Answer } from "gantry/sdk";
import type { QuestionField, QuestionOffer, QuestionParts } from "gantry/sdk/kit/question";

const MOST_LINES = 30;
const MOST_CHARACTERS = 4000;

/** What comes from the call stands behind a mark, and so does the rest of a line that is broken at the edge of the screen. */
const MARK = "  | ";
const REST = "  : ";

/** The question as the person reads it: exactly what will run, every sign of it visible. */
export function questionText(parts: QuestionParts, { isWhole, width }: { isWhole: boolean; width: number }): string {
  const fields = parts.fields
    .filter(({ isInDiff }) => isWhole || !isInDiff)
    .map((field) => fieldLines(field, isWhole || field.isSubject));
  const diff = cut(parts.diff, isWhole);
  const isCut = diff.isCut || fields.some((field) => field.isCut);
  const subject = parts.fields.find(({ isSubject, lines }) => isSubject && lines.length > MOST_LINES);
  const marked = (lines: readonly string[]) => lines.flatMap((line) => broken(MARK, line, width));
  const said = (line: string) => broken("", line, width);
  return [
    ...said(`${parts.title}:`),
    ...marked(parts.fields.length ? fields.flatMap(({ lines }) => lines) : ["(no input)"]),
    ...(parts.targets.length ? ["Its path leads to:", ...marked(parts.targets)] : []),
    ...(diff.lines.length ? ["It would change:", ...marked(diff.lines)] : []),
    ...(subject ? [`There are ${subject.lines.length} lines in it.`] : []),
    ...(isCut ? ["Not all of it is shown: ? shows the whole."] : []),
    ...(parts.reason ? said(`Why you are asked: ${parts.reason}`) : []),
    ...(parts.rule ? said(`Rule: ${parts.rule}`) : []),
    ...offerLines(parts.offers, marked, said),
  ].join("\n");
}

function fieldLines({ name, lines }: QuestionField, isWhole: boolean) {
  const [first = "", ...more] = lines;
  const shown = cut(lines, isWhole);
  if (more.length === 0 && !shown.isCut) return { lines: [`${name}: ${first}`], isCut: false };
  return { lines: [`${name}:`, ...shown.lines.map((line) => `  ${line}`)], isCut: shown.isCut };
}

function cut(lines: readonly string[], isWhole: boolean) {
  if (isWhole) return { lines, isCut: false };
  const whole = lines.slice(0, MOST_LINES).join("\n");
  const shown = whole.slice(0, MOST_CHARACTERS);
  const isCut = lines.length > MOST_LINES || shown.length < whole.length;
  return { lines: lines.length ? shown.split("\n") : [], isCut };
}

function offerLines(
  offers: readonly QuestionOffer[],
  marked: (lines: readonly string[]) => readonly string[],
  said: (line: string) => readonly string[],
): readonly string[] {
  const session = offers.find(({ answer }) => answer === "session");
  const always = offers.find(({ answer }) => answer === "always");
  const letters = [
    "y: yes, once",
    ...(session ? ["s: yes, for this session"] : []),
    ...(always ? ["a: yes, always"] : []),
    "n: no",
  ];
  return [
    ...(session ? [`${always ? "s and a" : "s"} would allow from now on:`, ...marked(widened(session))] : []),
    ...(always?.file ? said(`a writes that to ${always.file}`) : []),
    letters.join("   "),
    "Anything else means no, and is told to the model. ? shows the whole input.",
  ];
}

function widened({ rules, covers }: QuestionOffer): readonly string[] {
  return covers ? [...rules, covers] : rules;
}

/** A line in pieces that the screen does not break further. */
function broken(mark: string, line: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = mark;
  let columns = mark.length;
  for (const sign of line.replaceAll("\t", "    ")) {
    const wide = sign < "\u0300" ? 1 : 2;
    if (columns + wide > width) {
      pieces.push(piece);
      piece = REST;
      columns = REST.length;
    }
    piece += sign;
    columns += wide;
  }
  return [...pieces, piece];
}

/** What the person's line means: an answer, one that holds for longer, or the wish to see more. */
export function readAnswer(line: string): Answer | "session" | "always" | "whole" | "again" {
  const word = line.trim();
  switch (word.toLowerCase()) {
    case "":
      return "again";
    case "?":
      return "whole";
    case "y":
    case "yes":
      return { decision: "allow" };
    case "s":
    case "session":
      return "session";
    case "a":
    case "always":
      return "always";
    case "n":
    case "no":
      return { decision: "deny" };
    default:
      return { decision: "deny", reason: word };
  }
}
