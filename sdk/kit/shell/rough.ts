/**
 * A look at a text that the grammar cannot read in full: bash may still run a part of it. Finds a program behind quotes, paths,
 * separators and other programs, and rather one too many.
 */
import { matchText } from "../stars.ts";
import { nameOf } from "./wrappers.ts";

/** Whether a text that is no valid bash may run what a pattern such as `rm:*` speaks of. */
export function roughlyMentions(specifier: string, text: string): boolean {
  const start = /^(.+)(?::| )\*$/s.exec(specifier)?.[1];
  const patterns = start === undefined ? [specifier] : [start, `${start} *`];
  return linesIn(text).some((line) => patterns.some((pattern) => matchText(plain(pattern), line)));
}

function linesIn(text: string): readonly string[] {
  const parts = text
    .replace(/\\\r?\n/g, "")
    .replace(/\\x([0-9a-fA-F]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\$IFS\b|\$\{IFS[^}]*\}/g, " ")
    .split(/[;&|\n\r(){}`<>]+/)
    .map((part) => part.split(/\s+/).map(plain).filter(Boolean))
    .filter((words) => words.length > 0);
  return parts.flatMap((words) => {
    const starts = words.slice(0, 200).map((_, at) => at);
    return starts.flatMap((at) => {
      const rest = words.slice(at + 1, at + 40);
      return [nameOf(words[at] as string), words[at] as string].map((program) => [program, ...rest].join(" "));
    });
  });
}

function plain(text: string): string {
  return text.replace(/\$(?=['"])|['"\\]/g, "");
}
