import type { FormField } from "gantry/sdk";
import type { JSX } from "react";
import { useRef } from "react";
import { type Keyboard, useKeys } from "../input/keyboard.ts";
import { paintBlocks } from "../paint/blocks.ts";
import type { Theme } from "../paint/theme.ts";
import { width as columnsOf, cut } from "../paint/width.ts";
import { chosenText, type PaintedField, paintField } from "./field-paint.ts";
import { choicesOf } from "./field-state.ts";
import { type FieldsParts, useFields } from "./fields-state.ts";
import { foreignWord, markedLines } from "./foreign.ts";
import { type Hint, headingLine, hintLine, Lines, selectedWord, toldLines } from "./frame.tsx";
import { isAll, placeIn, viewportAt, viewportShowing } from "./viewport.ts";

const WIDE = 100;

export interface FieldsViewProps extends Omit<FieldsParts, "page" | "isStepwise"> {
  readonly title: string;
  /** At the right of the title. */
  readonly aside?: string;
  /** What is to be read before the fields, painted. */
  readonly reading: (width: number) => readonly string[];
  /** The texts of the fields are those of somebody else. */
  readonly isForeign: boolean;
  readonly escape: string;
  /** What else can be done. */
  readonly hints?: readonly Hint[];
  readonly keyboard: Keyboard;
  readonly contexts: readonly string[];
  /** Whether a key is for nobody, as one that was typed before the form was seen. */
  readonly isTooEarly?: () => boolean;
  readonly theme: Theme;
  readonly width: number;
  readonly rows: number;
}

/** Fields to fill in, and what is to be read before. */
export function FieldsView(props: FieldsViewProps): JSX.Element {
  const { title, aside, fields, buttons, isForeign, keyboard, contexts, theme, width, rows, isTooEarly } = props;
  const isStepwise = fields.length > 1 && fields.every(({ type }) => type === "choice" || type === "choices");
  const pageRows = useRef(1);
  const fieldsTop = useRef(0);
  const { state, onKey } = useFields({ ...props, isStepwise, page: () => pageRows.current });
  useKeys(keyboard, contexts, (press, action) => {
    if (isTooEarly && !(press.ctrl && press.name === "c") && isTooEarly()) return true;
    return onKey(press, action);
  });

  const head = [headingLine(title, { width }, theme, aside), ...(isStepwise ? [stepLine()] : [])];
  const preview = previewBeside();
  const fieldsWidth = preview ? Math.floor(width * 0.55) : width;
  const painted = paintFields();
  const reading = props.reading(width);
  const said = saidLines();
  const room = Math.max(1, rows - head.length - said.length - 1);
  const fieldRoom = Math.min(
    painted.lines.length,
    Math.max(1, reading.length ? Math.ceil(room * 0.6) : room, room - reading.length),
  );
  const readRoom = Math.min(reading.length, Math.max(0, room - fieldRoom));
  const read = viewportAt(state.top, readRoom, reading.length);
  pageRows.current = Math.max(1, readRoom - 1);
  const view = viewportShowing(painted.focus, fieldsTop.current, fieldRoom, painted.lines.length, 2);
  fieldsTop.current = view.top;
  const shownFields = painted.lines.slice(view.top, view.top + view.height);
  const lines = [
    ...head,
    ...reading.slice(read.top, read.top + read.height),
    ...(preview ? beside(shownFields, preview.slice(0, Math.max(1, room - readRoom))) : shownFields),
    ...said,
    state.isAtWork ? theme.style("dim", "Working …") : hintLine(hints(), { width }, theme),
  ];
  return <Lines room={{ width, rows }} lines={lines} />;

  function paintFields(): PaintedField {
    const lines: string[] = [];
    let focus = 0;
    for (const [index, field] of fields.entries()) {
      const own = state.fields[index];
      if (!own || (isStepwise && index !== Math.min(state.focus, fields.length - 1))) continue;
      const isFocused = index === state.focus;
      const look = { width: fieldsWidth, theme, isForeign, isFocused, hasPreviewBeside: preview !== undefined };
      const one = paintField(field, own, { ...look, problem: state.problems[field.name] });
      if (isFocused) focus = lines.length + one.focus;
      lines.push(...one.lines);
    }
    if (buttons.length) {
      if (state.focus === fields.length) focus = lines.length;
      lines.push(buttonLine());
    }
    return { lines, focus };
  }

  function buttonLine(): string {
    const hasFocus = state.focus >= fields.length;
    const names = buttons.map((name, index) => {
      const isPointedAt = hasFocus && index === state.button;
      return isPointedAt
        ? theme.style("selection", `❯[ ${name} ]`, { bold: true })
        : theme.style("dim", ` [ ${name} ]`);
    });
    return `  ${names.join(" ")}`;
  }

  /** The questions side by side, those that are answered ticked off. */
  function stepLine(): string {
    const names = fields.map((field, index) => {
      const own = state.fields[index];
      const mark = own && chosenText(field, own) ? "✓" : "·";
      const name = `${mark} ${cut(foreignWord(field.title ?? field.name), 14)}`;
      return index === state.focus ? selectedWord(name, theme) : theme.style("dim", ` ${name} `);
    });
    return cut(names.join(" "), width);
  }

  function previewBeside(): readonly string[] | undefined {
    const field = fields[state.focus];
    if (width < WIDE || !field?.choices?.some(({ preview }) => preview)) return undefined;
    const blocks = choicesOf(field)[state.fields[state.focus]?.at ?? 0]?.preview ?? [];
    const room = width - Math.floor(width * 0.55) - 4;
    return markedLines(paintBlocks(blocks, { width: Math.max(1, room), theme }), theme);
  }

  function beside(left: readonly string[], right: readonly string[]): readonly string[] {
    return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
      const line = cut(left[index] ?? "", fieldsWidth);
      return `${line}${" ".repeat(Math.max(0, fieldsWidth - columnsOf(line)))}${right[index] ?? ""}`;
    });
  }

  function saidLines(): readonly string[] {
    const { notice } = state;
    const most = { width, rows: Math.max(1, Math.floor(rows / 3)) };
    return notice ? toldLines(notice.text, notice.isBad ? "bad" : "good", most, theme) : [];
  }

  function hints(): readonly Hint[] {
    const field: FormField | undefined = fields[state.focus];
    const isLast = state.focus >= fields.length - 1;
    return [
      ["Enter", isLast ? "send" : "next"],
      ...(field?.type === "choices" ? [["Space", "choose"] as const] : []),
      ...(fields.length > 1 ? [isStepwise ? (["←→", "question"] as const) : (["Tab", "next field"] as const)] : []),
      ...(isAll(read) ? [] : [["PgDn", `read on (${placeIn(read)})`] as const]),
      ...(isLast ? [] : [["Ctrl-S", "send"] as const]),
      ...(props.hints ?? []),
      ["Esc", props.escape],
    ];
  }
}
