/** Puts values into a command line so that they are words of it and never commands. */
import { PluginError } from "gantry/sdk";

/** Means nothing to any shell, whatever stands around it. */
const PLAIN = /^[\w./:@%+=,-]+$/;
/** Where these stand, it cannot be told without a shell how a place in the command is quoted. */
const UNCLEAR = /\$[('"]|\$\{(?!CLAUDE_\w+\})|`|<<|\\\n|(?:^|\s)#/;

/**
 * How to put a value at a place in a command: as it is where it is plain, or else quoted as that place needs it. Given its words, each
 * is a word of the command, unless the place is quoted as a whole.
 *
 * **Contract**: what it returns throws `GANTRY_PROMPT_SHELL_ARGUMENT` where it cannot be told how the place is quoted, and for a value
 * that no command can have.
 *
 * @example
 * const command = "gh pr view $0";
 * const safe = command.replace("$0", (_, at) => quotedFor(command)("1; reboot", at)); // gh pr view '1; reboot'
 */
export function quotedFor(command: string): (value: string, at: number, words?: readonly string[]) => string {
  const isUnclear = UNCLEAR.test(command);
  return (value, at, words) => {
    if (PLAIN.test(value) || words?.length === 0) return value;
    if (words?.every((word) => PLAIN.test(word)) && !/["'\\\n]/.test(value)) return value;
    if (isUnclear || value.includes("\0")) throw unsafe(value, command);
    const open = quoteAt(command, at);
    if (open === '"') return value.replace(/["\\$`]/g, "\\$&");
    if (open === "'") return value.replaceAll("'", `'\\''`);
    return (words ?? [value]).map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  };
}

/** The quote that is open at a place. */
function quoteAt(command: string, place: number): '"' | "'" | undefined {
  let open: '"' | "'" | undefined;
  for (let at = 0; at < place; at++) {
    const sign = command[at];
    if (sign === "\\" && open !== "'") at++;
    else if (sign === open) open = undefined;
    else if (!open && (sign === '"' || sign === "'")) open = sign;
  }
  return open;
}

function unsafe(value: string, command: string): PluginError {
  return new PluginError(
    "GANTRY_PROMPT_SHELL_ARGUMENT",
    `${JSON.stringify(value.slice(0, 200))} cannot be put safely into the command ${JSON.stringify(command.slice(0, 200))}.`,
    "Give words of letters, digits and ./:@%+=,- alone, or write the command without substitutions.",
  );
}
