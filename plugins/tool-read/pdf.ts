import { ToolError } from "gantry/sdk";
import type { Request, View } from "./read.ts";

const MOST_UNASKED = 10;
const MOST_AT_ONCE = 20;
const MOST_BYTES = 20 * 1024 * 1024;

export function isPdf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(5, bytes.length)).toString("latin1") === "%PDF-";
}

/** A PDF as a document block: whole when it is short, else the pages asked for. */
export async function readPdf(bytes: Uint8Array, { path, pages }: Request): Promise<View> {
  const { countPages, takePages } = await loadPages();
  const count = await countPages(bytes).catch(() => {
    throw new ToolError(`"${path}" is damaged: its pages cannot be told apart. Try pdftotext through Bash.`);
  });
  if (!pages) {
    if (count > MOST_UNASKED) {
      throw new ToolError(
        `"${path}" has ${count} pages, too many to read at once. Give pages, such as "1-${MOST_UNASKED}"; at most ${MOST_AT_ONCE} in one call.`,
      );
    }
    return answer(path, bytes, bytes.length, false);
  }
  const wanted = pageNumbers(pages, count, path);
  const part = await takePages(bytes, wanted).catch(() => {
    throw new ToolError(
      `The pages of "${path}" cannot be taken out, perhaps because it is encrypted. Try pdftotext through Bash.`,
    );
  });
  return answer(path, part, bytes.length, wanted.length < count);
}

/** pdf-lib takes 130 ms to load, which only those who read PDFs shall pay. */
const loadPages = () => import("./pdf-pages.ts");

function answer(filePath: string, bytes: Uint8Array, originalSize: number, isPartial: boolean): View {
  if (bytes.length > MOST_BYTES) {
    throw new ToolError(
      `This part of "${filePath}" is ${Math.ceil(bytes.length / 1024 / 1024)} MB, too large for one answer. Ask for fewer pages, or use pdftotext through Bash.`,
    );
  }
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
  return {
    content: [{ type: "document", source: { type: "base64", media_type: "application/pdf", data: base64 } }],
    data: { type: "pdf", file: { filePath, base64, originalSize } },
    isPartial,
  };
}

/** The numbers in `"3"`, `"1-5"`, `"8-"` or `"1,4-6"`, from 1. */
function pageNumbers(pages: string, count: number, path: string): readonly number[] {
  const numbers = new Set<number>();
  for (const part of pages.split(",")) {
    const [, first, dash, last] = /^\s*(\d+)\s*(?:(-)\s*(\d*)\s*)?$/.exec(part) ?? [];
    if (first === undefined) {
      throw new ToolError(`"${pages}" names no pages. Write them as "3", "1-5" or "1,4-6".`);
    }
    const from = Number(first);
    const to = dash ? Number(last || count) : from;
    if (from < 1 || to < from || to > count) {
      throw new ToolError(`"${path}" has pages 1 to ${count}; "${part.trim()}" lies outside.`);
    }
    if (to - from >= MOST_AT_ONCE) throw tooMany(pages);
    for (let page = from; page <= to; page++) numbers.add(page);
  }
  if (numbers.size > MOST_AT_ONCE) throw tooMany(pages);
  return [...numbers];
}

function tooMany(pages: string): ToolError {
  return new ToolError(`"${pages}" are more than ${MOST_AT_ONCE} pages. Read them in several calls.`);
}
