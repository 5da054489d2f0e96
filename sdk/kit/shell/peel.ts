import { readFlags } from "./flags.ts";
import type { ShellWord } from "./text.ts";

interface Peelable {
  readonly flags: string;
  /** How many words of its own come before the program. */
  readonly skips: number;
  /** Adds words to the program that are not known. */
  readonly isOpen?: boolean;
  /** Further doubts. */
  readonly isSound?: (flags: ReadonlyMap<string, string | undefined>, inner: readonly ShellWord[]) => boolean;
}

/** Programs that run another one and change nothing of what it does but how long, how nicely, and on whose words. */
const PEELABLE: Readonly<Record<string, Peelable>> = Object.assign(Object.create(null), {
  timeout: { flags: "-k: -s: -v --kill-after: --signal: --preserve-status --foreground --verbose", skips: 1 },
  nice: { flags: "-n: -# --adjustment:", skips: 0 },
  nohup: { flags: "", skips: 0 },
  time: { flags: "-p", skips: 0 },
  stdbuf: { flags: "-i: -o: -e: --input: --output: --error:", skips: 0 },
  command: { flags: "", skips: 0 },
  builtin: { flags: "", skips: 0 },
  noglob: { flags: "", skips: 0 },
  xargs: {
    flags: "-0 -r -t -n: -P: -I: -d: --null --no-run-if-empty --verbose",
    skips: 0,
    isOpen: true,
    isSound: isSoundForXargs,
  },
} satisfies Record<string, Peelable>);

/** A command without the programs before it that leave it what it is. */
export function peel(words: readonly ShellWord[]): { readonly words: readonly ShellWord[]; readonly isOpen: boolean } {
  const [program, ...rest] = words;
  const wrapper = program?.kind === "literal" ? PEELABLE[program.text] : undefined;
  if (!wrapper) return { words, isOpen: false };
  const end = endOfFlags(rest, wrapper.flags);
  const own = rest.slice(end, end + wrapper.skips);
  const read = end >= 0 ? readFlags(rest.slice(0, end), wrapper.flags) : undefined;
  const isSound =
    read &&
    (wrapper.isSound?.(read.flags, rest.slice(end)) ?? true) &&
    own.every(({ kind, text }) => kind === "literal" && /^[\d.]+[smhd]?$/.test(text));
  const inner = rest.slice(end + wrapper.skips);
  if (!isSound || inner.length === 0 || inner[0]?.text.startsWith("-")) return { words, isOpen: false };
  const peeled = peel(inner);
  return { words: peeled.words, isOpen: peeled.isOpen || wrapper.isOpen === true };
}

/** Where the flags before the program end: each is one word, or two where it takes a value. */
function endOfFlags(words: readonly ShellWord[], spec: string): number {
  for (let at = 0; at < words.length; at++) {
    const { text } = words[at] as ShellWord;
    if (!text.startsWith("-")) return at;
    if (spec.split(" ").includes(`${text}:`)) at++;
  }
  return -1;
}

/** What takes the place of `{}` must not be the program. */
function isSoundForXargs(flags: ReadonlyMap<string, string | undefined>, inner: readonly ShellWord[]): boolean {
  const mark = flags.get("-I");
  const areNumbers = ["-n", "-P"].every((flag) => !flags.has(flag) || /^\d+$/.test(flags.get(flag) ?? ""));
  if (!areNumbers || (mark !== undefined && mark !== "{}" && mark !== "%")) return false;
  return mark === undefined || !inner[0]?.text.includes(mark);
}
