/** Rows of a screen that has no scrollback: each stands where it stands, and only what has changed is written. */
import { cut, width } from "../paint/width.ts";

export interface Rows {
  /** All of the screen, from its first row; the cursor goes where the caret is. */
  draw(lines: readonly string[], caret?: { readonly row: number; readonly column: number }): void;
  /** Whatever stands there is to be written anew. */
  forget(): void;
}

const BEGIN = "\u001b[?2026h";
const END = "\u001b[?2026l";
const ERASE_LINE = "\u001b[K";

const at = (row: number, column = 0) => `\u001b[${row + 1};${column + 1}H`;

export function createRows({ write, columns }: { write(text: string): void; columns(): number }): Rows {
  let drawn: readonly string[] = [];
  let place = "";
  return {
    draw(lines, caret) {
      const parts: string[] = [];
      for (const [row, line] of lines.entries()) {
        if (drawn[row] === line) continue;
        const shown = cut(line, columns());
        parts.push(at(row), shown, width(shown) < columns() ? ERASE_LINE : "");
      }
      const to = caret ? at(caret.row, caret.column) : "";
      if (!parts.length && to === place) return;
      drawn = lines;
      place = to;
      write(`${BEGIN}${parts.join("")}${to}${END}`);
    },
    forget() {
      drawn = [];
    },
  };
}
