import type { ToolOutput } from "gantry/sdk";
import type { RipgrepResult } from "gantry/sdk/kit/ripgrep";
import { type FoundFile, GAP } from "./entries.ts";
import { natural } from "./options.ts";
import type { GrepInput } from "./tool-grep.ts";

const DEFAULT_LIMIT = 250;
const MAX_CHARACTERS = 30_000;

/** What is known of the search beside what it found. */
interface Search extends Omit<RipgrepResult, "output"> {
  /** How many files a rule forbids to read. */
  readonly denied: number;
}

export function answer(input: GrepInput, files: readonly FoundFile[], search: Search): ToolOutput {
  const mode = input.output_mode;
  const all =
    mode === "files_with_matches" ? files.map(({ path }) => path) : files.flatMap((file) => withPath(file, input));
  const page = pageOf(all, input);
  const notices = noticesFor(page, all.length, search);
  const shown = page.lines.join("\n");
  const figures = { mode, numFiles: files.length, ...page.applied };

  if (all.length === 0) {
    const content = ["No matches found", ...notices].join("\n");
    return {
      content,
      data: { ...figures, filenames: [], ...(mode === "files_with_matches" ? {} : { content: "", numLines: 0 }) },
    };
  }
  if (mode === "files_with_matches") {
    return {
      content: [`Found ${files.length} ${files.length === 1 ? "file" : "files"}`, shown, ...notices].join("\n"),
      data: { ...figures, numFiles: page.lines.length, filenames: page.lines, totalFiles: files.length },
    };
  }
  const numMatches = mode === "count" ? files.reduce((sum, { lines }) => sum + Number(lines[0]), 0) : undefined;
  const sum = numMatches === undefined ? [] : [`${numMatches} matching lines in ${files.length} files`];
  return {
    content: [shown, ...sum, ...notices].join("\n"),
    data: {
      ...figures,
      filenames: [],
      content: shown,
      numLines: page.lines.length,
      totalLines: all.length,
      ...(numMatches === undefined ? {} : { numMatches }),
    },
  };
}

/** A match as `path:12:text`, a line around it as `path-12-text`; without numbers the two look alike. */
function withPath({ path, lines }: FoundFile, input: GrepInput): string[] {
  const isNumbered = input.output_mode === "content" && input["-n"] !== false;
  return lines.map((line) => {
    if (line === GAP) return line;
    return isNumbered && /^\d+-/.test(line) ? `${path}-${line}` : `${path}:${line}`;
  });
}

interface Page {
  readonly lines: readonly string[];
  readonly from: number;
  readonly applied: { readonly appliedLimit?: number; readonly appliedOffset?: number };
}

function pageOf(all: readonly string[], input: GrepInput): Page {
  const from = natural(input.offset) ?? 0;
  const limit = natural(input.head_limit) ?? DEFAULT_LIMIT;
  const lines: string[] = [];
  let room = MAX_CHARACTERS;
  for (const line of all.slice(from, limit === 0 ? undefined : from + limit)) {
    room -= line.length + 1;
    if (room < 0 && lines.length > 0) break;
    lines.push(line);
  }
  return {
    lines,
    from,
    applied: {
      ...(from + lines.length < all.length ? { appliedLimit: lines.length } : {}),
      ...(from > 0 ? { appliedOffset: from } : {}),
    },
  };
}

function noticesFor({ lines, from }: Page, total: number, search: Search): string[] {
  const end = from + lines.length;
  const notices: string[] = [];
  if (total > 0 && lines.length === 0) notices.push(`(offset ${from} is behind the last of ${total} results)`);
  else if (end < total) notices.push(`(${from + 1} to ${end} of ${total}; go on with offset: ${end})`);
  if (search.isCut) notices.push("(There is more than could be gathered. Narrow the search.)");
  if (search.isTimedOut) notices.push("(The search was ended after 20 s. Narrow it with path, glob or type.)");
  if (search.isPartial) notices.push("(Some files could not be read.)");
  if (search.denied) notices.push(`(${search.denied} left out: permission rules forbid reading them.)`);
  return notices;
}
