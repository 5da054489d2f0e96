/** Whether a rule's words, such as `npm test:*`, speak about a command. */
import { matchText } from "../stars.ts";
import { codeIn } from "./code.ts";
import { readShell } from "./grammar.ts";
import { type Reach, reachOf } from "./reach.ts";
import { roughlyMentions } from "./rough.ts";
import type { ShellCommand, ShellText, ShellWord } from "./text.ts";
import { nameOf } from "./wrappers.ts";

/** What the brackets of a rule about commands say. */
interface CommandPattern {
  /** The words that a command begins with; absent where a `*` stands elsewhere than at the end. */
  readonly words?: readonly string[];
  /** More words may follow. */
  readonly isPrefix: boolean;
  readonly text: string;
}

const known = new Map<string, CommandPattern>();

/** `x:*` and `x *` are `x` alone or with more words; a `*` elsewhere is any text. */
function patternOf(specifier: string): CommandPattern {
  const found = known.get(specifier);
  if (found) return found;
  const start = /^(.*[^\s:])(?::| )\*$/s.exec(specifier)?.[1];
  const isPrefix = start !== undefined;
  const head = (start ?? specifier).trim();
  const pattern = { isPrefix, text: head, ...(!head.includes("*") && { words: literalWords(head) }) };
  if (known.size > 2000) known.clear();
  known.set(specifier, pattern);
  return pattern;
}

/** The words of a text as the shell would part it; at blanks where that says nothing certain. */
function literalWords(text: string): readonly string[] {
  const { commands, problem } = readShell(text);
  const [command, ...others] = commands;
  const isOne =
    command && !problem && others.length === 0 && command.redirections.length === 0 && command.words.length > 0;
  const values = command?.assignments.map(({ value }) => value) ?? [];
  if (isOne && [...command.words, ...values].every(({ kind }) => kind === "literal"))
    return [
      ...command.assignments.map(({ name, value }) => `${name}=${value.text}`),
      ...command.words.map((word) => word.text),
    ];
  return text.split(/\s+/);
}

/** The words as one text in which their bounds can be told. */
export function lineOf(words: readonly string[]): string {
  return words.map((word) => (/^[^\s"']+$/.test(word) ? word : `"${word}"`)).join(" ");
}

// ---------------------------------------------------------------- what allows

/** So many flags before a subcommand are looked past where a whole line has to be compared. */
const MOST_VARIANTS = 40;
const ASSIGNMENT = /^[A-Za-z_]\w*=/;
/** Programs that run what later words say, so that a rule that leaves those open does not speak for them. */
const NEVER_BY_PREFIX = new Set(["watch", "setsid", "ionice", "flock"]);
const FIND_ACTS = /^-(?:exec|execdir|ok|okdir|delete|fls|fprint|fprint0|fprintf)$/;

/**
 * Whether a specifier surely covers a plain command of these words. `isOpen`: more words follow that are not known, as behind
 * `xargs`. Variables that are set before it (`A=1`) are words of their own, which a rule has to spell out.
 */
export function coversWords(specifier: string, words: readonly string[], isOpen = false): boolean {
  const pattern = patternOf(specifier);
  const set = words.findIndex((word) => !ASSIGNMENT.test(word));
  if (set !== 0) {
    const spelled = pattern.words?.slice(0, set) ?? [];
    if (set < 0 || !isSame(spelled, words.slice(0, set))) return false;
    const rest = pattern.words?.slice(set) ?? [];
    if (rest.length === 0 || actsByWords({ ...pattern, words: rest }, words.slice(set), isOpen)) return false;
    return pattern.isPrefix ? startsWith(words.slice(set), rest) : !isOpen && isSame(rest, words.slice(set));
  }
  const isExact = !pattern.isPrefix && pattern.words !== undefined;
  if (isExact) return !isOpen && isSame(pattern.words, words);
  if (actsByWords(pattern, words, isOpen)) return false;
  if (pattern.words) return startsWith(words, pattern.words);
  const line = lineOf(words);
  if (isOpen && !pattern.isPrefix) return false;
  if (pattern.isPrefix) return matchText(pattern.text, line) || matchText(`${pattern.text} *`, line);
  return matchText(pattern.text, line);
}

function actsByWords(pattern: CommandPattern, words: readonly string[], isOpen: boolean): boolean {
  const [program = "", ...rest] = words;
  if (NEVER_BY_PREFIX.has(program)) return true;
  if (program === "git" && isOpen) return true;
  if (program === "find") return isOpen || rest.some((word) => FIND_ACTS.test(word));
  // The configuration of git is code; who wants to allow that writes it into the rule.
  if (program === "git" && !(pattern.words ?? [pattern.text]).some((word) => word.startsWith("-"))) {
    return !/^(?:(?:--no-pager|-P|--no-optional-locks|-C \S+) )*[a-z]/.test(`${rest.join(" ")} a`);
  }
  return false;
}

// ---------------------------------------------------------------- what forbids

/** `yes`; `maybe`, where a word that is only known at run time decides; `no`. */
export type Mention = "yes" | "maybe" | "no";

/** Whether a specifier speaks of anything that a text may run. */
export function mentionOf(specifier: string, text: ShellText): Mention {
  const { isPrefix, text: start } = patternOf(specifier);
  const whole = text.text.trim();
  if (!isPrefix && matchText(specifier, whole)) return "yes";
  // One that speaks of several commands is about the text that holds them.
  if (isPrefix && /[;&|]/.test(start) && matchText(`${start}*`, whole)) return "yes";
  if (text.isUnread && roughlyMentions(specifier, text.text)) return "yes";
  const pattern = patternOf(specifier);
  let best: Mention = "no";
  for (const command of reached(text)) {
    const mention = mentionIn(pattern, command);
    if (mention === "yes") return "yes";
    if (mention === "maybe" || isInCode(pattern, command)) best = "maybe";
  }
  return best;
}

/** Code in another language that names the program. */
function isInCode(pattern: CommandPattern, { words }: ShellCommand): boolean {
  const [wanted = ""] = pattern.words ?? pattern.text.split(/[\s*]/);
  const code = codeIn(words);
  if (wanted === "" || code.length === 0) return false;
  const name = new RegExp(`(?<![\\w-])${wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w-])`);
  return code.some((text) => name.test(text));
}

const reaches = new WeakMap<ShellText, Reach>();

function reachFrom(text: ShellText): Reach {
  const before = reaches.get(text);
  if (before) return before;
  const found = reachOf(text);
  reaches.set(text, found);
  return found;
}

/** Every command that a text may run, and those that others run for it. */
export function reached(text: ShellText): readonly ShellCommand[] {
  return reachFrom(text).commands;
}

/** Whether a text may run more than anybody looks at. */
export function isCut(text: ShellText): boolean {
  return reachFrom(text).isCut;
}

/** Whether some program of a text is only known when it runs. */
export function hidesProgram(text: ShellText): boolean {
  if (isCut(text)) return true;
  return reached(text).some(
    ({ words: [program] }) => program !== undefined && program.kind !== "literal" && !isTest(program),
  );
}

function isTest({ text }: ShellWord): boolean {
  return text === "[" || text === "[[";
}

function mentionIn(pattern: CommandPattern, { words }: ShellCommand): Mention {
  let best: Mention = "no";
  for (const variant of variantsOf(words, pattern)) {
    const mention = pattern.words
      ? mentionInWords(pattern.words, pattern.isPrefix, variant)
      : mentionInText(pattern, variant);
    if (mention === "yes") return "yes";
    if (mention === "maybe") best = "maybe";
  }
  return best;
}

/** The words, and the words without the flags that stand before a subcommand, as in `git -C folder push`. */
function variantsOf(
  words: readonly ShellWord[],
  { isPrefix, words: wanted }: CommandPattern,
): readonly (readonly ShellWord[])[] {
  const [program, ...rest] = words;
  if (!program) return [];
  // What a list of words begins with can be told from so many.
  const most = isPrefix && wanted ? wanted.length : rest.length;
  const variants = [words];
  for (let at = 0; at < Math.min(rest.length - 1, most < rest.length ? 400 : MOST_VARIANTS); at++) {
    const isFlag = rest[at]?.text.startsWith("-");
    const isValue = rest[at - 1]?.text.startsWith("-");
    if (!isFlag && !isValue) break;
    variants.push([program, ...rest.slice(at + 1, at + 1 + most)]);
  }
  const plain = rest.filter(({ text }) => !text.startsWith("-"));
  return isPrefix && plain.length < rest.length ? [...variants, [program, ...plain]] : variants;
}

function mentionInWords(wanted: readonly string[], isPrefix: boolean, words: readonly ShellWord[]): Mention {
  if (!isPrefix && words.length !== wanted.length && words.every(({ kind }) => kind === "literal")) return "no";
  for (const [at, expected] of wanted.entries()) {
    const word = words[at];
    if (!word) return "no";
    if (at === 0 ? isProgram(word.text, expected) : word.text === expected) continue;
    if (word.kind === "literal") return "no";
    // What nobody knows is asked for by `hidesProgram`, not for each rule.
    return at === 0 ? "no" : "maybe";
  }
  return "yes";
}

function isProgram(text: string, expected: string): boolean {
  return text === expected || nameOf(text).toLowerCase() === nameOf(expected).toLowerCase();
}

function mentionInText({ text, isPrefix }: CommandPattern, words: readonly ShellWord[]): Mention {
  const [program, ...rest] = words.map((word) => word.text);
  const lines = [program as string, (program as string).toLowerCase()].flatMap((name) => [
    lineOf([name, ...rest]),
    [name, ...rest].join(" "),
  ]);
  const patterns = isPrefix ? [text, `${text} *`] : [text];
  return lines.some((line) => patterns.some((pattern) => matchText(pattern, line))) ? "yes" : "no";
}

function startsWith(words: readonly string[], start: readonly string[]): boolean {
  return words.length >= start.length && start.every((word, at) => word === words[at]);
}

function isSame(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return a !== undefined && a.length === b.length && startsWith(a, b);
}
