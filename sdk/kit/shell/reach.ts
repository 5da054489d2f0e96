/** Everything that a text may run, for what forbids: generous, so that nothing is missed. */
import { expandBraces } from "./braces.ts";
import { findWords } from "./find.ts";
import { readShell } from "./grammar.ts";
import { type ShellCommand, type ShellText, type ShellWord, wordFrom } from "./text.ts";
import { nameOf, SHELLS, wrappedBy } from "./wrappers.ts";

const DEEPEST = 80;
const MOST = 70_000;
const MOST_WORDS = 100_000;
const MOST_CHARACTERS = 400_000;
/** How many commands back what is fed to one may come from. */
const NEAR = 8;

/** What a text may run. */
export interface Reach {
  readonly commands: readonly ShellCommand[];
  /** There was more than anybody looks at. */
  readonly isCut: boolean;
}

/**
 * Every command that a text may run, with the programs that others run for it: those behind `sudo`, `xargs` or `find -exec`, in
 * scripts for `sh -c` and `eval`, in text that is piped into a shell. A program's path is left off.
 */
export function reachOf(text: ShellText): Reach {
  const state: State = { commands: [], isCut: false, characters: 0, words: 0 };
  follow(text, state, 0);
  return state;
}

interface State {
  readonly commands: ShellCommand[];
  isCut: boolean;
  /** Read so far, of scripts within scripts. */
  characters: number;
  /** Looked at so far. */
  words: number;
}

/** The ends of one command at which a program has begun, by how many words follow: a chain of programs meets them over and over. */
type Begun = Set<number>;

function follow(text: ShellText, state: State, depth: number): void {
  for (const [index, command] of text.commands.entries()) {
    const before = text.commands.slice(Math.max(0, index - NEAR), index);
    reach(command, state, depth);
    for (const words of fedTo(command, before)) reach({ ...NESTED, words }, state, depth + 1);
    const inside = text.commands.slice(index + 1, index + 1 + NEAR).filter(({ after }) => after === undefined);
    for (const script of scriptsFor(command, [...before, ...inside])) followScript(script, state, depth);
  }
}

const NESTED = { redirections: [], assignments: [], after: undefined, isPiped: false } as const;

function reach(command: ShellCommand, state: State, depth: number, begun: Begun = new Set()): void {
  state.words += command.words.length;
  if (depth >= DEEPEST || state.commands.length > MOST || (depth > 0 && state.words > MOST_WORDS)) {
    state.isCut = true;
    return;
  }
  const words = withoutPath(braces(command.words));
  state.commands.push({ ...command, words });
  const { programs, scripts } = wrappedBy(words);
  for (const program of programs) {
    const isEnd = program.length > 1 && program.at(-1) === words.at(-1) && program.at(-2) === words.at(-2);
    if (isEnd && begun.has(program.length)) continue;
    if (isEnd) begun.add(program.length);
    reach({ ...NESTED, words: program }, state, depth + 1, isEnd ? begun : new Set());
  }
  for (const script of scripts) followScript(script, state, depth);
}

function followScript(script: string, state: State, depth: number): void {
  state.characters += script.length;
  if (depth >= DEEPEST || state.commands.length > MOST || state.characters > MOST_CHARACTERS) state.isCut = true;
  else if (script.trim() !== "") follow(readShell(script), state, depth + 1);
}

// ---------------------------------------------------------------- what comes on standard input

/** What a shell without a script reads: its here-document, or what a pipeline prints into it. */
function scriptsFor(command: ShellCommand, before: readonly ShellCommand[]): readonly string[] {
  const runsInput = (words: readonly ShellWord[], depth = 0): boolean =>
    SHELLS.has(nameOf(words[0]?.text ?? "")) ||
    (depth < 8 && wrappedBy(withoutPath(words)).programs.some((program) => runsInput(program, depth + 1)));
  if (!runsInput(command.words)) return [];
  const texts = [...given(command), ...before.flatMap((one) => [...printed(one), ...given(one)])];
  // A schedule stands before the command of a crontab.
  const scheduled = texts.map((text) => text.replace(/^(?:\S+\s+){5}/, ""));
  return [...texts, ...scheduled].flatMap((text) => [text, text.replaceAll("\\n", "\n")]);
}

function given({ redirections }: ShellCommand): readonly string[] {
  return redirections.flatMap(({ body, kind, target }) => body ?? (kind === "text" && target ? target.text : []));
}

function printed({ words: [program, ...rest] }: ShellCommand): readonly string[] {
  if (!/^(?:echo|printf)$/.test(nameOf(program?.text ?? ""))) return [];
  return [rest.map(({ text }) => text).join(" "), ...rest.map(({ text }) => text)];
}

/** A command behind `xargs`, with the words that come from what stands before it. */
function fedTo(
  { words, redirections }: ShellCommand,
  before: readonly ShellCommand[],
): readonly (readonly ShellWord[])[] {
  const [program] = words;
  if (!/^(?:xargs|parallel)$/.test(nameOf(program?.text ?? ""))) return [];
  const producers = before.flatMap((one) => listed(one));
  const own = redirections.flatMap(({ kind, target }) => (kind === "text" && target ? [target] : []));
  const fed = [...producers, ...own];
  return fed.length ? wrappedBy(words).programs.map((inner) => [...inner, ...fed]) : [];
}

/** The names that a command lists, as far as its own words tell. */
function listed({ words: [program, ...rest] }: ShellCommand): readonly ShellWord[] {
  const plain = rest.filter(({ text }) => !text.startsWith("-"));
  switch (nameOf(program?.text ?? "")) {
    case "echo":
    case "printf":
      return plain.map((word) => ({ ...word, text: word.text.replaceAll("\\n", "") }));
    case "ls":
      return plain.length ? plain : [wordFrom("./*")];
    case "find": {
      const { paths, names } = findWords(rest);
      return names.length ? names : paths;
    }
    case "grep":
    case "rg":
      return plain.slice(1);
    default:
      return [];
  }
}

// ---------------------------------------------------------------- spellings

function withoutPath(words: readonly ShellWord[]): readonly ShellWord[] {
  const [program, ...rest] = words;
  return program?.text.includes("/") ? [{ ...program, text: nameOf(program.text) }, ...rest] : words;
}

/** `{rm,-rf}` is two words. */
function braces(words: readonly ShellWord[]): readonly ShellWord[] {
  if (!words.some(({ text, kind }) => kind === "open" && text.includes("{"))) return words;
  return words.flatMap((word) => (word.kind === "open" ? expandBraces(word.text).map(wordFrom) : [word]));
}
