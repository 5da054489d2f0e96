import fs from "node:fs";
import { LOG_VERSION, messageOf, type Notice } from "gantry/sdk";
import { closeRead, type Disk, openExisting, writeWhole } from "./disk.ts";
import { type Parsed, parseTranscript } from "./parse.ts";
import { tooNew, unreadable, unwritable } from "./problems.ts";

/** How a transcript is read: by its one writer, who heals it; while another program may write it; or as it lies there. */
export type Reader = "writer" | "onlooker" | "reader";

/**
 * Reads a transcript. What a crash left of the last record is cut off and kept beside, a line that is no record is passed
 * over; both are told.
 */
export function readTranscript(
  disk: Disk,
  file: string,
  reader: Reader,
): { readonly parsed: Parsed; readonly notices: readonly Notice[] } {
  const parsed = parsedFrom(disk, file);
  checkVersion(file, parsed);
  const notices = parsed.bad.length > 0 ? [badLines(file, parsed.bad)] : [];
  if (parsed.tail === "torn") {
    if (reader === "writer") notices.push(cutTail(disk, file, parsed.wholeTo));
    // The record that another program is just writing is not yet there.
    else if (reader === "reader") notices.push(tornTail("What there is of it stays in the file."));
  }
  if (parsed.tail === "whole" && reader === "writer") endLine(disk, file);
  return { parsed, notices };
}

function parsedFrom(disk: Disk, file: string): Parsed {
  let fd: number | undefined;
  try {
    fd = openExisting(disk, file);
    if (fd === undefined) throw new Error("it is gone");
    if (!disk.fstat(fd).isFile()) throw new Error("it is no regular file");
    return parseTranscript(disk, fd);
  } catch (error) {
    throw unreadable(file, messageOf(error), error);
  } finally {
    if (fd !== undefined) closeRead(disk, fd);
  }
}

const PIECE = 1024 * 1024;

/** Keeps what stands behind `wholeTo` in a file beside, and then cuts it off. */
function cutTail(disk: Disk, file: string, wholeTo: number): Notice {
  const beside = `${file}.torn`;
  try {
    const fd = disk.open(file, fs.constants.O_RDWR);
    try {
      const { size } = disk.fstat(fd);
      for (let at = wholeTo; at < size; ) {
        const piece = Buffer.alloc(Math.min(PIECE, size - at));
        const count = disk.read(fd, piece, 0, piece.length, at);
        if (count === 0) break;
        appendTo(disk, beside, piece.subarray(0, count));
        at += count;
      }
      appendTo(disk, beside, Buffer.from("\n"));
      disk.truncate(fd, wholeTo);
    } finally {
      disk.close(fd);
    }
  } catch (error) {
    throw unwritable(file, error);
  }
  return tornTail(`What there was of it is kept in ${beside}.`);
}

function endLine(disk: Disk, file: string): void {
  try {
    appendTo(disk, file, Buffer.from("\n"));
  } catch (error) {
    throw unwritable(file, error);
  }
}

function appendTo(disk: Disk, file: string, bytes: Buffer): void {
  const { O_WRONLY, O_APPEND, O_CREAT } = fs.constants;
  const fd = disk.open(file, O_WRONLY | O_APPEND | O_CREAT, 0o600);
  try {
    writeWhole(disk, fd, bytes);
  } finally {
    disk.close(fd);
  }
}

function tornTail(where: string): Notice {
  const text = `The last record of the session was not whole and was left out. ${where}`;
  return { level: "warning", plugin: "session-jsonl", text };
}

function badLines(file: string, lines: readonly number[]): Notice {
  const shown = `${lines.slice(0, 10).join(", ")}${lines.length > 10 ? ", …" : ""}`;
  return {
    level: "warning",
    plugin: "session-jsonl",
    text: `${lines.length === 1 ? "One line" : `${lines.length} lines`} of ${file} could not be read and ${lines.length === 1 ? "was" : "were"} left out: ${shown}.`,
  };
}

function checkVersion(file: string, { entries, version }: Parsed): void {
  if (entries.length === 0) throw unreadable(file, "it holds no whole record");
  if (version > LOG_VERSION) throw tooNew(file, version, LOG_VERSION);
}
