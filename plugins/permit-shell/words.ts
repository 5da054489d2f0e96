/** What words stand for that are not written out. */
import type { ShellWord } from "gantry/sdk/kit/shell";

interface Known {
  readonly folders: readonly string[];
  readonly home: string;
  /** The program that gets the word. */
  readonly printer: string | undefined;
}

/** Variables that hold no secret, so `echo` may show them. */
const NAMES = "HOME|PWD|OLDPWD|USER|LOGNAME|UID|EUID|PATH|SHELL|HOSTNAME|LANG|TERM|SHLVL|RANDOM|SECONDS|BASH_VERSION";
const SHOWABLE = new RegExp(String.raw`\$(?:(?:${NAMES})(?!\w)|\{(?:${NAMES})\}|[#$](?!\w))`, "g");

/** A word with the few variables whose value is known. */
export function knownWord(word: ShellWord, { folders, home, printer }: Known): ShellWord {
  if (word.kind !== "open") return word;
  // Nothing else in it can stand for something; what `$?` is does not matter where it is shown.
  const isPrinting = printer === "echo" || printer === "printf";
  const numbered = word.text.replaceAll("$?", "0");
  const shown = printer === "echo" ? numbered.replace(SHOWABLE, "0") : numbered;
  if (word.text === "$?" || (isPrinting && shown !== word.text && /^[\w :;=.,!?@%+/()\n-]*$/.test(shown))) {
    return { text: shown, kind: "literal" };
  }
  const [whole, name, inBraces = name, rest = ""] =
    /^\$(?:(HOME|PWD)|\{(HOME|PWD)\})([/:][^$`*?[{~]*)?$/.exec(word.text) ?? [];
  if (whole === undefined) return word;
  const isHome = inBraces === "HOME";
  const [folder] = isHome ? [home] : folders;
  const isPlain = folder !== undefined && /^[\w./@+-]+$/.test(folder) && (isHome || folders.length === 1);
  return isPlain ? { text: `${folder}${rest}`, kind: "literal" } : word;
}

const MOST_WORDS = 100;
const PLAIN_BRACES = /^[\w./@%+:=,{}-]+$/;

/**
 * The words with `a/{b,c}` spelled out, where that is all that is not known of them; `undefined` where there is more, or none.
 * Only good for a rule that lets any words follow: braces that are quoted in an odd way would stay as they are.
 */
export function withoutBraces(words: readonly ShellWord[]): readonly ShellWord[] | undefined {
  if (!words.some(({ kind }) => kind === "open")) return undefined;
  const spelled = words.flatMap((word) => (word.kind === "open" ? (spell(word.text) ?? [word]) : [word]));
  return spelled.length <= MOST_WORDS && spelled.every(({ kind }) => kind !== "open") ? spelled : undefined;
}

function spell(text: string): readonly ShellWord[] | undefined {
  const pending = [text];
  const done: ShellWord[] = [];
  for (let word = pending.shift(); word !== undefined; word = pending.shift()) {
    const [, before = "", choices, behind = ""] = /^([^{}]*)\{([^{}]*,[^{}]*)\}(.*)$/.exec(word) ?? [];
    if (choices === undefined) {
      if (word === "" || /[{}]/.test(word)) return undefined;
      done.push({ text: word, kind: "literal" });
    } else pending.unshift(...choices.split(",").map((choice) => `${before}${choice}${behind}`));
    if (!PLAIN_BRACES.test(text) || pending.length + done.length > MOST_WORDS) return undefined;
  }
  return text.includes("{") ? done : undefined;
}

/** Whether a `*` may stand for what a rule that lets any words follow does not speak of: the program, an action of find, a flag of git. */
export function hidesAct([program, ...rest]: readonly ShellWord[]): boolean {
  if (program?.kind !== "literal") return true;
  if (program.text === "find") return rest.some(({ kind, text }) => kind === "glob" && /^[-*?[]/.test(text));
  if (program.text !== "git") return false;
  const isFlag = (at: number): boolean => rest[at]?.text.startsWith("-") === true;
  const subcommand = rest.findIndex(({ kind }, at) => kind === "literal" && !isFlag(at) && !isFlag(at - 1));
  const before = rest.slice(0, subcommand < 0 ? rest.length : subcommand);
  // These take the next word, so a flag may stand behind what looks like a subcommand.
  return before.some(({ kind, text }) => kind === "glob" || /^--(?:attr-source|super-prefix)$/.test(text));
}
