/** Looking for something that was sent before. */
import type { History, HistoryScope, Sent } from "./history.ts";

export interface Search {
  readonly query: string;
  readonly scope: HistoryScope;
  readonly items: readonly Sent[];
  readonly selected: number;
}

const SCOPES: readonly HistoryScope[] = ["project", "everywhere", "session"];

export function openSearch(history: History, query: string): Search {
  return searched(history, { query, scope: "project", items: [], selected: 0 });
}

function searched(history: History, search: Search): Search {
  return { ...search, items: history.search(search.query, search.scope), selected: 0 };
}

export function withQuery(history: History, search: Search, query: string): Search {
  return searched(history, { ...search, query });
}

/** What was sent in this project, in all, in this session. */
export function withNextScope(history: History, search: Search): Search {
  const scope = SCOPES[(SCOPES.indexOf(search.scope) + 1) % SCOPES.length] ?? "project";
  return searched(history, { ...search, scope });
}

export function withSelected(search: Search, by: number): Search {
  const selected = Math.max(0, Math.min(search.items.length - 1, search.selected + by));
  return { ...search, selected };
}
