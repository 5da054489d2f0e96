/** What a line of markdown begins, as CommonMark and GitHub have it. Pure. */

export interface ListMarker {
  readonly isOrdered: boolean;
  /** `-`, `*`, `+`, `.` or `)`: another one begins another list. */
  readonly mark: string;
  readonly number: number;
  /** Columns before the item's text. */
  readonly indent: number;
  /** The item's first line. */
  readonly rest: string;
}

export type Align = "left" | "right" | "center" | undefined;

const TAB = 4;

/** Tabs that indent a line as blanks. */
export function indented(line: string): string {
  if (!/^ *\t/.test(line)) return line;
  let columns = 0;
  let at = 0;
  for (; line[at] === " " || line[at] === "\t"; at++) columns += line[at] === "\t" ? TAB - (columns % TAB) : 1;
  return " ".repeat(columns) + line.slice(at);
}

export function indentOf(line: string): number {
  let at = 0;
  while (line[at] === " ") at++;
  return at;
}

/** Whether the first sign of a line is one of those that begin something: most lines are text, which this says at once. */
function beginsWith(line: string, signs: string): boolean {
  const sign = line[indentOf(line)];
  return sign !== undefined && signs.includes(sign);
}

export const isBlank = (line: string): boolean => line.trim() === "";

export function fenceOf(
  line: string,
): { readonly indent: number; readonly mark: string; readonly info: string } | undefined {
  const match = /^( {0,3})(`{3,}|~{3,})[ \t]*(.*)$/.exec(line);
  if (!match) return undefined;
  const [, indent = "", mark = "", info = ""] = match;
  return mark[0] === "`" && info.includes("`") ? undefined : { indent: indent.length, mark, info };
}

export function closesFence(line: string, mark: string): boolean {
  const closing = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1];
  return closing !== undefined && closing[0] === mark[0] && closing.length >= mark.length;
}

export function headingOf(line: string): { readonly level: number; readonly text: string } | undefined {
  const marks = /^ {0,3}(#{1,6})(?=[ \t]|$)/.exec(line);
  if (!marks) return undefined;
  const text = line.slice(marks[0].length).trim();
  return { level: (marks[1] as string).length, text: withoutClosingMarks(text) };
}

/** By hand: an expression would go back and forth over a long line of blanks. */
function withoutClosingMarks(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === "#") end--;
  if (end === 0) return "";
  return end < text.length && /[ \t]/.test(text[end - 1] as string) ? text.slice(0, end).trimEnd() : text;
}

export const isRule = (line: string): boolean =>
  /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/.test(line);

/** The level of a heading that is underlined. */
export function underlineOf(line: string): 1 | 2 | undefined {
  if (!beginsWith(line, "=-")) return undefined;
  if (/^ {0,3}=+[ \t]*$/.test(line)) return 1;
  return /^ {0,3}-+[ \t]*$/.test(line) ? 2 : undefined;
}

export function quoted(line: string): string | undefined {
  const match = /^ {0,3}> ?(.*)$/.exec(line);
  return match?.[1];
}

export function listMarkerOf(line: string): ListMarker | undefined {
  if (!beginsWith(line, "-*+0123456789")) return undefined;
  const match = /^( *)([-*+]|\d{1,9}([.)]))(?:( +)(.*))?$/.exec(line);
  if (!match || isRule(line)) return undefined;
  const [, before = "", whole = "", ordered, blanks = " ", text = ""] = match;
  // Five blanks and more are one, and code that is indented.
  const gap = text === "" || blanks.length > 4 ? 1 : blanks.length;
  const mark = ordered ?? whole;
  const indent = before.length + whole.length + gap;
  const rest = " ".repeat(text === "" ? 0 : blanks.length - gap) + text;
  return { isOrdered: ordered !== undefined, mark, number: Number.parseInt(whole, 10) || 0, indent, rest };
}

/** A box before an item's text. */
export function taskOf(text: string): { readonly isDone: boolean; readonly rest: string } | undefined {
  const match = /^\[([ xX])\] (.*)$/.exec(text);
  return match ? { isDone: match[1] !== " ", rest: match[2] as string } : undefined;
}

/** What ends a paragraph without a blank line. */
export function interrupts(line: string): boolean {
  if (!beginsWith(line, "#`~>-*+_0123456789")) return false;
  const item = listMarkerOf(line);
  return (
    (item !== undefined && indentOf(line) < TAB && item.rest !== "" && (!item.isOrdered || item.number === 1)) ||
    startsBlock(line)
  );
}

export function startsBlock(line: string): boolean {
  if (!beginsWith(line, "#`~>-*_")) return false;
  return headingOf(line) !== undefined || fenceOf(line) !== undefined || quoted(line) !== undefined || isRule(line);
}

export function alignsOf(line: string): readonly Align[] | undefined {
  if (!beginsWith(line, "|:-")) return undefined;
  if (!/^ {0,3}[|:-][-:| \t]*$/.test(line) || !line.includes("-") || !line.includes("|")) return undefined;
  const cells = cellsOfRow(line);
  if (!cells.every((cell) => /^:?-+:?$/.test(cell))) return undefined;
  return cells.map((cell) => {
    if (cell.endsWith(":")) return cell.startsWith(":") ? "center" : "right";
    return cell.startsWith(":") ? "left" : undefined;
  });
}

/** The cells of a table's row; `\|` is text. */
export function cellsOfRow(line: string): string[] {
  const inner = line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}
