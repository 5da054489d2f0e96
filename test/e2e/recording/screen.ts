import type xterm from "@xterm/headless";

/** How a sign looks; colours are numbers 0xRRGGBB, or names of the terminal's own where it chose one of sixteen. */
export interface Look {
  readonly color?: string;
  readonly background?: string;
  readonly isBold?: true;
  readonly isDim?: true;
  readonly isItalic?: true;
  readonly isUnderlined?: true;
  readonly isInverse?: true;
}

/** Signs of one look; `columns` counts those that are two wide twice. */
export interface Run {
  readonly text: string;
  readonly columns: number;
  readonly look: Look;
}

export interface Screen {
  readonly rows: readonly (readonly Run[])[];
  readonly cursor: { readonly column: number; readonly row: number } | undefined;
}

interface Cell {
  readonly text: string;
  readonly columns: number;
  readonly look: Look;
}

/** What differs from run to run, and what stands there instead. */
export type Changing = readonly (readonly [RegExp, string])[];

/** The screen as data, without what differs from run to run. */
export function readScreen(
  buffer: xterm.IBuffer,
  size: { readonly columns: number; readonly rows: number },
  changing: Changing,
  isCursorShown: boolean,
): Screen {
  const rows = [];
  for (let row = 0; row < size.rows; row++) {
    const line = buffer.getLine(buffer.viewportY + row);
    const cells = line ? cellsOf(line, size.columns) : [];
    rows.push(runsOf(trimmed(replaced(cells, changing, size.columns))));
  }
  return { rows, cursor: isCursorShown ? { column: buffer.cursorX, row: buffer.cursorY } : undefined };
}

export const rowText = (row: readonly Run[]) => row.map(({ text }) => text).join("");

export const screenText = ({ rows }: Screen) =>
  rows
    .map((row) => rowText(row).trimEnd())
    .join("\n")
    .trimEnd();

function cellsOf(line: xterm.IBufferLine, columns: number): Cell[] {
  const cells = [];
  for (let column = 0; column < columns; column++) {
    const cell = line.getCell(column);
    if (!cell || cell.getWidth() === 0) continue;
    cells.push({ text: cell.getChars() || " ", columns: cell.getWidth(), look: lookOf(cell) });
  }
  return cells;
}

function lookOf(cell: xterm.IBufferCell): Look {
  const color = cell.isFgRGB() ? hex(cell.getFgColor()) : cell.isFgPalette() ? `palette ${cell.getFgColor()}` : "";
  const background = cell.isBgRGB() ? hex(cell.getBgColor()) : cell.isBgPalette() ? `palette ${cell.getBgColor()}` : "";
  return {
    ...(color && { color }),
    ...(background && { background }),
    ...(cell.isBold() && { isBold: true }),
    ...(cell.isDim() && { isDim: true }),
    ...(cell.isItalic() && { isItalic: true }),
    ...(cell.isUnderline() && { isUnderlined: true }),
    ...(cell.isInverse() && { isInverse: true }),
  };
}

const hex = (color: number) => `#${color.toString(16).padStart(6, "0")}`;

/** What comes in place of something looks as its last sign did; what follows moves where it is longer or shorter. */
function replaced(cells: Cell[], changing: Changing, columns: number): Cell[] {
  let row = cells;
  for (const [pattern, by] of changing) {
    const text = row.map((cell) => cell.text).join("");
    const found = pattern.exec(text);
    if (!found) continue;
    const starts: number[] = [];
    let at = 0;
    for (const cell of row) {
      starts.push(at);
      at += cell.text.length;
    }
    const from = starts.indexOf(found.index);
    const end = found.index + found[0].length;
    const changed = text.replace(pattern, by);
    const to = end === text.length ? row.length : starts.indexOf(end);
    const look = row[to - 1]?.look ?? {};
    const instead = [...changed.slice(found.index, changed.length - (text.length - end))].map((sign) => ({
      text: sign,
      columns: 1,
      look,
    }));
    row = [...row.slice(0, from), ...instead, ...row.slice(to)];
  }
  return row.slice(0, columns);
}

function trimmed(cells: Cell[]): Cell[] {
  const last = cells.findLastIndex(
    ({ text, look }) => text !== " " || look.background || look.isInverse || look.isUnderlined,
  );
  return cells.slice(0, last + 1);
}

function runsOf(cells: readonly Cell[]): readonly Run[] {
  const runs: { text: string; columns: number; look: Look }[] = [];
  for (const { text, columns, look } of cells) {
    const last = runs.at(-1);
    if (last && JSON.stringify(last.look) === JSON.stringify(look)) {
      last.text += text;
      last.columns += columns;
    } else runs.push({ text, columns, look });
  }
  return runs;
}
