import { proseOf } from "gantry/sdk/kit/markdown";

/** Something that a person has named with `@`. */
export interface Mention {
  /** As it is written, without the `@`. */
  readonly written: string;
  /** What it may name, the likeliest first: a full stop behind a name is mostly none of it. */
  readonly paths: readonly string[];
  /** Lines, from 1. */
  readonly lines?: { readonly from: number; readonly to: number };
  /** It can only mean a file: where there is none, that is said. */
  readonly isClear: boolean;
}

const MENTION = /(?<=^|[\s([{"'])@(?:"(?<quoted>[^"\n]+)"(?<behind>#[\w-]*)?|(?<bare>[^\s"]+))/g;
const LINES = /#L?(\d{1,9})(?:-L?(\d{1,9}))?$/;
const CLEAR = /^(?:\.{0,2}\/|~\/)|\/$|\.[A-Za-z]\w{0,9}$/;

/** What a text names, in order, each once. Code is left alone: `@` means something else there. */
export function mentionsIn(text: string): readonly Mention[] {
  if (!text.includes("@")) return [];
  const found = [...proseOf(text).matchAll(MENTION)].map(({ groups }) => {
    const { quoted, behind = "", bare = "" } = groups ?? {};
    return mentionOf(quoted === undefined ? bare : quoted + behind, quoted !== undefined);
  });
  return [...new Map(found.filter(({ written }) => written !== "").map((one) => [one.written, one])).values()];
}

function mentionOf(said: string, isQuoted: boolean): Mention {
  const written = isQuoted ? said : said.replace(/[.,;:!?)\]}'"]+$/, "");
  const spellings = isQuoted || written === said ? [written] : [written, said];
  const [, first, last] = LINES.exec(written) ?? [];
  const paths = spellings.map((one) => one.replace(LINES, "")).filter((one) => one !== "");
  const lines = first === undefined ? undefined : linesOf(Number(first), Number(last ?? first));
  const isClear = isQuoted || lines !== undefined || paths.some((path) => CLEAR.test(path));
  return { written, paths: [...new Set(paths)], isClear, ...(lines && { lines }) };
}

function linesOf(first: number, last: number) {
  const from = Math.max(1, Math.min(first, last));
  return { from, to: Math.max(from, first, last) };
}
