import fs from "node:fs";
import { type Entry, entrySchema, LOG_VERSION, messageOf, type Notice } from "gantry/sdk";
import { unreadable } from "./problems.ts";

/**
 * Reads a transcript. What a crash left of the last record is cut off and kept beside, a line that is no record is passed
 * over; both are told.
 */
export function readTranscript(
  file: string,
  { mayHeal }: { readonly mayHeal: boolean },
): { readonly entries: readonly Entry[]; readonly notices: readonly Notice[] } {
  const bytes = readBytes(file);
  const wholeTo = bytes.lastIndexOf(0x0a) + 1;
  const { entries, bad } = parseLines(bytes.toString("utf8", 0, wholeTo));
  const notices: Notice[] = bad.length > 0 ? [badLines(file, bad)] : [];

  const tail = bytes.subarray(wholeTo);
  const last = tail.length > 0 ? parseLine(tail.toString("utf8")) : undefined;
  if (typeof last === "object") entries.push(last);
  if (tail.length > 0 && mayHeal) {
    if (last === "bad") notices.push(cutTail(file, wholeTo, tail));
    // Only the end of its line is missing.
    else fs.appendFileSync(file, "\n");
  }
  checkVersion(file, entries);
  return { entries, notices };
}

function readBytes(file: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    throw unreadable(file, messageOf(error), error);
  }
}

function parseLines(text: string): { entries: Entry[]; bad: number[] } {
  const entries: Entry[] = [];
  const bad: number[] = [];
  for (const [index, line] of text.split("\n").slice(0, -1).entries()) {
    const entry = parseLine(line);
    if (entry === "bad") bad.push(index + 1);
    else if (entry !== "other") entries.push(entry);
  }
  return { entries, bad };
}

/** `other`: a record of a type that this version does not know, or an empty line; it stays and is passed over. */
function parseLine(line: string): Entry | "bad" | "other" {
  if (line.trim() === "") return "other";
  let value: { readonly type?: unknown } | null;
  try {
    value = JSON.parse(line);
  } catch {
    return "bad";
  }
  if (entrySchema.safeParse(value).success) return value as Entry;
  return typeof value?.type === "string" && !isKnownType(value.type) ? "other" : "bad";
}

function isKnownType(type: string): boolean {
  return entrySchema.unwrap().options.some((option) => option.shape.type.value === type);
}

function cutTail(file: string, wholeTo: number, tail: Buffer): Notice {
  const beside = `${file}.torn`;
  fs.appendFileSync(beside, Buffer.concat([tail, Buffer.from("\n")]), { mode: 0o600, flush: true });
  fs.truncateSync(file, wholeTo);
  return {
    level: "warning",
    plugin: "session-jsonl",
    text: `The last record of the session was not whole and was left out; what there was of it is kept in ${beside}.`,
  };
}

function badLines(file: string, lines: readonly number[]): Notice {
  const shown = `${lines.slice(0, 10).join(", ")}${lines.length > 10 ? ", …" : ""}`;
  return {
    level: "warning",
    plugin: "session-jsonl",
    text: `${lines.length === 1 ? "One line" : `${lines.length} lines`} of ${file} could not be read and ${lines.length === 1 ? "was" : "were"} left out: ${shown}.`,
  };
}

function checkVersion(file: string, entries: readonly Entry[]): void {
  if (entries.length === 0) throw unreadable(file, "it holds no whole record");
  const newest = Math.max(...entries.map((entry) => (entry.type === "session" ? entry.version : 0)));
  if (newest > LOG_VERSION) {
    throw unreadable(file, `it has version ${newest} of the format, and this program knows ${LOG_VERSION}`);
  }
}
