/** What stands in one field of a form while it is filled in. */
import type { FormChoice, FormField, FormValue } from "gantry/sdk";
import { type FieldReading, formProblems, readField } from "gantry/sdk/kit/form";
import type { KeyPress } from "../input/keys.ts";
import { type Intent, letterOf } from "./intent.ts";
import { EMPTY, editField, fieldOf, signsOf, type TextField } from "./text-field.ts";

const DOT = "•";

export interface FieldState {
  /** What is typed: the text, or the answer in own words. */
  readonly typed: TextField;
  /** The choice that is pointed at; one behind the last: own words. */
  readonly at: number;
  /** Values of choices. */
  readonly picked: readonly string[];
}

const BOOLEANS: readonly FormChoice[] = [
  { value: "true", title: "Yes" },
  { value: "false", title: "No" },
];

/** What can be chosen in a field; none where it is typed into. */
export function choicesOf({ type, choices = [] }: FormField): readonly FormChoice[] {
  if (type === "boolean") return BOOLEANS;
  return type === "choice" || type === "choices" ? choices : [];
}

export function isTyped({ type }: FormField): boolean {
  return type === "text" || type === "number" || type === "integer";
}

/** Whether the next key types an answer in own words. */
export function isInOwnWords(field: FormField, { at }: FieldState): boolean {
  return field.allowsOther === true && !isTyped(field) && at === choicesOf(field).length;
}

/** What is typed, as it may be seen: of a secret, only how long it is. */
export function shownTyped({ isSecret }: FormField, { typed }: FieldState): TextField {
  if (!isSecret) return typed;
  const { text, cursor } = typed;
  return { text: DOT.repeat(signsOf(text).length), cursor: signsOf(text.slice(0, cursor)).length };
}

export function initialState(field: FormField): FieldState {
  const { default: value } = field;
  if (isTyped(field)) return { typed: value === undefined ? EMPTY : fieldOf(String(value)), at: 0, picked: [] };
  const wanted = value === undefined ? [] : Array.isArray(value) ? (value as readonly string[]) : [String(value)];
  const choices = choicesOf(field);
  const picked = wanted.filter((one) => choices.some((choice) => choice.value === one));
  const other = wanted.find((one) => !picked.includes(one));
  const at = choices.findIndex((choice) => choice.value === picked[0]);
  return { typed: other === undefined ? EMPTY : fieldOf(other), at: Math.max(0, at), picked };
}

/** What the field says, or what is wrong with it. */
export function readState(field: FormField, state: FieldState): FieldReading {
  if (isTyped(field)) return readField(field, state.typed.text);
  const value = chosenValue(field, state);
  if (value === undefined) {
    return field.isRequired ? { kind: "problem", problem: "An answer is needed." } : { kind: "none" };
  }
  const problem = formProblems({ fields: [field] }, { [field.name]: value })[field.name];
  return problem === undefined ? { kind: "value", value } : { kind: "problem", problem };
}

function chosenValue(field: FormField, { picked, typed }: FieldState): FormValue | undefined {
  const own = field.allowsOther ? typed.text.trim() : "";
  if (field.type === "boolean") return picked[0] === undefined ? undefined : picked[0] === "true";
  if (field.type === "choice") return picked[0] ?? (own || undefined);
  const inOrder = choicesOf(field)
    .map(({ value }) => value)
    .filter((value) => picked.includes(value));
  const all = own ? [...inOrder, own] : inOrder;
  // Nothing chosen is an answer only where something stood there.
  return all.length || field.default !== undefined ? all : undefined;
}

/** What a key comes to: another state, the wish to go on to the next field or back, or nothing. */
export type Pressed = { readonly state: FieldState; readonly isDone?: boolean } | "next" | "previous" | undefined;

export function pressField(field: FormField, state: FieldState, press: KeyPress, intent: Intent | undefined): Pressed {
  if (isTyped(field) || (isInOwnWords(field, state) && !isMove(intent))) return type(field, state, press, intent);
  const choices = choicesOf(field);
  const count = choices.length + (field.allowsOther ? 1 : 0);
  if (intent === "next") return state.at + 1 < count ? point(state, state.at + 1) : "next";
  if (intent === "previous") return state.at > 0 ? point(state, state.at - 1) : "previous";
  const isMany = field.type === "choices";
  const letter = letterOf(press);
  if (letter === " ") return { state: pick(field, state, state.at) };
  if (intent === "accept") return { state: isMany ? state : pick(field, state, state.at), isDone: true };
  if (field.type === "boolean" && (letter === "y" || letter === "n")) {
    return { state: pick(field, state, letter === "y" ? 0 : 1) };
  }
  const digit = /^[1-9]$/.test(letter) ? Number(letter) : 0;
  if (digit === 0 || digit > count) return undefined;
  if (digit > choices.length) return point(state, digit - 1);
  return { state: pick(field, state, digit - 1), isDone: !isMany };
}

function isMove(intent: Intent | undefined): boolean {
  return intent === "next" || intent === "previous";
}

function type(field: FormField, state: FieldState, press: KeyPress, intent: Intent | undefined): Pressed {
  if (!press.text && (intent === "next" || intent === "previous")) return intent;
  if (intent === "accept") return { state, isDone: true };
  const typed = editField(state.typed, press);
  if (!typed) return undefined;
  const isInstead = field.type === "choice" && typed.text.trim() !== "";
  return { state: { ...state, typed, ...(isInstead && { picked: [] }) } };
}

function point(state: FieldState, at: number): Pressed {
  return { state: { ...state, at } };
}

function pick(field: FormField, state: FieldState, at: number): FieldState {
  const value = choicesOf(field)[at]?.value;
  if (value === undefined) return { ...state, at };
  if (field.type !== "choices") return { typed: EMPTY, at, picked: [value] };
  const isOff = state.picked.includes(value);
  return { ...state, at, picked: isOff ? state.picked.filter((one) => one !== value) : [...state.picked, value] };
}
