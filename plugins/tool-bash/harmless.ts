import type { Shell, ShellRedirection } from "gantry/sdk/kit/shell";

/**
 * Whether a command only looks, so that others may run beside it and it cannot leave its folder. Says nothing about
 * whether it may run: that is for permissions.
 */
export function isHarmless(command: string, shell: Shell): boolean {
  const commands = shell.plainCommands(shell.readShell(command));
  return commands?.every(({ words, redirections }) => redirections.every(isNowhere) && shell.lookingOf(words)) ?? false;
}

function isNowhere({ kind, target }: ShellRedirection): boolean {
  return kind === "descriptor" || target?.text === "/dev/null";
}
