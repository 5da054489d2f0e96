/** Reads what the tools say, as a model would: from their text. */

/** A line that a search found. */
export interface Found {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

export function foundIn(result: string): readonly Found[] {
  return result.split("\n").flatMap((line) => {
    const [, path, number, text] = /^(.+?):(\d+):(.*)$/.exec(line) ?? [];
    return path === undefined ? [] : [{ path: shortPath(path), line: Number(number), text: (text ?? "").trim() }];
  });
}

/** Where the next page of a search begins; `undefined` after the last. */
export function nextOffset(result: string, current: number): number | undefined {
  const next = Number(/\(\d+ to \d+ of \d+; go on with offset: (\d+)\)/.exec(result)?.[1]);
  return next > current ? next : undefined;
}

/** What a search in count mode adds up to. */
export function countIn(result: string): { readonly lines: number; readonly files: number } {
  const [, lines, files] = /^(\d+) matching lines in (\d+) files$/m.exec(result) ?? [];
  if (lines !== undefined) return { lines: Number(lines), files: Number(files) };
  const counts = [...result.matchAll(/^.+:(\d+)$/gm)].map(([, count]) => Number(count));
  return { lines: counts.reduce((sum, count) => sum + count, 0), files: counts.length };
}

export interface Listed {
  readonly files: readonly string[];
  /** How many there are in all. */
  readonly total: number;
}

export function listedIn(result: string): Listed {
  const lines = result.split("\n").filter((line) => line.trim() !== "");
  const files = lines.filter((line) => !/^\(.*\)$|^No files found|^Found \d+ files?$/.test(line)).map(shortPath);
  const total = /\(The newest \d+ of (?:more than )?(\d+) files/.exec(result)?.[1] ?? 0;
  return { files, total: Math.max(files.length, Number(total)) };
}

/** What is seen of a file. */
export interface FileView {
  readonly text: string;
  /** Lines of the whole file. */
  readonly lines: number;
  readonly isPartial: boolean;
}

/** Takes the line numbers off. A result without them is taken as it is. */
export function fileView(result: string): FileView {
  if (/^\(.*empty.*\)$/.test(result.trim())) return { text: "", lines: 0, isPartial: false };
  const all = result.split("\n");
  const first = Number(/^ *(\d+)\t/.exec(all[0] ?? "")?.[1]);
  if (Number.isNaN(first)) return { text: result, lines: all.length, isPartial: false };
  const lines: string[] = [];
  for (const line of all) {
    const [prefix, number] = /^ *(\d+)\t/.exec(line) ?? [];
    if (Number(number) !== first + lines.length) break;
    lines.push(line.slice(prefix?.length));
  }
  const note = all.slice(lines.length).join("\n");
  const total = Number(/lines \d+ to \d+ of (\d+)/.exec(note)?.[1]);
  return { text: lines.join("\n"), lines: total || lines.length, isPartial: total > lines.length };
}

function shortPath(path: string): string {
  return path.replace(/^\.[\\/]/, "");
}
