import type { ShellCommand, ShellText } from "./text.ts";

/**
 * The commands of a text that is nothing but a list of them, or pipelines: no substitution, group, loop, assignment or background.
 * `undefined` for any other.
 */
export function plainCommands(text: ShellText): readonly ShellCommand[] | undefined {
  const isPlain = text.commands.every(
    ({ after, assignments, words }) => after && assignments.length === 0 && words.length > 0,
  );
  return text.problem === undefined && text.commands.length > 0 && isPlain ? text.commands : undefined;
}
