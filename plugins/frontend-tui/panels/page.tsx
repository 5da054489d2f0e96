import type { Block, PagePanel } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import { type JSX, useEffect, useMemo } from "react";
import { type KeyHandler, useKeys } from "../input/keyboard.ts";
import { paintBlocks } from "../paint/blocks.ts";
import { width as columnsOf, cut } from "../paint/width.ts";
import { type Hint, headingLine, hintLine, Lines, selectedWord, toldLines } from "./frame.tsx";
import { type Intent, intentOf } from "./intent.ts";
import { useLive } from "./live.ts";
import type { ShownPanel } from "./panel.tsx";
import { type Loaded, useLatest, WAITING } from "./use-latest.ts";
import { isAll, placeIn, viewportAt } from "./viewport.ts";

interface State {
  readonly part: number;
  readonly top: number;
  readonly blocks: Loaded<readonly Block[]>;
  /** Whether what is folded is shown. */
  readonly isOpen: boolean;
}

/** Nothing is asked for oftener, whatever a panel wants. */
const LEAST_REFRESH_MS = 100;

const LETTERS: Readonly<Record<string, Intent>> = {
  j: "next",
  k: "previous",
  " ": "pageDown",
  b: "pageUp",
  g: "first",
  G: "last",
  q: "cancel",
};

/** Something to read, part by part. */
export function PageView(props: ShownPanel<PagePanel>): JSX.Element {
  const { panel, keyboard, theme, width, rows, memory, isNested, onBack } = props;
  const live = useLive<State>(() => ({
    part: 0,
    top: 0,
    blocks: WAITING,
    isOpen: false,
    ...(memory.page as Partial<State>),
  }));
  const { part, top, blocks, isOpen } = live.get();
  const loading = useLatest();
  const { load } = panel.parts[part] ?? NO_PART;
  memory.page = { part, top, isOpen };
  const hasFolds = blocks.kind === "done" && blocks.value.some(({ type }) => type === "fold");
  const painted = useMemo(
    () => (blocks.kind === "done" ? paintBlocks(blocks.value, { width, theme, isOpen }) : []),
    [blocks, width, theme, isOpen],
  );
  useKeys(keyboard, ["Tabs", "Scroll"], onKey);
  useEffect(() => {
    let timer: NodeJS.Timeout | undefined;
    const begin = () =>
      loading.run(load, (loaded) => {
        live.update({ blocks: loaded });
        if (panel.refreshMs !== undefined) timer = setTimeout(begin, Math.max(LEAST_REFRESH_MS, panel.refreshMs));
      });
    begin();
    return () => {
      clearTimeout(timer);
      loading.stop();
    };
  }, [load, panel.refreshMs, live, loading]);

  const head = [
    headingLine(visibleLine(panel.title), { width }, theme),
    ...(panel.parts.length > 1 ? [tabLine()] : []),
  ];
  const room = { width, rows: Math.max(1, rows - head.length - 1) };
  const body = bodyLines();
  const view = viewportAt(top, room.rows, body.length);
  const shown = body.slice(view.top, view.top + view.height);
  return <Lines room={{ width, rows }} lines={[...head, ...shown, hintLine(hints(), { width }, theme)]} />;

  function onKey(...[press, action]: Parameters<KeyHandler>): boolean {
    if (press.ctrl && press.name === "c") return false;
    const intent = LETTERS[press.name === "paste" ? "" : press.text] ?? intentOf(press, action);
    if (intent === "accept" && hasFolds) live.update({ isOpen: !live.get().isOpen });
    else if (intent === "cancel" || intent === "accept") onBack();
    else if (intent === "right" || intent === "nextField") turnTo(live.get().part + 1);
    else if (intent === "left" || intent === "previousField") turnTo(live.get().part - 1);
    else scroll(intent);
    return true;
  }

  function turnTo(wanted: number) {
    const { length } = panel.parts;
    if (length > 1) live.update({ part: (wanted + length) % length, top: 0, blocks: WAITING });
  }

  function scroll(intent: Intent | undefined) {
    const page = Math.max(1, room.rows - 1);
    const steps: Partial<Record<Intent, number>> = {
      next: 1,
      previous: -1,
      pageDown: page,
      pageUp: -page,
      first: Number.NEGATIVE_INFINITY,
      last: Number.POSITIVE_INFINITY,
    };
    const step = intent && steps[intent];
    if (step === undefined) return;
    const from = Number.isFinite(step) ? live.get().top : 0;
    live.update({ top: viewportAt(from + step, room.rows, body.length).top });
  }

  function bodyLines(): readonly string[] {
    if (blocks.kind === "waiting") return [theme.style("dim", "Loading …")];
    if (blocks.kind === "failed") return toldLines(blocks.message, "bad", room, theme);
    return painted.length ? painted : [theme.style("dim", "There is nothing to show.")];
  }

  /** The titles side by side; where they do not fit, those around the one that is shown. */
  function tabLine(): string {
    const titles = panel.parts.map(({ title }) => visibleLine(title));
    let from = 0;
    while (from < part && columnsOf(titles.slice(from, part + 1).join("   ")) > width - 4) from++;
    const marked = titles
      .slice(from)
      .map((title, index) => (from + index === part ? selectedWord(title, theme) : theme.style("dim", ` ${title} `)));
    return cut(`${from > 0 ? "‹ " : ""}${marked.join(" ")}`, width);
  }

  function hints(): readonly Hint[] {
    return [
      ...(isAll(view) ? [] : [["↑↓", `line ${placeIn(view)}`] as const]),
      ...(panel.parts.length > 1 ? [["←→", "part"] as const] : []),
      ...(hasFolds ? [["Enter", isOpen ? "fold" : "open what is folded"] as const] : []),
      ["Esc", isNested ? "back" : "close"],
    ];
  }
}

const NO_PART: PagePanel["parts"][number] = { title: "", load: () => [] };
