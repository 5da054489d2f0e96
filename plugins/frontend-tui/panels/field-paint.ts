/** How a field of a form looks. Its texts may be those of others: then each line of them stands behind a mark. */
import type { FormField } from "gantry/sdk";
import { paintBlocks } from "../paint/blocks.ts";
import type { Theme, Token } from "../paint/theme.ts";
import { cut } from "../paint/width.ts";
import { choicesOf, type FieldState, isInOwnWords, isTyped, shownTyped } from "./field-state.ts";
import { broken, foreignWord, typedLines } from "./foreign.ts";

export interface FieldLook {
  readonly width: number;
  readonly theme: Theme;
  readonly isFocused: boolean;
  readonly isForeign: boolean;
  readonly problem: string | undefined;
  /** The preview of the choice stands elsewhere. */
  readonly hasPreviewBeside: boolean;
}

export interface PaintedField {
  readonly lines: readonly string[];
  /** The line that has to be seen. */
  readonly focus: number;
}

export function paintField(field: FormField, state: FieldState, look: FieldLook): PaintedField {
  const { theme, isFocused, problem, width } = look;
  const lines: string[] = [];
  const say = (text: string, token: Token, indent = "", pointer = "  ") => {
    for (const [index, line] of said(text, token, indent, look).entries()) lines.push((index ? "  " : pointer) + line);
  };
  const pointer = isFocused ? theme.style("prompt", "❯ ") : "  ";
  say(titleOf(field), isFocused ? "heading" : "text", "", pointer);
  if (field.description && (isFocused || isTyped(field))) say(field.description, "dim");
  let focus = 0;
  if (isTyped(field)) {
    focus = lines.length;
    for (const line of typedLines(shownTyped(field, state), { width: width - 5, theme, isFocused }))
      lines.push(`  ${arrow()} ${line}`);
  } else if (isFocused) {
    choices();
  } else {
    const chosen = chosenText(field, state);
    lines.push(
      `  ${arrow()} ${chosen ? (said(chosen, "accent", "", { ...look, isForeign: false, width: width - 2 })[0] ?? "") : theme.style("dim", "not answered")}`,
    );
  }
  if (problem) for (const line of broken(problem, width - 4)) lines.push(`    ${theme.style("bad", line)}`);
  return { lines, focus: problem ? Math.max(focus, Math.min(lines.length - 1, focus + 1)) : focus };

  function arrow(): string {
    return theme.style(isFocused ? "prompt" : "dim", "›");
  }

  function choices() {
    const isMany = field.type === "choices";
    for (const [index, choice] of choicesOf(field).entries()) {
      const isPointedAt = index === state.at;
      const isPicked = state.picked.includes(choice.value);
      if (isPointedAt) focus = lines.length;
      const box = isMany ? (isPicked ? "[x] " : "[ ] ") : isPicked ? "● " : "○ ";
      say(`${isPointedAt ? "❯" : " "} ${box}${index + 1}. ${choice.title}`, isPointedAt ? "accent" : "text");
      if (choice.description) say(choice.description, "dim", "       ");
    }
    if (field.allowsOther) ownWords();
    const preview = choicesOf(field)[state.at]?.preview;
    if (!preview || look.hasPreviewBeside) return;
    const mark = theme.style("border", look.isForeign ? "  │   " : "      ");
    for (const line of paintBlocks(preview, { width: Math.max(1, width - 6), theme })) lines.push(mark + line);
  }

  function ownWords() {
    const isPointedAt = isInOwnWords(field, state);
    if (isPointedAt) focus = lines.length;
    const other = cut(foreignWord(field.otherTitle ?? "Something else"), Math.max(8, width - 24));
    const label = `${choicesOf(field).length + 1}. ${other}: `;
    const typed = typedLines(shownTyped(field, state), {
      width: Math.max(8, width - label.length - 7),
      theme,
      isFocused: isPointedAt,
    });
    const head = theme.style(isPointedAt ? "accent" : "text", `  ${isPointedAt ? "❯" : " "}   ${label}`);
    lines.push(...typed.map((line, index) => (index ? " ".repeat(label.length + 6) : head) + line));
  }
}

function titleOf({ name, title, isRequired, type }: FormField): string {
  const kind = type === "number" || type === "integer" ? " (number)" : type === "choices" ? " (any of them)" : "";
  return `${foreignWord(title ?? name)}${kind}${isRequired ? " *" : ""}`;
}

/** What has been chosen, in one line. */
export function chosenText(field: FormField, { picked, typed }: FieldState): string {
  if (isTyped(field)) return field.isSecret && typed.text ? "(set)" : typed.text;
  const titles = choicesOf(field)
    .filter(({ value }) => picked.includes(value))
    .map(({ title }) => title);
  const own = field.allowsOther && typed.text.trim() ? [typed.text.trim()] : [];
  return [...titles, ...own].map(foreignWord).join(", ");
}

function said(text: string, token: Token, indent: string, { width, theme, isForeign }: FieldLook): readonly string[] {
  const room = Math.max(1, width - 4 - indent.length);
  const pieces = text.split("\n").flatMap((line) => wordWise(foreignWord(line), room));
  return pieces.map((piece, index) => {
    const mark = isForeign ? theme.style("border", index ? "┆ " : "│ ") : "";
    return mark + indent + theme.style(token, piece);
  });
}

/** Broken between words, and within one that is too long. */
function wordWise(line: string, columns: number): readonly string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const word of line.split(/(?<= )/)) {
    const [whole, ...rest] = broken(piece + word, columns);
    if (rest.length === 0) {
      piece = whole ?? "";
      continue;
    }
    if (piece) pieces.push(piece);
    const parts = broken(word, columns);
    pieces.push(...parts.slice(0, -1));
    piece = parts.at(-1) ?? "";
  }
  return [...pieces, piece];
}
