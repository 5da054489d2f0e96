/** The menu that belongs to what is being typed, and the grey text behind it: looked up again after each key, never waited for. */
import type { Buffer } from "./buffer.ts";
import type { DraftHost } from "./draft-types.ts";
import { isPastedLead } from "./leads.ts";
import {
  argumentItems,
  commandItems,
  emojiItems,
  type Menu,
  type MenuItem,
  type MenuPlace,
  mentionItems,
  menuPlaceAt,
  nearCommand,
} from "./menu.ts";

/** A piece of the text, and what goes there. */
export interface Taken {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export interface Offers {
  menu(): Menu | undefined;
  ghost(): string;
  /** Where the cursor was when the menu was looked up. */
  cursor(): number;
  refresh(isEdit: boolean): void;
  select(by: number): void;
  /** What is chosen, as it goes into the text; `undefined`: nothing is. */
  chosen(): Taken | undefined;
  /** What is chosen; or, where nothing is, the command that was probably meant. */
  accept(): Taken | undefined;
  dismiss(): void;
  /** Opens a menu that was dismissed. Whether there is one. */
  open(): boolean;
  close(): void;
}

const MOST_ITEMS = 200;

export function createOffers(
  host: DraftHost,
  /** `isPlain`: it is no command, whatever it begins with. */
  state: () => { readonly buffer: Buffer; readonly isShell: boolean; readonly isPlain: boolean },
  onChange: () => void,
): Offers {
  let menu: Menu | undefined;
  let cursor = 0;
  let asking: AbortController | undefined;
  /** Where a menu was dismissed: it stays away until another word is begun. */
  let dismissedAt: number | undefined;

  function refresh(isEdit: boolean) {
    cursor = state().buffer.cursor;
    asking?.abort();
    asking = undefined;
    const place = placeNow();
    if (!place || place.from !== dismissedAt || place.kind === "arguments") dismissedAt = undefined;
    // Whoever only moves is not asked what they want to write.
    const isWanted = place && place.from !== dismissedAt && (isEdit || menu?.place.from === place.from);
    if (!isWanted) {
      menu = undefined;
      return;
    }
    look(place);
  }

  function placeNow(): MenuPlace | undefined {
    const { buffer, isShell, isPlain } = state();
    return menuPlaceAt(buffer.text, buffer.cursor, isShell || isPlain);
  }

  function look(place: MenuPlace) {
    if (place.kind === "commands") {
      const items = commandItems(host.suggest().commands(), place.query, usedCommands(host));
      // A slash alone chooses nothing: Enter must not run what nobody has named.
      menu = { place, items, selected: items.length && place.query ? 0 : -1 };
      return;
    }
    if (place.kind === "emoji") {
      const items = host.settings().hasEmoji === false ? [] : emojiItems(place.query);
      // Tab or an arrow takes one; Enter sends what was typed, which may well mean something else.
      menu = items.length ? { place, items, selected: -1 } : undefined;
      return;
    }
    // What was there stays until there is something new: a list that blinks cannot be read.
    const isSame = menu?.place.kind === place.kind && menu.place.from === place.from;
    menu = isSame && menu ? { ...menu, place } : undefined;
    const mine = new AbortController();
    asking = mine;
    const show = (items: readonly MenuItem[]) => {
      if (mine.signal.aborted) return;
      const kept = menu?.place === place ? menu.selected : 0;
      const selected = place.kind === "arguments" ? -1 : Math.min(kept, items.length - 1);
      menu = items.length ? { place, items: items.slice(0, MOST_ITEMS), selected } : undefined;
      onChange();
    };
    void (place.kind === "arguments" ? complete(place, show) : mention(place, mine.signal, show)).catch(() => show([]));
  }

  async function complete(
    place: Extract<MenuPlace, { kind: "arguments" }>,
    show: (items: readonly MenuItem[]) => void,
  ) {
    const items = argumentItems(await host.suggest().complete(place.command, place.query));
    show(items.filter(({ insert }) => insert !== place.query));
  }

  async function mention(
    place: Extract<MenuPlace, { kind: "mentions" }>,
    signal: AbortSignal,
    show: (items: readonly MenuItem[]) => void,
  ) {
    let hasShown = false;
    for await (const list of host.suggest().mentions(place.query, signal)) {
      if (signal.aborted) return;
      if (!list.length && !hasShown) continue;
      hasShown = true;
      show(mentionItems(list));
    }
    if (!hasShown) show([]);
  }

  function taken(item: MenuItem, place: MenuPlace): Taken {
    // A folder may be gone on from; what is behind anything else is another word.
    const text = item.isOpen && !item.insert.endsWith('"') ? item.insert : `${item.insert} `;
    return { from: place.from, to: place.to, text };
  }

  function chosen(): Taken | undefined {
    const item = menu?.items[menu.selected];
    return item && menu ? taken(item, menu.place) : undefined;
  }

  function meant(): Taken | undefined {
    const place = menu?.place ?? placeNow();
    if (place?.kind === "arguments" || place?.kind === "emoji") {
      const first = menu?.items[0];
      return first && taken(first, place);
    }
    const name =
      place?.kind === "commands" && place.query ? nearCommand(host.suggest().commands(), place.query) : undefined;
    return name !== undefined && place ? { from: place.from, to: place.to, text: `/${name} ` } : undefined;
  }

  return {
    menu: () => menu,
    cursor: () => cursor,
    refresh,
    ghost() {
      const { buffer, isShell } = state();
      if (buffer.cursor !== buffer.text.length) return "";
      if (isShell) return buffer.text === "" ? "" : ranBefore(host, buffer.text);
      return buffer.text === "" ? (host.suggestion() ?? "") : "";
    },
    select(by) {
      if (!menu) return;
      const count = menu.items.length;
      const from = menu.selected < 0 && by < 0 ? 0 : menu.selected;
      menu = { ...menu, selected: count ? (from + by + count) % count : -1 };
    },
    chosen,
    accept: () => chosen() ?? meant(),
    dismiss() {
      asking?.abort();
      dismissedAt = menu?.place.from;
      menu = undefined;
    },
    open() {
      const place = placeNow();
      if (!place) return false;
      dismissedAt = undefined;
      look(place);
      return true;
    },
    close: () => asking?.abort(),
  };
}

/** The rest of the newest shell command that begins so. */
function ranBefore({ history }: DraftHost, typed: string): string {
  const sent = history
    .list()
    .find(({ text, pasted }) => text.startsWith(`!${typed}`) && !text.includes("\n") && !isPastedLead(pasted));
  return sent?.text.slice(typed.length + 1) ?? "";
}

/** The names of the commands that were sent, the newest first. */
function usedCommands({ history }: DraftHost): readonly string[] {
  return history.list().flatMap(({ text }) => /^\/([\w:-]+)/.exec(text)?.[1] ?? []);
}
