/** The conversation as it goes on: the log so far, and what happens from then on, as items that come and change. */
import { newId, type RenderedCall, type SessionEvent, type SessionView, type Slots, type Tools } from "gantry/sdk";
import { visible } from "gantry/sdk/kit/visible";
import { type Item, noticeOf, pastItems, personItem, plainDetails, plainTitle, type ToolItem } from "./items.ts";

/** What changed. */
export type Change =
  | { readonly item: Item }
  | { readonly more: { readonly id: string; readonly text: string } }
  | { readonly gone: readonly string[] }
  /** Begin anew with all items. */
  | { readonly all: true }
  | { readonly isBusy: boolean };

export interface Live {
  readonly items: () => readonly Item[];
  readonly isBusy: () => boolean;
  take(event: SessionEvent): void;
}

interface LiveParts {
  readonly session: SessionView;
  readonly tools: Tools;
  readonly slots: Slots;
  readonly tell: (change: Change) => void;
}

/** So much of a long conversation is shown. */
const MOST = 300;

export function createLive({ session, tools, slots, tell }: LiveParts): Live {
  const items = new Map<string, Item>();
  let isBusy = false;
  /** What is being streamed, by kind; one answer at a time. */
  let open: Partial<Record<"answer" | "thinking", string>> = {};
  let seen = 0;
  let isPersonShown = false;
  load();

  return { items: () => [...items.values()], isBusy: () => isBusy, take };

  function load(): void {
    items.clear();
    seen = session.entries.length;
    for (const one of pastItems(session.entries).slice(-MOST)) {
      if ("kind" in one) items.set(one.id, one);
      else showCall(one.call.id, one.call.name, { input: one.call.input, ...(one.result && { result: one.result }) });
    }
  }

  function take(event: SessionEvent): void {
    switch (event.type) {
      case "turn_start": {
        setBusy(true);
        const [text] = event.input.isMeta
          ? []
          : event.input.content.flatMap((one) => (one.type === "text" ? [one.text] : []));
        isPersonShown = text !== undefined;
        if (text !== undefined) put({ id: event.turnId, kind: "person", text: visible(text) });
        break;
      }
      case "request":
        // It may be the first that is heard of a turn.
        if (!isBusy) setBusy(true);
        showNewInputs();
        open = {};
        break;
      case "text":
        stream("answer", event.text);
        break;
      case "thinking":
        stream("thinking", event.text);
        break;
      case "retry":
        drop(Object.values(open));
        open = {};
        break;
      case "assistant":
        open = {};
        break;
      case "tool_start":
        showCall(event.call.id, event.call.tool.name, { input: event.call.input });
        break;
      case "denied":
        showCall(event.call.id, event.call.tool.name, { input: event.call.input });
        break;
      case "tool_end":
        showCall(event.id, event.tool, { input: event.input, result: event.result });
        break;
      case "rewound":
        load();
        tell({ all: true });
        break;
      case "turn_end":
        if (event.end.reason === "handled" && event.end.text.trim()) {
          put({ id: newId(), kind: "reply", text: visible(event.end.text) });
        }
        setBusy(false);
        break;
    }
    const notice = noticeOf(event);
    if (notice) put({ id: newId(), kind: "notice", ...notice });
  }

  /** What was said while the turn ran is in the log once the model is asked again. */
  function showNewInputs(): void {
    const { entries } = session;
    for (const entry of entries.slice(Math.min(seen, entries.length))) {
      if (entry.type !== "user" || entry.isMeta) continue;
      if (!isPersonShown) for (const item of personItem(entry)) put(item);
      isPersonShown = false;
    }
    seen = entries.length;
  }

  function stream(kind: "answer" | "thinking", text: string): void {
    const id = open[kind];
    const before = id === undefined ? undefined : items.get(id);
    const more = visible(text);
    if (id === undefined || !before || !("text" in before)) {
      const made = newId();
      open[kind] = made;
      put({ id: made, kind, text: more });
      return;
    }
    items.set(id, { ...before, text: before.text + more });
    tell({ more: { id, text: more } });
  }

  function showCall(
    id: string,
    tool: string,
    { input, result }: { input: unknown; result?: RenderedCall["result"] },
  ): void {
    const item: ToolItem = {
      id,
      kind: "tool",
      tool: visible(tool),
      title: plainTitle(input),
      state: result?.outcome ?? "running",
      body: [],
      details: plainDetails(input, result),
    };
    put(item);
    const info = tools.list(session).find(({ name, aliases }) => name === tool || aliases?.includes(tool));
    if (!info) return;
    const shown: RenderedCall = { call: { id, tool: info, input }, ...(result && { result }), session };
    void rendered(item, shown).then((better) => {
      // It may have ended, or the session may have been rewound, meanwhile.
      if (better && items.get(id) === item) put(better);
    });
  }

  /** As the plugin that knows the tool shows it; a renderer that fails says nothing. */
  async function rendered(item: ToolItem, shown: RenderedCall): Promise<ToolItem | undefined> {
    try {
      const renderer = await slots.handler(session, "renderers", shown.call.tool.name);
      if (!renderer) return undefined;
      const summary = renderer.summary?.(shown);
      return {
        ...item,
        title: renderer.title?.(shown) ?? item.title,
        ...(summary !== undefined && { summary }),
        body: renderer.body?.(shown) ?? item.body,
        details: renderer.details?.(shown) ?? item.details,
      };
    } catch {
      return undefined;
    }
  }

  function put(item: Item): void {
    items.set(item.id, item);
    tell({ item });
    if (items.size > MOST * 2) drop([...items.keys()].slice(0, MOST));
  }

  function drop(ids: readonly string[]): void {
    for (const id of ids) items.delete(id);
    if (ids.length) tell({ gone: ids });
  }

  function setBusy(is: boolean): void {
    isBusy = is;
    tell({ isBusy });
  }
}
