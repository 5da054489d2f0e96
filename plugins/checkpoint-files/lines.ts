import { countChanges, patchOf } from "gantry/sdk/kit/patch";
import { decodeText, plainText } from "gantry/sdk/kit/text-file";

/** Lines of text that were put in and taken out. */
export interface Lines {
  readonly insertions: number;
  readonly deletions: number;
}

export const NO_LINES: Lines = { insertions: 0, deletions: 0 };

/** What changed between two contents; nothing is an empty one. No lines where one is not text. */
export function linesBetween(before: Uint8Array | undefined, after: Uint8Array | undefined): Lines {
  const [old, now] = [before, after].map((bytes) => decodeText(bytes ?? new Uint8Array()));
  if (!old || !now) return NO_LINES;
  const { added, removed } = countChanges(patchOf(plainText(old.text).text, plainText(now.text).text));
  return { insertions: added, deletions: removed };
}

export function sumOf(all: readonly Lines[]): Lines {
  return all.reduce(
    (sum, { insertions, deletions }) => ({
      insertions: sum.insertions + insertions,
      deletions: sum.deletions + deletions,
    }),
    NO_LINES,
  );
}
