/** The words of a command as flags and the rest, by a table of what is accepted. */
import type { ShellWord } from "./text.ts";

interface FlagTable {
  readonly values: ReadonlyMap<string, "none" | "text" | "path" | "attached">;
  readonly takesNumber: boolean;
}

/** A command's words, parted. */
export interface ReadFlags {
  /** Every flag, with its value. */
  readonly flags: ReadonlyMap<string, string | undefined>;
  /** Values that are paths. */
  readonly paths: readonly ShellWord[];
  readonly rest: readonly ShellWord[];
}

const tables = new Map<string, FlagTable>();
const KINDS = { ":": "text", "@": "path", "?": "attached" } as const;

function tableOf(spec: string): FlagTable {
  const before = tables.get(spec);
  if (before) return before;
  const values = new Map<string, "none" | "text" | "path" | "attached">();
  for (const entry of spec.split(" ").filter(Boolean)) {
    const kind = KINDS[entry.at(-1) as keyof typeof KINDS];
    const flag = kind ? entry.slice(0, -1) : entry;
    // `--color` and `--color=x` may both stand in a table.
    values.set(kind === "attached" && values.has(flag) ? `${flag}=` : flag, kind ?? "none");
  }
  const table = { values, takesNumber: values.delete("-#") };
  tables.set(spec, table);
  return table;
}

/** `undefined` when a word may be a flag that is not accepted. */
export function readFlags(words: readonly ShellWord[], spec: string): ReadFlags | undefined {
  const { values, takesNumber } = tableOf(spec);
  const flags = new Map<string, string | undefined>();
  const paths: ShellWord[] = [];
  const rest: ShellWord[] = [];

  for (let at = 0; at < words.length; at++) {
    const word = words[at] as ShellWord;
    const { text } = word;
    if (text === "--" && word.kind === "literal") {
      rest.push(...words.slice(at + 1));
      break;
    }
    if (!/^-./.test(text)) {
      rest.push(word);
      continue;
    }
    // No name of a file that takes the place of `--include=*.ts` can begin otherwise.
    if (word.kind !== "literal" && !(word.kind === "glob" && /^--[a-z-]+=/.test(text))) return undefined;
    const taken = text.startsWith("--") ? long(text, words[at + 1]) : short(text, words[at + 1]);
    if (!taken) return undefined;
    if (taken.usesNext) at++;
  }
  return { flags, paths, rest };

  function long(text: string, next: ShellWord | undefined): { usesNext: boolean } | undefined {
    const equals = text.indexOf("=");
    const flag = equals < 0 ? text : text.slice(0, equals);
    const kind = values.get(flag);
    if (equals >= 0) {
      if (kind === undefined || (kind === "none" && !values.has(`${flag}=`))) return undefined;
      return value(flag, kind, { text: text.slice(equals + 1), kind: "literal" });
    }
    if (kind === undefined) return undefined;
    if (kind === "none" || kind === "attached") return value(flag, kind, undefined);
    return next && value(flag, kind, next, true);
  }

  function short(text: string, next: ShellWord | undefined): { usesNext: boolean } | undefined {
    if (values.get(text) === "none") return value(text, "none", undefined);
    if (takesNumber && /^-\d+$/.test(text)) return { usesNext: false };
    for (let index = 1; index < text.length; index++) {
      const flag = `-${text[index]}`;
      const kind = values.get(flag);
      if (kind === undefined) return undefined;
      if (kind === "none") {
        flags.set(flag, undefined);
        continue;
      }
      const attached = text.slice(index + 1);
      if (attached) return value(flag, kind, { text: attached, kind: "literal" });
      return next && value(flag, kind, next, true);
    }
    return { usesNext: false };
  }

  function value(flag: string, kind: string, word: ShellWord | undefined, usesNext = false) {
    if (word && word.kind !== "literal") return undefined;
    flags.set(flag, word?.text);
    if (kind === "path" && word) paths.push(word);
    return { usesNext };
  }
}
