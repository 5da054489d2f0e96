import { plainPath } from "gantry/sdk/kit/ripgrep";
import type { GrepInput } from "./tool-grep.ts";

/** What was found in one file. */
export interface FoundFile {
  readonly path: string;
  /** In `content` mode its lines as ripgrep numbers them, in `count` mode one line with the number. */
  readonly lines: readonly string[];
}

/** Ripgrep's output by file, sorted by path: it searches with many hands and gives them as they come. */
export function readEntries(output: string, mode: GrepInput["output_mode"]): readonly FoundFile[] {
  const files = mode === "files_with_matches" ? readFiles(output) : readLines(output);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function readFiles(output: string): FoundFile[] {
  const paths = output.split("\0").filter(Boolean);
  return paths.map((path) => ({ path: plainPath(path), lines: [] }));
}

/** Stands between two places of a file. */
export const GAP = "--";

function readLines(output: string): FoundFile[] {
  const files: { path: string; lines: string[] }[] = [];
  let isAfterGap = false;
  for (const record of output.split("\n")) {
    const end = record.indexOf("\0");
    if (end < 0) {
      isAfterGap ||= record === GAP;
      continue;
    }
    const path = plainPath(record.slice(0, end));
    let file = files.at(-1);
    if (file?.path !== path) {
      file = { path, lines: [] };
      files.push(file);
    } else if (isAfterGap) file.lines.push(GAP);
    file.lines.push(record.slice(end + 1).replace(/\r$/, ""));
    isAfterGap = false;
  }
  return files;
}
