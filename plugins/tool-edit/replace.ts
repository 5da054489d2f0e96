import { type LineEnd, lineEndOf, plainText, withLineEnd } from "gantry/sdk/kit/text-file";
import type { Edit } from "./edit.ts";

/** A place in the original text, from `start` up to but not including `end`. */
export interface Match {
  readonly start: number;
  readonly end: number;
}

/** Every place where the text to replace occurs, overlaps included; a model's line feed stands for any line end. */
export function findAll(original: string, edit: Edit): readonly Match[] {
  if (speaksOfReturns(original, edit)) {
    return occurrences(original, edit.before).map((start) => ({ start, end: start + edit.before.length }));
  }
  const plain = plainText(original);
  const wanted = plainText(edit.before).text;
  return occurrences(plain.text, wanted).map((start) => ({
    start: plain.toOriginal(start),
    end: plain.toOriginal(start + wanted.length),
  }));
}

/** The places that can all be replaced: one that begins inside an earlier one is gone by then. */
export function withoutOverlaps(matches: readonly Match[]): readonly Match[] {
  let done = 0;
  return matches.filter(({ start, end }) => {
    const isFree = start >= done;
    if (isFree) done = end;
    return isFree;
  });
}

/** The original with the new text in the given places. All else stays as it is, to the character. */
export function replaceAt(original: string, edit: Edit, matches: readonly Match[]): string {
  const isLiteral = speaksOfReturns(original, edit);
  const plainAfter = plainText(edit.after).text;
  const parts: string[] = [];
  let done = 0;
  for (const { start, end } of matches) {
    const after = isLiteral ? edit.after : withLineEnd(plainAfter, lineEndNear(original, start, end));
    parts.push(original.slice(done, start), after);
    done = end;
  }
  parts.push(original.slice(done));
  return parts.join("");
}

/** The number of the line, from 1, that a place lies in. */
export function lineAt(original: string, place: number): number {
  return plainText(original.slice(0, place)).text.split("\n").length;
}

/** A model that writes carriage returns where they are in the file means every one of them. */
function speaksOfReturns(original: string, { before, after }: Edit): boolean {
  return (before.includes("\r") || after.includes("\r")) && original.includes(before);
}

function occurrences(text: string, wanted: string): readonly number[] {
  const starts: number[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) starts.push(at);
  return starts;
}

/** The line end of the replaced text itself, else the next one after it, else the one before: files may mix them. */
function lineEndNear(original: string, start: number, end: number): LineEnd {
  const replaced = original.slice(start, end);
  if (/[\r\n]/.test(replaced) || !original.includes("\n")) {
    return lineEndOf(replaced.includes("\n") ? replaced : original);
  }
  const next = original.indexOf("\n", end);
  const feed = next >= 0 ? next : original.lastIndexOf("\n", start);
  return original[feed - 1] === "\r" ? "\r\n" : "\n";
}
