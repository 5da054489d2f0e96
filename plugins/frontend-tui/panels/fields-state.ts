import { type FormField, type FormValue, messageOf } from "gantry/sdk";
import type { KeyHandler } from "../input/keyboard.ts";
import { type FieldState, initialState, isInOwnWords, isTyped, pressField, readState } from "./field-state.ts";
import { type Intent, intentOf } from "./intent.ts";
import type { Notice } from "./list-state.ts";
import { useLive } from "./live.ts";

export type Values = Readonly<Record<string, FormValue>>;

export interface FieldsState {
  readonly fields: readonly FieldState[];
  /** The field that has the keys; one behind the last: the buttons. */
  readonly focus: number;
  readonly button: number;
  readonly problems: Readonly<Record<string, string>>;
  readonly notice: Notice | undefined;
  readonly isAtWork: boolean;
  /** How far what is to be read has been scrolled. */
  readonly top: number;
}

export interface FieldsParts {
  readonly fields: readonly FormField[];
  /** Below the fields; the first sends. */
  readonly buttons: readonly string[];
  /** One field at a time. */
  readonly isStepwise: boolean;
  readonly memory: Record<string, unknown>;
  /** Lines that a page of what is to be read has. */
  readonly page: () => number;
  /** What it resolves to is told, and the form stays; it may reject, which is told too. */
  onSubmit(values: Values): Promise<string | undefined>;
  onButton(index: number): void;
  onCancel(): void;
}

/** What a form knows and does; how it looks is the matter of others. */
export function useFields({ fields, buttons, isStepwise, memory, page, onSubmit, onButton, onCancel }: FieldsParts) {
  const live = useLive<FieldsState>(() => ({
    fields: fields.map(initialState),
    focus: 0,
    button: 0,
    problems: {},
    notice: undefined,
    isAtWork: false,
    top: 0,
    ...(memory.fields as Partial<FieldsState> | undefined),
  }));
  const state = live.get();
  memory.fields = { fields: state.fields, focus: state.focus };
  return { state, onKey };

  function onKey(...[press, action]: Parameters<KeyHandler>): boolean {
    const { focus, isAtWork } = live.get();
    if (press.ctrl && press.name === "c") return false;
    const intent = intentOf(press, action);
    if (intent === "cancel") onCancel();
    else if (isAtWork) return true;
    else if (intent === "submit") void submit();
    else if (intent === "nextField") go(focus + 1);
    else if (intent === "previousField") go(focus - 1);
    else if (intent === "pageDown" || intent === "pageUp") scroll(intent);
    else if (focus < fields.length) onFieldKey(press, intent);
    else onButtonKey(intent);
    return true;
  }

  function onFieldKey(press: Parameters<KeyHandler>[0], intent: Intent | undefined) {
    const { focus, fields: states } = live.get();
    const field = fields[focus];
    const before = states[focus];
    if (!field || !before) return;
    const isTyping = isTyped(field) || isInOwnWords(field, before);
    if (!isTyping && (intent === "left" || intent === "right")) {
      if (isStepwise) go(focus + (intent === "right" ? 1 : -1));
      else if (field.type === "boolean")
        set(focus, pressField(field, before, asKey(intent === "left" ? "1" : "2"), undefined));
      return;
    }
    set(focus, pressField(field, before, press, intent));
  }

  function set(index: number, pressed: ReturnType<typeof pressField>) {
    if (pressed === undefined) return;
    if (pressed === "next" || pressed === "previous") {
      if (!isStepwise) go(index + (pressed === "next" ? 1 : -1));
      return;
    }
    const { fields: states, problems } = live.get();
    const { [fields[index]?.name ?? ""]: _, ...others } = problems;
    live.update({ fields: states.with(index, pressed.state), problems: others, notice: undefined });
    if (!pressed.isDone) return;
    if (check([index]) > 0) return;
    if (index === fields.length - 1) void submit();
    else go(index + 1);
  }

  function go(to: number) {
    const last = fields.length - 1 + (buttons.length ? 1 : 0);
    live.update({ focus: Math.max(0, Math.min(last, to)) });
  }

  function scroll(intent: "pageDown" | "pageUp") {
    live.update({ top: Math.max(0, live.get().top + (intent === "pageDown" ? page() : -page())) });
  }

  function onButtonKey(intent: Intent | undefined) {
    const { button } = live.get();
    if (intent === "previous") go(fields.length - 1);
    else if (intent === "left") live.update({ button: Math.max(0, button - 1) });
    else if (intent === "right") live.update({ button: Math.min(buttons.length - 1, button + 1) });
    else if (intent === "accept" && button > 0) onButton(button);
    else if (intent === "accept") void submit();
  }

  /** How many of the fields are wrong; the first of them gets the keys. */
  function check(indices: readonly number[]): number {
    const { fields: states, problems } = live.get();
    const wrong = indices.flatMap((index) => {
      const [field, state] = [fields[index], states[index]];
      const reading = field && state && readState(field, state);
      return reading?.kind === "problem" ? [{ index, name: field?.name ?? "", problem: reading.problem }] : [];
    });
    const [first] = wrong;
    if (!first) return 0;
    const told = Object.fromEntries(wrong.map(({ name, problem }) => [name, problem]));
    live.update({ problems: { ...problems, ...told }, focus: first.index });
    return wrong.length;
  }

  async function submit() {
    if (check([...fields.keys()]) > 0) return;
    const values: Record<string, FormValue> = Object.create(null);
    for (const [index, state] of live.get().fields.entries()) {
      const field = fields[index];
      const reading = field && readState(field, state);
      if (field && reading?.kind === "value") values[field.name] = reading.value;
    }
    live.update({ isAtWork: true, notice: undefined });
    try {
      const text = await onSubmit(values);
      live.update({ isAtWork: false, ...(text !== undefined && { notice: { isBad: false, text } }) });
    } catch (cause) {
      live.update({ isAtWork: false, notice: { isBad: true, text: messageOf(cause) } });
    }
  }
}

function asKey(text: string) {
  return { name: text, text, ctrl: false, alt: false, shift: false };
}
