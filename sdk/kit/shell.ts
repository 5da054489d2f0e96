/**
 * Shell texts, read with the grammar of bash: what they may run, what is certain, and what rules say about them. The grammar is
 * loaded when the first text is read, so a session without commands does without it.
 *
 * @example
 * const { readShell, mentionOf } = await loadShell();
 * mentionOf("rm:*", readShell("sudo env X=1 /bin/r''m -rf build")); // "yes"
 */
export type { Place } from "./shell/places.ts";
export type { ShellAssignment, ShellCommand, ShellRedirection, ShellText, ShellWord } from "./shell/text.ts";

/** What reads and judges shell texts. */
export type Shell = typeof import("./shell/index.ts");

let loaded: Promise<Shell> | undefined;

/** Loads the grammar, once. */
export function loadShell(): Promise<Shell> {
  loaded ??= import("./shell/index.ts");
  return loaded;
}
