import { isUtf8 } from "node:buffer";

/**
 * Text files as they lie on the disk. Whoever changes one keeps what the change is not about: the encoding, the byte order
 * mark and the line ends.
 */
export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be" | "latin1";

/** How lines end. */
export type LineEnd = "\n" | "\r\n" | "\r";

/** A text file, decoded. */
export interface TextFile {
  /** Without the byte order mark; line ends as they are in the file. */
  readonly text: string;
  readonly encoding: TextEncoding;
  /** Whether it begins with a byte order mark. */
  readonly hasMark: boolean;
}

const MARKS: readonly (readonly [TextEncoding, readonly number[]])[] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/**
 * The text in a file; `undefined` when it is not text. Without a mark it is UTF-8, or else Latin-1. Encoding it again gives
 * the same bytes.
 */
export function decodeText(bytes: Uint8Array): TextFile | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const [encoding, mark] of MARKS) {
    if (!mark.every((byte, index) => bytes[index] === byte)) continue;
    const body = buffer.subarray(mark.length);
    if (encoding === "utf-8" ? !isUtf8(body) || body.includes(0) : body.length % 2 === 1) break;
    return { text: decodeBody(body, encoding), encoding, hasMark: true };
  }
  if (buffer.includes(0)) return undefined;
  if (isUtf8(buffer)) return { text: buffer.toString("utf8"), encoding: "utf-8", hasMark: false };
  if (looksBinary(buffer)) return undefined;
  return { text: buffer.toString("latin1"), encoding: "latin1", hasMark: false };
}

/** The bytes of a text file; `undefined` when its encoding lacks one of its characters. */
export function encodeText({ text, encoding, hasMark }: TextFile): Uint8Array | undefined {
  const body = encodeBody(text, encoding);
  if (!body || !hasMark) return body;
  const mark = MARKS.find(([name]) => name === encoding)?.[1] ?? [];
  return Buffer.concat([Uint8Array.from(mark), body]);
}

/** The line end that a text uses most; `\n` when it has none. A lone `\r` counts only where there is no `\n` at all. */
export function lineEndOf(text: string): LineEnd {
  let feeds = 0;
  let pairs = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    feeds++;
    if (text[at - 1] === "\r") pairs++;
  }
  if (feeds === 0) return text.includes("\r") ? "\r" : "\n";
  return pairs * 2 > feeds ? "\r\n" : "\n";
}

/** A text with plain line feeds, and the way back from a place in it to the place in the original. */
export interface PlainText {
  readonly text: string;
  toOriginal(offset: number): number;
}

/** The text as a model reads it: every line ends with a plain line feed. */
export function plainText(original: string): PlainText {
  if (!original.includes("\r")) return { text: original, toOriginal: (offset) => offset };
  if (!original.includes("\n")) {
    return { text: original.replaceAll("\r", "\n"), toOriginal: (offset) => offset };
  }
  /** Where in the plain text a carriage return was left out. */
  const dropped: number[] = [];
  for (let at = original.indexOf("\r\n"); at >= 0; at = original.indexOf("\r\n", at + 2)) {
    dropped.push(at - dropped.length);
  }
  return {
    text: original.replaceAll("\r\n", "\n"),
    toOriginal: (offset) => offset + countBelow(dropped, offset),
  };
}

/** Turns plain line feeds into another line end. */
export function withLineEnd(plain: string, lineEnd: LineEnd): string {
  return lineEnd === "\n" ? plain : plain.replaceAll("\n", lineEnd);
}

/** The lines of a plain text, without their ends. A line feed at the very end begins no further line. */
export function linesOf(plain: string): readonly string[] {
  if (plain === "") return [];
  return (plain.endsWith("\n") ? plain.slice(0, -1) : plain).split("\n");
}

function decodeBody(body: Buffer, encoding: TextEncoding): string {
  if (encoding === "utf-8") return body.toString("utf8");
  return (encoding === "utf-16be" ? Buffer.from(body).swap16() : body).toString("utf16le");
}

function encodeBody(text: string, encoding: TextEncoding): Buffer | undefined {
  switch (encoding) {
    case "utf-8":
      return Buffer.from(text, "utf8");
    case "utf-16le":
      return Buffer.from(text, "utf16le");
    case "utf-16be":
      return Buffer.from(text, "utf16le").swap16();
    case "latin1":
      return isLatin1(text) ? Buffer.from(text, "latin1") : undefined;
  }
}

function isLatin1(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return false;
  return true;
}

/** More than one control character in a hundred bytes, other than those that texts have. */
function looksBinary(buffer: Buffer): boolean {
  const sample = buffer.subarray(0, 64 * 1024);
  let controls = 0;
  for (const byte of sample) {
    if (byte === 0x7f || (byte < 0x20 && !(byte >= 0x08 && byte <= 0x0d) && byte !== 0x1b)) controls++;
  }
  return controls * 100 > sample.length;
}

/** How many of the rising numbers are smaller. */
function countBelow(rising: readonly number[], limit: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
