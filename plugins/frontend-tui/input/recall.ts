/** What was sent before, brought back: one after the other, or looked for. */
import type { History } from "./history.ts";
import type { KeyPress } from "./keys.ts";
import { openSearch, type Search, withNextScope, withQuery, withSelected } from "./search.ts";

interface Editing {
  /** What is being typed. */
  typed(): string;
  put(text: string, pasted?: Readonly<Record<string, string>>): void;
  submit(): void;
}

export interface Recall {
  /** False: there is none. */
  older(): boolean;
  newer(): boolean;
  search(): Search | undefined;
  openSearch(): void;
  searchKey(press: KeyPress, action: string | undefined): void;
  /** What is typed from now on is not of the past. */
  reset(): void;
}

export function createRecall(history: History, editing: Editing): Recall {
  let search: Search | undefined;
  /** Where in the history, and what was being typed before. */
  let past: { readonly index: number; readonly draft: string } | undefined;

  function searchKey(press: KeyPress, action: string | undefined) {
    const open = search ?? openSearch(history, "");
    switch (action) {
      case "historySearch:next":
        search = withSelected(open, 1);
        return;
      case "historySearch:previous":
        search = withSelected(open, -1);
        return;
      case "historySearch:scope":
        search = withNextScope(history, open);
        return;
      case "historySearch:accept":
      case "historySearch:execute":
        return take(open, action === "historySearch:execute");
      case "historySearch:cancel":
      case "app:interrupt":
        search = undefined;
        return;
    }
    if (press.name === "backspace") search = withQuery(history, open, [...open.query].slice(0, -1).join(""));
    else if (press.text) search = withQuery(history, open, open.query + press.text.replaceAll("\n", " "));
  }

  function take({ items, selected }: Search, isSent: boolean) {
    search = undefined;
    const chosen = items[selected];
    if (!chosen) return;
    editing.put(chosen.text, chosen.pasted);
    if (isSent) editing.submit();
  }

  return {
    older() {
      const index = (past?.index ?? -1) + 1;
      const sent = history.list()[index];
      if (!sent) return false;
      past = { index, draft: past?.draft ?? editing.typed() };
      editing.put(sent.text, sent.pasted);
      return true;
    },
    newer() {
      if (!past) return false;
      const { draft } = past;
      const index = past.index - 1;
      const sent = history.list()[index];
      past = sent ? { index, draft } : undefined;
      editing.put(sent?.text ?? draft, sent?.pasted);
      return true;
    },
    search: () => search,
    openSearch() {
      search = openSearch(history, editing.typed());
    },
    searchKey,
    reset() {
      past = undefined;
    },
  };
}
