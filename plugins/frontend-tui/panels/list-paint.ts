/** How the rows of a list look. */
import type { Line, ListItem, Piece, Tone } from "gantry/sdk";
import { lineText } from "gantry/sdk/kit/view-text";
import { visibleLine } from "gantry/sdk/kit/visible";
import { paintLine } from "../paint/blocks.ts";
import type { Theme } from "../paint/theme.ts";
import { width } from "../paint/width.ts";
import type { Row } from "./list-rows.ts";

const GAP = 2;
/** How much of a row a title may take: the details of longer ones stand apart. */
const TITLES = 0.6;

export interface RowsLook {
  readonly width: number;
  readonly theme: Theme;
  /** The item that is pointed at. */
  readonly pointedAt: ListItem | undefined;
  /** Whether any item of the list is the current one. */
  readonly hasCurrent: boolean;
  /** Where details stand, as {@link titleColumns} has it of the whole list. */
  readonly aligned: number;
}

export function paintRows(rows: readonly Row[], look: RowsLook): readonly string[] {
  const { width: columns, theme, pointedAt, hasCurrent, aligned } = look;
  const room = roomIn(columns, hasCurrent);
  const titles = rows.map((row) =>
    row.kind === "item"
      ? paintLine(toned(row.item.title, titleTone(row.item, row.item === pointedAt)), { width: room, theme })
      : "",
  );
  return rows.map((row, at) => {
    if (row.kind === "heading") return paintLine([{ text: row.text, tone: "strong" }], { width: columns, theme });
    const { item } = row;
    const pointer = item === pointedAt ? theme.style("prompt", "❯ ") : "  ";
    const mark = hasCurrent ? (item.isCurrent ? theme.style("good", "✓ ") : "  ") : "";
    return pointer + mark + titleAndDetail(titles[at] ?? "", item, { room, aligned, theme });
  });
}

/** Details stand below each other where the titles leave them room. */
export function titleColumns(rows: readonly Row[], columns: number, hasCurrent: boolean): number {
  const most = roomIn(columns, hasCurrent) * TITLES;
  let widest = 0;
  for (const row of rows) {
    if (row.kind !== "item" || row.item.detail === undefined) continue;
    const own = width(visibleLine(lineText(row.item.title)));
    if (own <= most) widest = Math.max(widest, own);
  }
  return widest;
}

function roomIn(columns: number, hasCurrent: boolean): number {
  return columns - 2 - (hasCurrent ? 2 : 0);
}

function titleAndDetail(
  title: string,
  { detail }: ListItem,
  { room, aligned, theme }: { readonly room: number; readonly aligned: number; readonly theme: Theme },
): string {
  if (detail === undefined) return title;
  const used = Math.max(aligned, width(title)) + GAP;
  if (room - used < 8) return title;
  const shown = paintLine(toned(detail, "dim"), { width: room - used, theme });
  return title + " ".repeat(used - width(title)) + shown;
}

function titleTone({ isDisabled }: ListItem, isPointedAt: boolean): Tone | undefined {
  if (isDisabled) return "dim";
  return isPointedAt ? "accent" : undefined;
}

/** A line whose pieces have a tone where they have none of their own. */
function toned(line: Line, tone: Tone | undefined): Line {
  if (tone === undefined) return line;
  const pieces: readonly (string | Piece)[] = typeof line === "string" ? [line] : line;
  return pieces.map((piece) => (typeof piece === "string" ? { text: piece, tone } : { tone, ...piece }));
}
