import { type Entry, LOG_VERSION } from "gantry/sdk";
import { kindOf } from "./check.ts";
import type { Disk } from "./disk.ts";
import { migrated, type RawRecord } from "./migrate.ts";

/** Bytes that are read at a time. */
const PIECE = 1024 * 1024;
/** A longer line is no record: no string may be that long. */
const MOST_LINE = 256 * 1024 * 1024;

/** What a transcript holds. */
export interface Parsed {
  readonly entries: readonly Entry[];
  /** Lines that are no records, counted from 1. */
  readonly bad: readonly number[];
  /** The newest version of the format that the file names. */
  readonly version: number;
  /** The version at its end is older than this program's. */
  readonly isOld: boolean;
  /** Where the last whole line ends. */
  readonly wholeTo: number;
  /** What stands behind it: nothing, a record that lacks only the end of its line, or what a crash left of one. */
  readonly tail: "none" | "whole" | "torn";
}

/** Reads the lines of an open transcript, piece by piece, so that no more is held than what they say. */
export function parseTranscript(disk: Disk, fd: number): Parsed {
  const lines = new Lines();
  let buffer = Buffer.allocUnsafe(PIECE);
  let filled = 0;
  let position = 0;
  let wholeTo = 0;
  let isTooLong = false;

  for (;;) {
    const count = disk.read(fd, buffer, filled, buffer.length - filled, position);
    if (count === 0) break;
    position += count;
    const from = filled;
    filled += count;
    const held = buffer.subarray(0, filled);
    let start = 0;
    for (let end = held.indexOf(0x0a, from); end >= 0; end = held.indexOf(0x0a, start)) {
      if (isTooLong) lines.skip();
      else lines.take(held.toString("utf8", start, end));
      isTooLong = false;
      start = end + 1;
    }
    if (start > 0) wholeTo = position - filled + start;
    buffer.copy(buffer, 0, start, filled);
    filled -= start;
    if (filled < buffer.length) continue;
    if (buffer.length < MOST_LINE) {
      const larger = Buffer.allocUnsafe(buffer.length * 2);
      buffer.copy(larger, 0, 0, filled);
      buffer = larger;
    } else {
      isTooLong = true;
      filled = 0;
    }
  }
  return { ...lines.end(isTooLong ? undefined : buffer.toString("utf8", 0, filled)), wholeTo };
}

class Lines {
  readonly #entries: Entry[] = [];
  readonly #bad: number[] = [];
  #number = 0;
  #version = 1;
  #newest = 0;

  take(line: string): void {
    this.#number++;
    const found = this.#read(line);
    if (found === "bad") this.#bad.push(this.#number);
    else if (found !== "other") this.#entries.push(found);
  }

  skip(): void {
    this.#bad.push(++this.#number);
  }

  end(tail: string | undefined): Omit<Parsed, "wholeTo"> {
    const last = tail === "" ? "none" : tail === undefined ? "bad" : this.#read(tail);
    if (typeof last === "object") this.#entries.push(last);
    return {
      entries: this.#entries,
      bad: this.#bad,
      version: this.#newest,
      isOld: this.#version < LOG_VERSION,
      tail: last === "none" ? "none" : last === "bad" ? "torn" : "whole",
    };
  }

  /** `other`: a record of a type that this version does not know, one that repeats another, or an empty line. */
  #read(line: string): Entry | "bad" | "other" {
    // What a file system leaves where data did not come through may stand before a record that did.
    const text = line.charCodeAt(0) === 0 ? line.replace(/^\0+/, "") : line;
    if (text === "" || text.trim() === "") return text === line ? "other" : "bad";
    let value: RawRecord | null;
    try {
      value = JSON.parse(text);
    } catch {
      return "bad";
    }
    if (value?.type === "session" && typeof value.version === "number") {
      this.#version = value.version;
      this.#newest = Math.max(this.#newest, value.version);
    }
    const record = value && this.#version < LOG_VERSION ? migrated(value, this.#version) : value;
    const kind = kindOf(record);
    if (kind !== "record") return kind;
    return record?.isRepeat === true ? "other" : (record as unknown as Entry);
  }
}
