/** The rows of a list: entries and the headings above them. */
import type { Line, ListItem } from "gantry/sdk";
import { lineText } from "gantry/sdk/kit/view-text";

export type Row =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "item"; readonly item: ListItem /** Among the items. */; readonly index: number };

export interface Rows {
  readonly rows: readonly Row[];
  /** The row of each item. */
  readonly rowOf: readonly number[];
}

/** Items with their headings. What was searched for stands in the order of the search, without headings. */
export function rowsOf(items: readonly ListItem[], { hasHeadings }: { readonly hasHeadings: boolean }): Rows {
  const rows: Row[] = [];
  const rowOf: number[] = [];
  let group: string | undefined;
  for (const [index, item] of items.entries()) {
    if (hasHeadings && item.group !== undefined && item.group !== group)
      rows.push({ kind: "heading", text: item.group });
    group = item.group;
    rowOf.push(rows.length);
    rows.push({ kind: "item", item, index });
  }
  return { rows, rowOf };
}

const texts = new WeakMap<ListItem, string>();

/** What an entry is found by. */
export function searchText(item: ListItem): string {
  let text = texts.get(item);
  if (text === undefined) {
    text = [item.title, item.detail, item.group].map(wordsOf).join(" ").toLowerCase();
    texts.set(item, text);
  }
  return text;
}

function wordsOf(line: Line | undefined): string {
  return line === undefined ? "" : lineText(line);
}
