import { perSession, type ReadFile, type SessionView, ToolError } from "gantry/sdk";
import { plainText } from "gantry/sdk/kit/text-file";
import type { Covers, Request, View } from "./read.ts";

const DEFAULT_LINES = 2000;
const LONGEST_LINE = 2000;

/** Some lines of a text file, numbered as `cat -n` does. */
export function readText(original: string, request: Request, covers: Covers): View {
  const { text } = plainText(original);
  const { path, maxTokens } = request;
  const from = Math.max(1, request.offset ?? 1);
  const page = pageOf(text, from, request.limit ?? DEFAULT_LINES, maxTokens);
  const to = from + page.lines.length - 1;
  if (page.total === 0) {
    return answer(path, page, from, "(The file exists and is empty.)", !covers(1, 0, 0, false));
  }
  if (from > page.total) {
    throw new ToolError(
      `"${path}" has ${page.total} lines, so none from line ${from} on. Give an offset of at most ${page.total}.`,
    );
  }
  const isExplicit = request.offset !== undefined || request.limit !== undefined;
  if (page.isOverBudget && isExplicit) {
    throw new ToolError(
      `The lines asked for of "${path}" are more than ${maxTokens} tokens. From line ${from}, at most ${page.lines.length} lines fit: give limit ${page.lines.length}, or find the place with Grep.`,
    );
  }
  const notes: string[] = [];
  if (page.isCut) notes.push(`Lines over ${LONGEST_LINE} characters are cut; see the rest with Grep or Bash.`);
  if (to < page.total) {
    const rest = page.isOverBudget ? `offset ${to + 1} and limit ${page.lines.length}` : `offset ${to + 1}`;
    notes.push(`Partial view: lines ${from} to ${to} of ${page.total}. Go on with ${rest}.`);
  }
  const numbered = page.lines.map((line, index) => `${String(from + index).padStart(6)}\t${line}`).join("\n");
  const shown = notes.length ? `${numbered}\n\n(${notes.join(" ")})` : numbered;
  return answer(path, page, from, shown, !covers(from, to, page.total, page.isCut));
}

function answer(filePath: string, page: Page, startLine: number, content: string, isPartial: boolean): View {
  return {
    content,
    data: {
      type: "text",
      file: {
        filePath,
        content: page.lines.join("\n"),
        numLines: page.lines.length,
        startLine,
        totalLines: page.total,
        ...(page.isOverBudget && { truncatedByTokenCap: true }),
      },
    },
    isPartial,
  };
}

interface Page {
  readonly lines: readonly string[];
  readonly total: number;
  /** Not all lines that were asked for are here. */
  readonly isOverBudget: boolean;
  /** A line is not here in full length. */
  readonly isCut: boolean;
}

/** Goes through the text once and keeps only what is shown of it. */
function pageOf(text: string, from: number, limit: number, maxTokens: number): Page {
  const lines: string[] = [];
  let total = 0;
  let tokens = 0;
  let isOverBudget = false;
  let isCut = false;
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf("\n", start);
    const end = feed < 0 ? text.length : feed;
    total++;
    if (total >= from && total < from + limit && !isOverBudget) {
      const isLong = end - start > LONGEST_LINE;
      const line = isLong
        ? `${text.slice(start, start + LONGEST_LINE)} … [cut: ${end - start} characters]`
        : text.slice(start, end);
      tokens += tokensOf(line);
      if (tokens > maxTokens && lines.length > 0) isOverBudget = true;
      else {
        lines.push(line);
        isCut ||= isLong;
      }
    }
    start = end + 1;
  }
  return { lines, total, isOverBudget, isCut };
}

/** A line with its number: about four bytes a token. */
function tokensOf(line: string): number {
  return (Buffer.byteLength(line) + 8) / 4;
}

/** Follows how much of each file a session has seen, so that a file read page by page counts as read. */
export function createCoverage() {
  const filesIn = perSession(() => new Map<string, { hash: string; through: number; isCut: boolean }>());

  return (session: SessionView, file: ReadFile, from: number, to: number, total: number, isCut: boolean): boolean => {
    const known = filesIn(session).get(file.realPath);
    const seen = known?.hash === file.stamp.hash ? known : { hash: file.stamp.hash, through: 0, isCut: false };
    if (from <= seen.through + 1) seen.through = Math.max(seen.through, to);
    seen.isCut ||= isCut;
    filesIn(session).set(file.realPath, seen);
    return seen.through >= total && !seen.isCut;
  };
}
