/** The lines that the editor takes on the screen, as ANSI. */
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Theme, Token } from "../paint/theme.ts";
import { cut, width } from "../paint/width.ts";
import { selection } from "./buffer.ts";
import type { DraftView } from "./draft-types.ts";
import { layOut, type Row, rowOf, shownUnit } from "./layout.ts";
import type { Menu, MenuItem } from "./menu.ts";
import type { Search } from "./search.ts";
import { nextUnit } from "./units.ts";

export interface LinesOptions {
  readonly theme: Theme;
  /** Of a row of text. */
  readonly columns: number;
  /** Of the whole screen. */
  readonly width: number;
  readonly maxRows: number;
  readonly isActive: boolean;
  readonly placeholder: string;
}

const MOST_OFFERED = 8;
/** Columns for what a command does, before there is room for whose it is. */
const MOST_SAID = 40;

export function draftLines(view: DraftView, options: LinesOptions): string[] {
  const { theme, maxRows } = options;
  const below = [...belowLines(view, options)];
  const room = Math.max(1, maxRows - below.length);
  const text = textLines(view, options, room);
  const hint = view.hint || (view.hasStash ? "A prompt is put aside" : "");
  const all = [...text, ...below];
  return hint && all.length < maxRows
    ? [...all, theme.style("dim", `  ${cut(hint, options.width - 2)}`)]
    : all.slice(0, maxRows);
}

// ---------------------------------------------------------------- the text

function textLines(view: DraftView, options: LinesOptions, room: number): string[] {
  const { buffer, ghost } = view;
  const { theme, columns, placeholder, isActive } = options;
  const sign = signOf(view, theme);
  if (buffer.text === "") {
    const [first = " ", ...rest] = ghost || placeholder || " ";
    const cursor = isActive ? cursorOn(first, "dim", theme) : theme.style("dim", first);
    return [sign + cursor + theme.style("dim", cut(visibleLine(rest.join("")), columns - 1))];
  }
  const rows = layOut(buffer.text, columns, buffer.chips);
  const at = rowOf(rows, buffer.cursor);
  const first = Math.max(0, Math.min(at - Math.floor(room / 2), rows.length - room));
  return rows.slice(first, first + room).map((row, index) => {
    const isCut = (index === 0 && first > 0) || (index === room - 1 && first + room < rows.length);
    const before = first + index === 0 ? sign : isCut ? `${theme.style("dim", "…")} ` : "  ";
    return before + rowLine(view, row, first + index === at, options);
  });
}

function signOf({ isShell, vim }: DraftView, theme: Theme): string {
  const isCommanding = vim !== undefined && vim.mode !== "insert";
  const sign = isShell ? "!" : isCommanding ? (vim.mode === "normal" ? ":" : "v") : ">";
  return `${theme.style(isShell ? "warning" : "prompt", sign)} `;
}

function rowLine(view: DraftView, row: Row, hasCursor: boolean, { theme, isActive, columns }: LinesOptions): string {
  const { buffer, ghost, vim } = view;
  const { text, cursor, chips } = buffer;
  const chosen = vim?.selection ?? selection(buffer);
  const pieces: string[] = [];
  let plain = "";
  const flush = () => {
    if (plain) pieces.push(plain);
    plain = "";
  };
  for (let at = row.from; at < row.to; ) {
    const next = Math.min(row.to, nextUnit(text, at, chips));
    const unit = text.slice(at, next);
    const isCursor = isActive && at === cursor;
    const isChosen = chosen !== undefined && at >= chosen.from && at < chosen.to;
    const isChip = chips.includes(unit);
    const shown = shownUnit(unit);
    if (!isCursor && !isChosen && !isChip) plain += shown;
    else {
      flush();
      const token = isChip ? "accent" : isChosen && !isCursor ? "selection" : "text";
      pieces.push(isCursor ? cursorOn(shown, token, theme) : theme.style(token, shown, { inverse: isChosen }));
    }
    at = next;
  }
  flush();
  const isBehind = hasCursor && isActive && cursor >= row.to;
  if (!isBehind) return pieces.join("");
  const [under = " ", ...rest] = cursor === text.length ? ghost : "";
  const left = columns - width(pieces.join("")) - 1;
  const behind = left > 0 && rest.length ? theme.style("dim", cut(visibleLine(rest.join("")), left)) : "";
  return pieces.join("") + cursorOn(under, under === " " ? "text" : "dim", theme) + behind;
}

/** Turned around; where there are no styles, a bar before it. */
function cursorOn(shown: string, token: Token, theme: Theme): string {
  return theme.depth === 0 ? `│${shown}` : theme.style(token, shown, { inverse: true });
}

// ---------------------------------------------------------------- below the text

function belowLines(view: DraftView, options: LinesOptions): readonly string[] {
  if (view.search) return searchLines(view.search, options);
  return view.menu ? menuLines(view.menu, options) : [];
}

function shownPart(count: number, selected: number, room: number): number {
  return Math.max(0, Math.min(selected - Math.floor(room / 2), count - room));
}

type MenuRow = { readonly heading: string } | { readonly item: MenuItem; readonly isSelected: boolean };

function menuLines({ items, selected, place }: Menu, options: LinesOptions): readonly string[] {
  const { theme, maxRows, width: all } = options;
  if (items.length === 0) return place.kind === "commands" ? [theme.style("dim", "  no such command")] : [];
  const rows = menuRows(items, selected);
  const room = Math.max(1, Math.min(MOST_OFFERED, maxRows - 2));
  const first = shownPart(
    rows.length,
    rows.findIndex((row) => "item" in row && row.isSelected),
    room,
  );
  const shown = rows.slice(first, first + room);
  const names = shown.map((row) => ("item" in row ? width(nameOf(row.item)) : 0));
  const wide = Math.min(Math.max(...names), Math.floor(all / 2));
  const lines = shown.map((row) =>
    "heading" in row
      ? theme.style("heading", cut(`  ${visibleLine(row.heading)}`, all))
      : itemLine(row.item, row.isSelected, wide, options),
  );
  const more = rows.slice(first + room).filter((row) => "item" in row).length;
  return more > 0 && lines.length + 1 < maxRows - 1 ? [...lines, theme.style("dim", `  … ${more} more`)] : lines;
}

/** The items, and once above each group what it is called. */
function menuRows(items: readonly MenuItem[], selected: number): readonly MenuRow[] {
  return items.flatMap((item, index) => {
    const isNew = item.group !== undefined && item.group !== items[index - 1]?.group;
    const row = { item, isSelected: index === selected };
    return isNew ? [{ heading: item.group as string }, row] : [row];
  });
}

function nameOf({ label, hint }: MenuItem): string {
  return visibleLine(hint ? `${label} ${hint}` : label);
}

function itemLine(item: MenuItem, isSelected: boolean, wide: number, { theme, width: all }: LinesOptions): string {
  const name = cut(nameOf(item), wide);
  const padded = name + " ".repeat(Math.max(0, wide - width(name)));
  const left = Math.max(0, all - wide - 6);
  const owner = item.owner && left > MOST_SAID + item.owner.length ? ` (${item.owner})` : "";
  const detail = cut(visibleLine(item.detail ?? ""), Math.max(0, left - width(owner)));
  const behind = left > 8 ? `  ${detail}${owner}` : "";
  // A mark too, for whoever sees no colours.
  return isSelected ? theme.style("accent", `› ${padded}${behind}`) : `  ${padded}${theme.style("dim", behind)}`;
}

const SCOPE_NAMES = { project: "this project", everywhere: "all projects", session: "this session" };

function searchLines({ query, scope, items, selected }: Search, options: LinesOptions): readonly string[] {
  const { theme, width: all, maxRows } = options;
  const room = Math.max(1, Math.min(MOST_OFFERED, maxRows - 3));
  const first = shownPart(items.length, selected, room);
  const lines = items.slice(first, first + room).map(({ text }, index) => {
    const line = cut(visibleLine(text), Math.max(1, all - 3));
    return first + index === selected ? theme.style("accent", `› ${line}`) : `  ${line}`;
  });
  const count = items.length ? `${selected + 1} of ${items.length}` : "nothing found";
  const head = `${theme.style("prompt", "search")} ${visibleLine(query)}${theme.style("selection", " ", { inverse: true })}`;
  return [`${head} ${theme.style("dim", `${count} in ${SCOPE_NAMES[scope]}`)}`, ...lines];
}
