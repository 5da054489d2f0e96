import { isGantryError, messageOf } from "gantry/sdk";
import { type JSX, useEffect, useRef } from "react";
import { type Keyboard, type KeyHandler, useKeys } from "../input/keyboard.ts";
import type { Theme } from "../paint/theme.ts";
import { useTooEarly } from "./early.ts";
import { typedLines } from "./foreign.ts";
import { type Hint, headingLine, hintLine, Lines, toldLines } from "./frame.tsx";
import { intentOf, letterOf } from "./intent.ts";
import { useLive } from "./live.ts";
import { type Option, optionLines, pressOptions } from "./options.ts";
import { createSeen } from "./seen.ts";
import { editField, fieldOf, type TextField } from "./text-field.ts";
import { isAll, placeIn, viewportAt, viewportShowing } from "./viewport.ts";

/** Lines of a document, the last one not among them. */
export type Range = readonly [from: number, to: number];

export interface DecisionOption extends Option {
  /** What has to have stood on the screen before it can be chosen. */
  readonly mustSee?: readonly Range[];
  /** A text can be given with it: Tab opens it, and so does Enter where the text is what it is about. */
  readonly typing?: { readonly label: string; readonly text: string; readonly isAsked: boolean; readonly does: string };
}

export interface DecisionScreen {
  readonly keyboard: Keyboard;
  readonly theme: Theme;
  readonly width: number;
  /** It is never higher. */
  readonly rows: number;
  /** The time, in milliseconds. */
  readonly now?: (() => number) | undefined;
}

export interface DecisionProps extends DecisionScreen {
  readonly title: string;
  readonly aside?: string;
  /** What it is about, painted; `name` changes with its shape. */
  readonly document: { readonly name: string; readonly lines: readonly string[] };
  readonly question: string;
  readonly options: readonly DecisionOption[];
  /** Which one is pointed at first. */
  readonly first?: number;
  readonly escape: string;
  /** Shows the whole, or less again. */
  readonly onWhole?: (() => void) | undefined;
  /** **Contract**: may reject, which is told; then it is still asked. */
  onChoose(index: number, text: string | undefined): void | Promise<void>;
  onCancel(): void;
}

interface State {
  readonly at: number;
  readonly top: number;
  readonly typed: TextField | undefined;
  readonly notice: string | undefined;
  readonly isAtWork: boolean;
}

/** Something to read, and a choice to make about it. */
export function Decision(props: DecisionProps): JSX.Element {
  const { title, aside, document, question, options, first = 0, keyboard, theme, width, rows, now } = props;
  const live = useLive<State>(() => ({ at: first, top: 0, typed: undefined, notice: undefined, isAtWork: false }));
  const isTooEarly = useTooEarly(now);
  const seen = useRef(createSeen()).current;
  const state = live.get();
  const { lines } = document;
  const shape = `${document.name} ${width}`;
  useKeys(keyboard, ["Confirmation"], onKey);

  const head = headingLine(title, { width }, theme, aside);
  const said = state.notice
    ? toldLines(state.notice, "warning", { width, rows: Math.max(1, Math.floor(rows / 4)) }, theme)
    : [];
  const answering = answeringLines();
  const room = Math.max(1, rows - 2 - said.length - answering.length);
  const view = viewportAt(state.top, room, lines.length);
  useEffect(() => seen.see(shape, view.top, Math.min(view.top + view.height, lines.length)));
  const shown = lines.slice(view.top, view.top + view.height);
  return (
    <Lines
      room={{ width, rows }}
      lines={[head, ...shown, ...answering, ...said, hintLine(hints(), { width }, theme)]}
    />
  );

  // ---------------------------------------------------------------- keys

  function onKey(...[press, action]: Parameters<KeyHandler>): boolean {
    if (press.ctrl && press.name === "c") return false;
    if (isTooEarly()) return true;
    const { at, typed, isAtWork } = live.get();
    const intent = intentOf(press, action);
    if (typed) return onTyping(typed, press, intent);
    if (intent === "cancel") props.onCancel();
    else if (isAtWork) return true;
    else if (intent === "nextField") openTyping(at);
    else if (intent === "pageDown") scroll(live.get().top + Math.max(1, room - 1));
    else if (intent === "pageUp") scroll(live.get().top - Math.max(1, room - 1));
    else if (intent === "first") scroll(0);
    else if (intent === "last") scroll(lines.length);
    else if (letterOf(press) === "?" && props.onWhole) props.onWhole();
    else {
      const pressed = pressOptions(options, at, press, intent);
      if (!pressed) return true;
      live.update({ at: pressed.at, notice: undefined });
      const isByLetter = intent === "yes" || intent === "no";
      if (pressed.isChosen) attempt(pressed.at, { isByLetter });
    }
    return true;
  }

  function onTyping(typed: TextField, press: Parameters<KeyHandler>[0], intent: ReturnType<typeof intentOf>): boolean {
    if (intent === "cancel") live.update({ typed: undefined });
    else if (intent === "accept") void choose(live.get().at, typed.text);
    else if (press.ctrl && press.name === "j")
      live.update({
        typed: editField(typed, { ...press, ctrl: false, name: "paste", text: "\n" }, { hasLines: true }) ?? typed,
      });
    else live.update({ typed: editField(typed, press, { hasLines: true }) ?? typed });
    return true;
  }

  function openTyping(index: number) {
    const typing = options[index]?.typing;
    if (!typing || !isRead(index)) return;
    live.update({ typed: fieldOf(typing.text), notice: undefined });
  }

  function attempt(index: number, { isByLetter }: { readonly isByLetter: boolean }) {
    if (options[index]?.typing?.isAsked && !isByLetter) return openTyping(index);
    if (isRead(index)) void choose(index, undefined);
  }

  /** Whether all has been on the screen that has to be; else it is brought there. */
  function isRead(index: number): boolean {
    for (const [from, to] of options[index]?.mustSee ?? []) {
      const unseen = seen.firstUnseen(from, to);
      if (unseen === undefined) continue;
      live.update({
        top: viewportAt(unseen, room, lines.length).top,
        notice: "There is more to read first: here it is.",
      });
      return false;
    }
    return true;
  }

  async function choose(index: number, text: string | undefined) {
    live.update({ isAtWork: true, notice: undefined });
    try {
      await props.onChoose(index, text);
    } catch (cause) {
      const remedy = isGantryError(cause) && cause.remedy ? ` ${cause.remedy}` : "";
      live.update({ isAtWork: false, typed: undefined, notice: `${messageOf(cause)}${remedy}` });
    }
  }

  function scroll(top: number) {
    live.update({ top: viewportAt(top, room, lines.length).top, notice: undefined });
  }

  // ---------------------------------------------------------------- what it looks like

  function answeringLines(): readonly string[] {
    const { at, typed } = state;
    const most = Math.max(1, rows - 4);
    if (typed) {
      const field = typedLines(typed, { width: width - 2, theme });
      const view = viewportAt(field.length, Math.max(1, Math.min(most - 1, Math.ceil(rows / 2))), field.length);
      const label = options[at]?.typing?.label ?? "";
      return [
        theme.style("accent", label),
        ...field.slice(view.top).map((line, index) => `${index ? "  " : theme.style("prompt", "› ")}${line}`),
      ];
    }
    const all = optionLines(options, at, { width, theme });
    const before = optionLines(options.slice(0, at), at, { width, theme }).length;
    const view = viewportShowing(before, 0, Math.min(all.length, most), all.length);
    const isRoomy = rows > all.length + 8;
    return [
      ...(isRoomy ? [""] : []),
      ...(question && most > all.length ? [question] : []),
      ...all.slice(view.top, view.top + view.height),
    ];
  }

  function hints(): readonly Hint[] {
    const { at, typed } = state;
    if (typed)
      return [
        ["Enter", options[at]?.typing?.does ?? "send"],
        ["Ctrl-J", "new line"],
        ["Esc", "back"],
      ];
    const typing = options[at]?.typing;
    return [
      ...(isAll(view) ? [] : [["PgDn", `read on (${placeIn(view)})`] as const]),
      ["Enter", "choose"],
      ...(typing && !typing.isAsked ? [["Tab", typing.does] as const] : []),
      ["Esc", props.escape],
      ...(props.onWhole ? [["?", "all of the input"] as const] : []),
    ];
  }
}
