import type { CommandInfo } from "gantry/sdk";

/** A slash command as programs are told of it. */
export function commandLine({ name, description, argumentHint = "" }: Omit<CommandInfo, "plugin">) {
  return { name, description, argumentHint };
}
