/** What is known of markdown whose end has not come. Values: what is taken in makes new ones. */
import type { CodeState } from "./code.ts";
import type { Label } from "./flow-leaves.ts";
import type { ListMarker } from "./markdown-lines.ts";
import type { Cell, Columns, Row } from "./table.ts";

export type Emit = (line: string) => void;

export type Open =
  | { readonly kind: "nothing" }
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "fence"; readonly mark: string; readonly indent: number; readonly code: CodeState }
  | { readonly kind: "indented"; readonly blanks: number }
  | TableOpen
  | ListOpen
  | { readonly kind: "quote"; readonly inner: Flow; readonly hasBlank: boolean };

/** Its first rows wait, since they say how wide the columns are; `given` rows have been given away. */
export interface TableOpen extends Omit<Columns, "wanted"> {
  readonly kind: "table";
  readonly head: Row;
  readonly wanted?: readonly number[];
  readonly rows: readonly (readonly Cell[])[];
  readonly given: number;
}

export interface ListOpen {
  readonly kind: "list";
  readonly marker: ListMarker;
  /** Columns before the item's text, in the source. */
  readonly indent: number;
  readonly label: Label;
  readonly inner: Flow;
  /** Whether the item's first line has been given away, with its marker. */
  readonly isBegun: boolean;
  readonly hasBlank: boolean;
}

/** Blocks one below the other, the last of them open. */
export interface Flow {
  readonly open: Open;
  /** Whether there was a block before, so that a blank line counts. */
  readonly hasBlocks: boolean;
  readonly hasBlank: boolean;
  readonly level: number;
}

export const NOTHING: Open = { kind: "nothing" };

export const emptyFlow = (level = 0): Flow => ({ open: NOTHING, hasBlocks: false, hasBlank: false, level });

// Written out rather than spread, which took half the time of a list: this is done for each line on each level.
export const withOpen = ({ hasBlocks, hasBlank, level }: Flow, open: Open): Flow => ({
  open,
  hasBlocks,
  hasBlank,
  level,
});
export const withBlank = ({ open, hasBlocks, level }: Flow, hasBlank: boolean): Flow => ({
  open,
  hasBlocks,
  hasBlank,
  level,
});
