import type { Block, Line } from "gantry/sdk";
import { blocksText, lineText } from "gantry/sdk/kit/view-text";
import type { Theme } from "./theme.ts";
import { cut, wrap } from "./width.ts";

export interface PaintOptions {
  readonly width: number;
  readonly theme: Theme;
  readonly hasLinks?: boolean;
  readonly isOpen?: boolean;
}

/** Blocks as lines, none wider than there is room. */
export function paintBlocks(blocks: readonly Block[], { width }: PaintOptions): string[] {
  return wrap(blocksText(blocks), width);
}

/** One line, cut to the width. */
export function paintLine(line: Line, { width }: PaintOptions): string {
  return cut(lineText(line), width);
}
