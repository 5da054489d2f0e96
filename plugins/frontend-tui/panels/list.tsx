import type { ListItem, ListPanel } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import { type JSX, useEffect, useMemo, useRef } from "react";
import { useKeys } from "../input/keyboard.ts";
import type { KeyPress } from "../input/keys.ts";
import { paintBlocks } from "../paint/blocks.ts";
import { width as columnsOf, cut } from "../paint/width.ts";
import { typedLines } from "./foreign.ts";
import { type Hint, headingLine, hintLine, keyName, Lines, toldLines } from "./frame.tsx";
import { paintRows, titleColumns } from "./list-paint.ts";
import { rowsOf } from "./list-rows.ts";
import { useList } from "./list-state.ts";
import { useLive } from "./live.ts";
import type { ShownPanel } from "./panel.tsx";
import { type Loaded, useLatest, WAITING } from "./use-latest.ts";
import { placeIn, viewportAt, viewportShowing } from "./viewport.ts";

/** Lines that one key scrolls. */
const STEP = 3;

const WIDE = 100;
const LEAST_ROWS_FOR_PREVIEW = 12;

/** Entries to look through and to choose from. */
export function ListView(props: ShownPanel<ListPanel>): JSX.Element {
  const { panel, keyboard, theme, width, rows, memory, isNested, onAnswer, onBack } = props;
  const pageRows = useRef(1);
  const top = useRef(0);
  const previewRows = useRef(1);
  const { state, all, found, at, onKey } = useList({ panel, memory, page: () => pageRows.current, onAnswer, onBack });
  const isBeside = panel.preview !== undefined && width >= WIDE && all.length > 0;
  const isBelow = panel.preview !== undefined && !isBeside && rows >= LEAST_ROWS_FOR_PREVIEW;
  const listWidth = isBeside ? Math.floor(width * 0.45) : width;
  const previewWidth = isBeside ? width - listWidth - 3 : width - 2;
  const preview = usePreview(panel, isBeside || isBelow ? found[at] : undefined, previewWidth, props);
  const hasHeadings = state.query.text.trim() === "";
  const { rows: listRows, rowOf } = useMemo(() => rowsOf(found, { hasHeadings }), [found, hasHeadings]);
  const hasCurrent = useMemo(() => all.some(({ isCurrent }) => isCurrent), [all]);
  const aligned = useMemo(() => titleColumns(listRows, listWidth, hasCurrent), [listRows, listWidth, hasCurrent]);
  const reading = useLive(() => ({ of: found[at], top: 0 }));
  if (reading.get().of !== found[at]) reading.reset({ of: found[at], top: 0 });
  useKeys(keyboard, ["Select"], (press, action) => readOn(press) || onKey(press, action));

  const foot = footLines();
  const room = Math.max(1, rows - 2 - foot.length);
  const list = listLines(isBelow ? Math.ceil(room / 2) : room);
  return <Lines room={{ width, rows }} lines={[...headLines(), ...bodyLines(), ...foot]} />;

  function headLines(): readonly string[] {
    const count = found.length === all.length ? `${all.length}` : `${found.length} of ${all.length}`;
    const typed = typedLines(state.query, { width: Math.max(1, width - 3), theme }).at(-1);
    const ghost = state.query.text ? "" : theme.style("dim", "type to search");
    return [
      headingLine(visibleLine(panel.title), { width }, theme, state.items.kind === "done" ? count : ""),
      `${theme.style("prompt", "› ")}${typed}${ghost}`,
    ];
  }

  function bodyLines(): readonly string[] {
    if (isBeside) return sideBySide(list, previewLines(room));
    if (!isBelow) return list;
    const below = previewLines(room - list.length - 1).map((line) => `  ${line}`);
    if (below.length === 0) return list;
    return [...list, theme.style("border", "┄".repeat(width)), ...below];
  }

  function listLines(most: number): readonly string[] {
    const { items } = state;
    if (items.kind === "waiting") return [theme.style("dim", "Loading …")];
    if (items.kind === "failed") return toldLines(items.message, "bad", { width: listWidth, rows: most }, theme);
    if (all.length === 0) {
      return toldLines(panel.empty ?? "There is nothing to show.", "dim", { width: listWidth, rows: most }, theme);
    }
    if (found.length === 0) return [theme.style("dim", "Nothing fits what is typed.")];
    const row = rowOf[at] ?? 0;
    const hasHeading = listRows[row - 1]?.kind === "heading" && most > 1;
    const view = viewportShowing(hasHeading ? row - 1 : row, top.current, most, listRows.length, hasHeading ? 2 : 1);
    top.current = view.top;
    pageRows.current = Math.max(1, most - 1);
    const shown = listRows.slice(view.top, view.top + view.height);
    return paintRows(shown, { width: listWidth, theme, pointedAt: found[at], hasCurrent, aligned });
  }

  function previewLines(most: number): readonly string[] {
    if (most <= 0 || found.length === 0) return [];
    if (preview.kind === "waiting") return [theme.style("dim", "…")];
    if (preview.kind === "failed") return toldLines(preview.message, "bad", { width: previewWidth, rows: most }, theme);
    const { value: lines } = preview;
    if (lines.length <= most) return lines;
    const room = most - 1;
    previewRows.current = room;
    const view = viewportAt(reading.get().top, room, lines.length);
    const shown = lines.slice(view.top, view.top + room);
    return [...shown, theme.style("dim", `Shift-↑↓ ${placeIn(view)}`)];
  }

  /** The preview has no keys of its own: with Shift, the arrows are for it. */
  function readOn({ name, shift }: KeyPress): boolean {
    if (!panel.preview || !shift || (name !== "up" && name !== "down")) return false;
    if (preview.kind !== "done") return true;
    const top = reading.get().top + (name === "down" ? STEP : -STEP);
    reading.update({ top: viewportAt(top, previewRows.current, preview.value.length).top });
    return true;
  }

  function sideBySide(left: readonly string[], right: readonly string[]): readonly string[] {
    const bar = ` ${theme.style("border", "│")} `;
    return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
      const line = cut(left[index] ?? "", listWidth);
      return `${line}${" ".repeat(Math.max(0, listWidth - columnsOf(line)))}${bar}${right[index] ?? ""}`;
    });
  }

  function footLines(): readonly string[] {
    const { asked, notice, isAtWork } = state;
    const most = { width, rows: Math.max(1, Math.floor(rows / 3)) };
    if (asked) {
      const hints: readonly Hint[] = [
        ["y", "yes"],
        ["n", "no"],
      ];
      return [...toldLines(asked.text, "warning", most, theme), hintLine(hints, most, theme)];
    }
    const said = notice ? toldLines(notice.text, notice.isBad ? "bad" : "good", most, theme) : [];
    return [...said, isAtWork ? theme.style("dim", "Working …") : hintLine(hints(), most, theme)];
  }

  function hints(): readonly Hint[] {
    const own = panel.actions.map(({ key, label }): Hint => [keyName(key), visibleLine(label)]);
    return [...own, ["Esc", state.query.text ? "clear" : isNested ? "back" : "close"]];
  }
}

/** More of the entry that is pointed at, painted; what was asked for before is told to stop. */
function usePreview(
  panel: ListPanel,
  item: ListItem | undefined,
  width: number,
  { theme: own, themeNamed }: Pick<ShownPanel<ListPanel>, "theme" | "themeNamed">,
): Loaded<readonly string[]> {
  const live = useLive<{ item: ListItem | undefined; lines: Loaded<readonly string[]> }>(() => ({
    item: undefined,
    lines: WAITING,
  }));
  const loading = useLatest();
  const name = item?.theme;
  const theme = useMemo(() => (name !== undefined && themeNamed?.(name)) || own, [name, themeNamed, own]);
  useEffect(() => {
    if (!panel.preview || !item) return loading.stop();
    const { preview } = panel;
    loading.run(
      async (signal) => paintBlocks(await preview(item, signal), { width: Math.max(1, width), theme }),
      (lines) => live.update({ item, lines }),
    );
  }, [panel, item, width, theme, live, loading]);
  const { item: loaded, lines } = live.get();
  return loaded === item ? lines : WAITING;
}
