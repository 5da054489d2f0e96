/** The words of a command as flags and the rest, by a table of what is accepted. */
import type { ShellWord } from "./text.ts";

type Kind = "none" | "text" | "path" | "dashed" | "pair" | "attached" | "joined";

interface FlagTable {
  readonly values: ReadonlyMap<string, Kind>;
  readonly takesNumber: boolean;
}

/** How a program reads its flags, where it does not as getopt does. */
export interface FlagStyle {
  /** `clusters` (default): `-ab` is `-a -b`; `single`: it is a flag of its own; `next`: values are always words of their own. */
  readonly reads?: "clusters" | "single" | "next";
  /** What follows the first word that is no flag is none either. */
  readonly isOrdered?: boolean;
}

/** A command's words, parted. */
export interface ReadFlags {
  /** Every flag, with its last value. */
  readonly flags: ReadonlyMap<string, string | undefined>;
  /** Every flag with its value, as often as it stands there. */
  readonly given: readonly (readonly [flag: string, value: string | undefined])[];
  /** Values that are paths. */
  readonly paths: readonly ShellWord[];
  readonly rest: readonly ShellWord[];
  /** All of the rest stands behind a `--`. */
  readonly isBehindEnd: boolean;
}

const tables = new Map<string, FlagTable>();
/** What the last sign of an entry says of the flag's value; `--arg::` takes two words. */
const KINDS: Readonly<Record<string, Kind>> = {
  ":": "text",
  "@": "path",
  "!": "dashed",
  "?": "attached",
  "=": "joined",
};

function tableOf(spec: string): FlagTable {
  const before = tables.get(spec);
  if (before) return before;
  const values = new Map<string, Kind>();
  for (const entry of spec.split(" ").filter(Boolean)) {
    const [, flag = entry, sign = ""] = /^(.+?)(::|[:@!?=])?$/.exec(entry) ?? [];
    values.set(flag, sign === "::" ? "pair" : (KINDS[sign] ?? "none"));
  }
  const table = { values, takesNumber: values.delete("-#") };
  tables.set(spec, table);
  return table;
}

/** `undefined` when a word may be a flag that is not accepted. */
export function readFlags(words: readonly ShellWord[], spec: string, style: FlagStyle = {}): ReadFlags | undefined {
  const { values, takesNumber } = tableOf(spec);
  const given: [string, string | undefined][] = [];
  const paths: ShellWord[] = [];
  const rest: ShellWord[] = [];
  let isBehindEnd = false;

  for (let at = 0; at < words.length; at++) {
    const word = words[at] as ShellWord;
    const { text } = word;
    if (text === "--" && word.kind === "literal") {
      isBehindEnd = rest.length === 0;
      rest.push(...words.slice(at + 1));
      break;
    }
    if (!/^-./.test(text)) {
      rest.push(word);
      continue;
    }
    if (style.isOrdered && rest.length > 0) return undefined;
    // No name of a file that takes the place of `--include=*.ts` can begin otherwise.
    if (word.kind !== "literal" && !(word.kind === "glob" && /^--[a-z-]+=/.test(text))) return undefined;
    const next = words.slice(at + 1);
    const taken = text.startsWith("--") ? long(text, next) : short(text, next);
    if (taken === undefined) return undefined;
    at += taken;
  }
  return { flags: new Map(given), given, paths, rest, isBehindEnd };

  /** How many of the next words a flag takes. */
  function long(text: string, next: readonly ShellWord[]): number | undefined {
    const equals = text.indexOf("=");
    if (equals < 0) return bare(text, next);
    const flag = text.slice(0, equals);
    return joined(flag, text.slice(equals + 1));
  }

  function short(text: string, next: readonly ShellWord[]): number | undefined {
    if (values.get(text) === "none") return bare(text, next);
    if (takesNumber && /^-\d+$/.test(text)) return 0;
    for (let index = 1; index < text.length; index++) {
      const flag = `-${text[index]}`;
      const attached = text.slice(index + 1);
      if (values.get(flag) === "none") {
        if (attached && style.reads === "single") return undefined;
        bare(flag, next);
        continue;
      }
      if (!attached) return bare(flag, next);
      return style.reads === "next" ? undefined : joined(flag, attached);
    }
    return 0;
  }

  function bare(flag: string, next: readonly ShellWord[]): number | undefined {
    const kind = values.get(flag);
    if (kind === undefined || kind === "joined") return undefined;
    if (kind === "none" || kind === "attached") {
      given.push([flag, undefined]);
      return 0;
    }
    const count = kind === "pair" ? 2 : 1;
    const taken = next.slice(0, count);
    if (taken.length < count || !taken.every((word) => isValue(word, kind))) return undefined;
    given.push([flag, taken[0]?.text]);
    if (kind === "path") paths.push(...taken);
    return count;
  }

  function joined(flag: string, text: string): number | undefined {
    const kind = values.get(flag);
    if (kind === undefined || kind === "none" || kind === "pair") return undefined;
    given.push([flag, text]);
    if (kind === "path") paths.push({ text, kind: "literal" });
    return 0;
  }
}

/** A program that reads its words another way than its manual says would take what looks like a flag for one. */
function isValue({ text, kind }: ShellWord, of: Kind): boolean {
  return kind === "literal" && (of === "dashed" || !/^-./.test(text) || /^-\d+$/.test(text));
}
