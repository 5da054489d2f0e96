/** A permission question as lines: exactly what will run, every sign of it seen, and the words of others behind a mark. */
import type { QuestionField, QuestionOffer, QuestionParts } from "gantry/sdk/kit/question";
import { paintBlocks } from "../paint/blocks.ts";
import type { Theme, Token } from "../paint/theme.ts";
import { wrap } from "../paint/width.ts";
import type { Range } from "./decision.tsx";
import { foreignLines, MARK_WIDTH, markedLines } from "./foreign.ts";

export interface PermissionText {
  readonly lines: readonly string[];
  /** What will run, and where it leads. */
  readonly subject: Range;
  /** What a yes that holds for longer would allow. */
  readonly widened: Range;
}

interface Look {
  readonly width: number;
  readonly theme: Theme;
  /** With what the diff shows already. */
  readonly isWhole: boolean;
}

const SHORT_LINES = 3;
/** So much of a change stands before what else would be allowed. */
const SMALL_CHANGE = 14;

export function permissionText(parts: QuestionParts, look: Look): PermissionText {
  const { width, theme, isWhole } = look;
  const lines: string[] = [];
  const foreign = (text: readonly string[], token: Token = "text") =>
    lines.push(...foreignLines(text, { width, theme, token }));
  const own = (text: string, token: Token = "dim") => lines.push(...ownLines(text, token, look));
  const fields = parts.fields.filter(({ isInDiff }) => isWhole || !isInDiff);
  const others = fields.filter(({ isSubject }) => !isSubject);
  const isShort = ({ lines: text }: QuestionField) => text.length <= SHORT_LINES;

  for (const field of fields) if (field.isSubject) foreign(subjectLines(field, fields.length === 1), "code");
  if (parts.fields.length === 0) foreign(["(no input)"]);
  if (parts.targets.length) own("Its path leads to:");
  foreign(parts.targets, "warning");
  const subject: Range = [0, lines.length];
  for (const field of others) if (isShort(field)) foreign(fieldLines(field));
  const change = changeLines();
  const isSmall = change.length <= SMALL_CHANGE;
  if (isSmall) lines.push(...change);
  if (parts.reason) own(`Why you are asked: ${parts.reason}`);
  if (parts.rule) own(`Rule: ${parts.rule}`);
  const before = lines.length;
  widenedLines();
  const widened: Range = [before, lines.length];
  if (!isSmall) lines.push(...change);
  return { lines, subject, widened };

  function changeLines(): readonly string[] {
    const file = parts.fields.find(({ isSubject }) => isSubject)?.lines[0];
    const { diff: lines, firstLine } = parts;
    const blocks = [{ type: "diff", lines, ...(file && { language: file }), ...(firstLine && { firstLine }) }] as const;
    const diff = parts.diff.length ? paintBlocks(blocks, { width: Math.max(1, width - MARK_WIDTH), theme }) : [];
    return [
      ...(diff.length ? ownLines("It would change:", "dim", look) : []),
      ...markedLines(diff, theme),
      ...others
        .filter((field) => !isShort(field))
        .flatMap((field) => foreignLines(fieldLines(field), { width, theme, token: "text" })),
    ];
  }

  function widenedLines() {
    const lasting = parts.offers.flatMap((offer, index) => (isLasting(offer) ? [{ offer, number: index + 1 }] : []));
    const [first] = lasting;
    if (!first) return;
    own(`${lasting.map(({ number }) => number).join(" and ")} would allow from now on:`);
    foreign([...first.offer.rules, ...(first.offer.covers ? [first.offer.covers] : [])], "accent");
    for (const { offer, number } of lasting) if (offer.file) own(`${number} writes that to ${offer.file}`);
  }
}

function isLasting({ answer }: QuestionOffer): boolean {
  return answer === "session" || answer === "always";
}

function subjectLines(field: QuestionField, isAlone: boolean): readonly string[] {
  return isAlone || field.lines.length > 1 ? field.lines : fieldLines(field);
}

function fieldLines({ name, lines }: QuestionField): readonly string[] {
  const [first = "", ...more] = lines;
  return more.length ? [`${name}:`, ...lines.map((line) => `  ${line}`)] : [`${name}: ${first}`];
}

/** A sentence of ours that holds words of others: what is broken off it stands behind a mark. */
function ownLines(text: string, token: Token, { width, theme }: Look): readonly string[] {
  return wrap(text, Math.max(1, width - 4)).map(
    (line, index) => (index ? theme.style("border", "  ┆ ") : "") + theme.style(token, line),
  );
}
