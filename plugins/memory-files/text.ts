import { markdownPieces, proseOf } from "gantry/sdk/kit/markdown";
import { decodeText, plainText } from "gantry/sdk/kit/text-file";

/** The text of a file as the model reads it; `undefined` when it is none. */
export function instructionText(bytes: Uint8Array): string | undefined {
  const decoded = decodeText(bytes);
  return decoded && plainText(decoded.text).text;
}

/** Comments are for those who write the file; one that has lines of its own leaves none. */
export function withoutComments(text: string): string {
  if (!text.includes("<!--")) return text;
  let kept = "";
  let isAfterWhole = false;
  for (const piece of markdownPieces(text)) {
    if (piece.kind === "comment") {
      isAfterWhole = /(^|\n)[ \t]*$/.test(kept);
      continue;
    }
    kept += isAfterWhole ? piece.text.replace(/^[ \t]*\n/, "") : piece.text;
    isAfterWhole = false;
  }
  return kept;
}

const IMPORT = /(?<=^|\s)@((?:\\ |[^\s\\])+)/g;
const MOST_IMPORTS = 200;

/** What a text imports, as it is written: `@docs/style.md`, not in code. Each with what is left when a full stop behind it is none of it. */
export function importsIn(text: string): readonly (readonly string[])[] {
  if (!text.includes("@")) return [];
  const found = [...proseOf(text).matchAll(IMPORT)].map(([, written = ""]) => written);
  return [...new Set(found)].slice(0, MOST_IMPORTS).flatMap((written) => {
    const path = written.replaceAll("\\ ", " ").replace(/#.*$/, "");
    const bare = path.replace(/[.,;:!?)\]'"]+$/, "");
    if (!/^[\p{L}\p{N}._~/-]/u.test(path) || bare === "") return [];
    return [bare === path ? [path] : [path, bare]];
  });
}
