import { type ListAction, type ListItem, type ListPanel, messageOf, type PanelAnswer } from "gantry/sdk";
import { lineText } from "gantry/sdk/kit/view-text";
import { useEffect } from "react";
import type { KeyHandler } from "../input/keyboard.ts";
import { createFind } from "./filter.ts";
import { intentOf, letterOf } from "./intent.ts";
import { movedTo } from "./list-keys.ts";
import { searchText } from "./list-rows.ts";
import { useLive } from "./live.ts";
import type { Memory } from "./panel.tsx";
import { EMPTY, editField, type TextField } from "./text-field.ts";
import { type Loaded, useLatest, WAITING } from "./use-latest.ts";

export interface ListState {
  readonly items: Loaded<readonly ListItem[]>;
  readonly query: TextField;
  /** The id of the entry that is pointed at; the first one where it is none. */
  readonly pointed: string | undefined;
  /** What waits for a yes. */
  readonly asked: { readonly action: ListAction; readonly item: ListItem; readonly text: string } | undefined;
  readonly notice: Notice | undefined;
  readonly isAtWork: boolean;
}

export interface Notice {
  readonly isBad: boolean;
  readonly text: string;
}

interface ListParts {
  readonly panel: ListPanel;
  readonly memory: Memory;
  /** Entries that a page has. */
  readonly page: () => number;
  onAnswer(answer: Exclude<PanelAnswer, { readonly stay: string }>): void;
  onBack(): void;
}

const NOTHING: readonly ListItem[] = [];

/** What a list knows and does; how it looks is the matter of others. */
export function useList({ panel, memory, page, onAnswer, onBack }: ListParts) {
  const live = useLive<ListState>(() => ({
    items: WAITING,
    query: EMPTY,
    pointed: undefined,
    asked: undefined,
    notice: undefined,
    isAtWork: false,
    ...(memory.list as Partial<ListState> | undefined),
  }));
  const loading = useLatest();
  const { find } = useLive(() => ({ find: createFind(searchText) })).get();
  useEffect(() => load(), [panel]);
  const state = live.get();
  const { items, query, pointed } = state;
  memory.list = { items, query, pointed };
  const found = foundNow();
  return { state, all: itemsNow(), found, at: indexNow(found), onKey };

  // ---------------------------------------------------------------- what is there

  function itemsNow(): readonly ListItem[] {
    const { items } = live.get();
    return items.kind === "done" ? items.value : NOTHING;
  }

  function foundNow(): readonly ListItem[] {
    return find(itemsNow(), live.get().query.text);
  }

  function indexNow(items: readonly ListItem[]): number {
    const { pointed } = live.get();
    return Math.max(
      0,
      items.findIndex(({ id }) => id === pointed),
    );
  }

  function load(notice?: Notice) {
    const before = indexNow(foundNow());
    loading.run(panel.load, (items) => {
      live.update({ items, isAtWork: false, ...(notice && { notice }) });
      const found = foundNow();
      if (found.some(({ id }) => id === live.get().pointed)) return;
      // What has gone leaves its place to what stands there now.
      const current = before === 0 ? found.find(({ isCurrent }) => isCurrent) : undefined;
      live.update({ pointed: (current ?? found[Math.min(before, found.length - 1)])?.id });
    });
  }

  // ---------------------------------------------------------------- what is done

  function choose(action: ListAction, item: ListItem) {
    if (item.isDisabled) {
      const text = item.detail === undefined ? "That cannot be chosen." : lineText(item.detail);
      return live.update({ notice: { isBad: true, text } });
    }
    try {
      const text = action.confirm?.(item);
      if (text !== undefined) return live.update({ asked: { action, item, text }, notice: undefined });
    } catch (cause) {
      return live.update({ notice: { isBad: true, text: messageOf(cause) } });
    }
    void act(action, item);
  }

  async function act(action: ListAction, item: ListItem) {
    live.update({ asked: undefined, notice: undefined, isAtWork: true });
    try {
      const answer = await action.run(item);
      if (typeof answer === "object" && "stay" in answer) return load({ isBad: false, text: answer.stay });
      live.update({ isAtWork: false });
      onAnswer(answer);
    } catch (cause) {
      live.update({ isAtWork: false, notice: { isBad: true, text: messageOf(cause) } });
    }
  }

  // ---------------------------------------------------------------- keys

  function onKey(...[press, bound]: Parameters<KeyHandler>): boolean {
    const { asked, query, isAtWork } = live.get();
    const intent = intentOf(press, bound);
    if (press.ctrl && press.name === "c") return false;
    if (asked) {
      const letter = letterOf(press);
      if (letter === "y" || intent === "accept") void act(asked.action, asked.item);
      else if (letter === "n" || intent === "cancel") live.update({ asked: undefined });
      return true;
    }
    if (intent === "cancel") {
      if (query.text === "" || isAtWork) onBack();
      else live.update({ query: EMPTY, notice: undefined });
      return true;
    }
    if (isAtWork) return true;
    const found = foundNow();
    const item = found[indexNow(found)];
    const wanted = panel.actions.find(({ key }) =>
      key === "enter" ? intent === "accept" : press.ctrl && press.name === key,
    );
    if (wanted) {
      if (item) choose(wanted, item);
      return true;
    }
    const to = press.text ? undefined : movedTo(intent, indexNow(found), found.length, page());
    if (to !== undefined) live.update({ pointed: found[to]?.id, notice: undefined });
    else type(editField(query, press), item);
    return true;
  }

  function type(typed: TextField | undefined, item: ListItem | undefined) {
    if (!typed) return;
    const isSame = typed.text === live.get().query.text;
    // The best that fits is pointed at; where nothing is searched for any more, what was found.
    const pointed = isSame || typed.text === "" ? item?.id : undefined;
    live.update({ query: typed, pointed, notice: undefined });
  }
}
