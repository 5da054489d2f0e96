/**
 * Prompts that people keep in files: placeholders for what is typed behind a command, and shell commands whose output the model reads.
 * What is typed is text and stays text: no command and no placeholder in it counts.
 */
import { markdownPieces } from "./markdown.ts";
import { quotedFor } from "./shell-quoting.ts";
import { splitWords } from "./words.ts";

/** A piece of a template. */
export type TemplatePart =
  | { readonly kind: "text"; readonly text: string }
  /** A command, as it is written in the template. */
  | { readonly kind: "shell"; readonly command: string };

/** What placeholders stand for. */
export interface TemplateValues {
  /** What was typed behind the command. */
  readonly args: string;
  /** Names for the first arguments, in order: `$who`. */
  readonly names?: readonly string[];
  /** By what stands in `${…}`, such as `CLAUDE_SESSION_ID`. */
  readonly variables?: Readonly<Record<string, string>>;
}

const FENCE = /^ {0,3}(?:`{3,}|~{3,})!/;
/** Words that nobody has declared are left alone, and so are prices: `$1.50`, `$20k`, `$5%`. */
const PLACEHOLDER = String.raw`\$(?:ARGUMENTS(?:\[(?<index>\d{1,4})\]|(?!\w|\[\d))|(?<position>\d{1,4})(?![\d%]|[.,]\d|[kKmMbB]\b)|\{(?<variable>\w+)\}|(?<name>NAMES)(?!\w))`;

/**
 * Parts a template into text and the commands in it: `` !`git status` `` and blocks that are fenced with ```` ```! ````.
 *
 * @example
 * readTemplate("On !`git branch`."); // text "On ", shell "git branch", text "."
 */
export function readTemplate(body: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let text = "";
  const runs = (command: string) => {
    if (text) parts.push({ kind: "text", text });
    text = "";
    parts.push({ kind: "shell", command });
  };
  for (const { kind, text: piece } of markdownPieces(body)) {
    if (kind === "code" && FENCE.test(piece)) runs(insideOf(piece));
    else if (kind === "code" && /^`[^`\n]+`$/.test(piece) && /(?:^|\s)!$/.test(text)) {
      text = text.slice(0, -1);
      runs(piece.slice(1, -1).trim());
    } else text += piece;
  }
  if (text) parts.push({ kind: "text", text });
  return parts;
}

function insideOf(fence: string): string {
  const lines = fence.split("\n");
  const isClosed = lines.length > 1 && /^ {0,3}(?:`{3,}|~{3,})[ \t]*$/.test(lines.at(-1) ?? "");
  return lines
    .slice(1, isClosed ? -1 : undefined)
    .join("\n")
    .trim();
}

/**
 * The text that a template stands for. `run` gets each command in order, what was typed quoted within it as one word of the shell, and
 * resolves to what takes its place. Where no placeholder was used, what was typed stands at the end.
 *
 * **Contract**: rejects with what `run` rejects with, and with `GANTRY_PROMPT_SHELL_ARGUMENT` where what was typed cannot stand safely
 * in a command.
 *
 * @example
 * const ask = () => fillTemplate("Review $0 on !`git branch`.", { args: "core" }, async (command) => `(${command})`);
 */
export async function fillTemplate(
  body: string,
  values: TemplateValues,
  run: (command: string) => Promise<string>,
): Promise<string> {
  const filled = createFilling(values);
  let text = "";
  for (const part of readTemplate(body)) {
    if (part.kind === "text") text += filled.fill(part.text);
    else text += await run(filled.fill(part.command, quotedFor(part.command)));
  }
  return filled.isUsed() || values.args.trim() === "" ? text : `${text.trimEnd()}\n\nARGUMENTS: ${values.args.trim()}`;
}

function createFilling({ args, names = [], variables = {} }: TemplateValues) {
  const words = splitWords(args);
  const placeholder = patternFor(names);
  let isUsed = false;

  function lookUp({ index, position, variable, name }: Groups): string | undefined {
    if (variable !== undefined) return Object.hasOwn(variables, variable) ? variables[variable] : undefined;
    if (name !== undefined) return words[names.indexOf(name)];
    const at = index ?? position;
    return at === undefined ? args.trim() : words[Number(at)];
  }

  return {
    fill(text: string, quote: Quote = (value) => value): string {
      return text.replace(placeholder, (whole, ...rest) => {
        const groups = rest.at(-1) as Groups;
        const isUnknown = groups.variable !== undefined && !Object.hasOwn(variables, groups.variable);
        if (groups.escape !== undefined) return isUnknown ? whole : whole.slice(1);
        const value = lookUp(groups);
        if (value === undefined) return whole;
        if (groups.variable === undefined) isUsed = true;
        const isAll = [groups.index, groups.position, groups.variable, groups.name].every((one) => one === undefined);
        return quote(value, rest.at(-3) as number, isAll ? words : undefined);
      });
    },
    isUsed: () => isUsed,
  };
}

type Groups = Readonly<Record<"escape" | "index" | "position" | "variable" | "name", string | undefined>>;
type Quote = (value: string, at: number, words?: readonly string[]) => string;

/** A longer name goes before one that it begins with. */
function patternFor(names: readonly string[]): RegExp {
  const known = names.filter((name) => /^[A-Za-z_][\w-]*$/.test(name)).sort((a, b) => b.length - a.length);
  return new RegExp(String.raw`(?<escape>\\)?${PLACEHOLDER.replace("NAMES", known.join("|") || "(?!)")}`, "g");
}
