import { fileURLToPath } from "node:url";
import { proseOf } from "gantry/sdk/kit/markdown";

/** Something that a person has named with `@`, or a picture or PDF whose path stands there, as when it was dropped on the terminal. */
export interface Mention {
  /** As it is written, without the `@`. */
  readonly written: string;
  /** A path without an `@`. */
  readonly isPlain?: boolean;
  /** What it may name, the likeliest first: a full stop behind a name is mostly none of it. */
  readonly paths: readonly string[];
  /** Lines, from 1. */
  readonly lines?: { readonly from: number; readonly to: number };
  /** It can only mean a file: where there is none, that is said. */
  readonly isClear: boolean;
}

const MENTION = /(?<=^|[\s([{"'])@(?:"(?<quoted>[^"\n]+)"(?<behind>#[\w-]*)?|(?<bare>(?:\\ |[^\s"])+))/g;
const PLAIN =
  /(?<=^|[\s(])(?:(?<quote>["'])(?<quoted>(?:file:\/\/|~?\/)[^\n]+?)\k<quote>|(?<bare>(?:file:\/\/|~?\/)(?:\\.|[^\s\\"'])+))/g;
const PICTURE = /\.(?:png|jpe?g|gif|webp|pdf)$/i;
const LINES = /#L?(\d{1,9})(?:-L?(\d{1,9}))?$/;
const CLEAR = /^(?:\.{0,2}\/|~\/)|\/$|\.[A-Za-z]\w{0,9}$/;

/** What a text names, in order, each once. Code is left alone: `@` means something else there. */
export function mentionsIn(text: string): readonly Mention[] {
  const prose = proseOf(text);
  const found = [...namedIn(prose), ...picturesIn(prose)].sort((a, b) => a.at - b.at).map(({ mention }) => mention);
  return [...new Map(found.map((one) => [one.written, one])).values()];
}

interface Found {
  readonly at: number;
  readonly mention: Mention;
}

function namedIn(prose: string): readonly Found[] {
  return [...prose.matchAll(MENTION)].flatMap(({ index, groups }) => {
    const { quoted, behind = "", bare = "" } = groups ?? {};
    const mention = mentionOf(
      quoted === undefined ? bare.replaceAll("\\ ", " ") : quoted + behind,
      quoted !== undefined,
    );
    return mention.written === "" ? [] : [{ at: index, mention }];
  });
}

function mentionOf(said: string, isQuoted: boolean): Mention {
  const written = isQuoted ? said : withoutStop(said);
  const spellings = isQuoted || written === said ? [written] : [written, said];
  const [, first, last] = LINES.exec(written) ?? [];
  const paths = spellings.map((one) => one.replace(LINES, "")).filter((one) => one !== "");
  const lines = first === undefined ? undefined : linesOf(Number(first), Number(last ?? first));
  const isClear = isQuoted || lines !== undefined || paths.some((path) => CLEAR.test(path));
  return { written, paths: [...new Set(paths)], isClear, ...(lines && { lines }) };
}

/** Terminals put quotes around a path with blanks, or strokes before them, or write it as a URL. */
function picturesIn(prose: string): readonly Found[] {
  return [...prose.matchAll(PLAIN)].flatMap(({ index, groups }) => {
    const { quoted, bare = "" } = groups ?? {};
    const written = quoted ?? withoutStop(bare.replace(/\\(.)/g, "$1"));
    const path = PICTURE.test(written) ? pathOf(written) : undefined;
    return path === undefined
      ? []
      : [{ at: index, mention: { written, paths: [path], isClear: false, isPlain: true } }];
  });
}

function pathOf(written: string): string | undefined {
  if (!written.startsWith("file:")) return written;
  try {
    return fileURLToPath(written);
  } catch {
    // Of another machine, or no URL at all.
    return undefined;
  }
}

function withoutStop(said: string): string {
  return said.replace(/[.,;:!?)\]}'"]+$/, "");
}

function linesOf(first: number, last: number) {
  const from = Math.max(1, Math.min(first, last));
  return { from, to: Math.max(from, first, last) };
}
