import { readLine } from "./words.ts";

/**
 * Whether a command only looks, so that others may run beside it and it cannot leave its folder. Says nothing about
 * whether it may run: that is for permissions.
 */
export function isHarmless(command: string): boolean {
  const line = readLine(command);
  return line?.isLiteral === true && line.commands.every(({ words }) => onlyLooks(words));
}

const ALWAYS = new Set(
  "basename cat cut date df dirname du echo egrep false fgrep grep head id ls nproc pwd realpath seq sleep stat tail tr true uname wc which whoami".split(
    " ",
  ),
);

/** Programs that only look unless one of these options (or its beginning) is among their words. */
const UNLESS: Readonly<Record<string, RegExp>> = {
  find: /^-(exec|execdir|ok|okdir|delete|fprint|fprint0|fprintf|fls)$/,
  rg: /^--(pre|hostname-bin|search-zip)|^-[^-]*z/,
};
const GIT_LOOKS = new Set(["status", "log", "diff", "show"]);
const GIT_UNLESS = /^--(ou|ext|textc)/;

function onlyLooks([program, ...words]: readonly string[]): boolean {
  if (program === undefined || program.includes("=")) return false;
  if (ALWAYS.has(program)) return program !== "date" || words.every((word) => /^(\+|-u$)/.test(word));
  if (program === "git") return GIT_LOOKS.has(words[0] ?? "") && !words.some((word) => GIT_UNLESS.test(word));
  const dangerous = Object.hasOwn(UNLESS, program) ? UNLESS[program] : undefined;
  return dangerous !== undefined && !words.some((word) => dangerous.test(word));
}
