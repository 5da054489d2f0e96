import type { Completion } from "gantry/sdk";

/**
 * Those of the words that go on from what is typed; with descriptions where they come in pairs.
 *
 * @example
 * completions("o", ["on", "off", "status"]); // [{ args: "on" }, { args: "off" }]
 */
export function completions(
  typed: string,
  words: Iterable<string | readonly [word: string, description: string]>,
): readonly Completion[] {
  const begun = typed.trimStart().toLowerCase();
  return [...words]
    .map((word) => (typeof word === "string" ? ([word] as const) : word))
    .filter(([word]) => word.toLowerCase().startsWith(begun))
    .map(([args, description]) => ({ args, ...(description && { description }) }));
}
