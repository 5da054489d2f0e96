import type { Entry } from "gantry/sdk";

const HEADING = /^(#{1,6})[ \t]+compact instructions[ \t]*#*[ \t]*$/im;

/**
 * What instruction files want kept, under a heading "Compact Instructions": found in the prompt as it was last sent. What came into the
 * conversation otherwise, such as a file that was mentioned, has no say.
 */
export function compactInstructions(entries: readonly Entry[]): readonly string[] {
  const prompt = entries.findLast((entry) => entry.type === "prompt");
  return [...new Set((prompt?.sections ?? []).flatMap(({ text }) => underHeading(text)))];
}

/** The text from the heading to the next one that is no deeper. */
function underHeading(text: string): readonly string[] {
  const found = HEADING.exec(text);
  if (!found) return [];
  const rest = text.slice(found.index + found[0].length);
  const end = rest.search(new RegExp(`^#{1,${found[1]?.length}}[ \\t]|^</`, "m"));
  const words = (end < 0 ? rest : rest.slice(0, end)).trim();
  return words ? [words] : [];
}
