import { type Command, isGantryError, type RunCommand } from "gantry/sdk";

/**
 * What a person got wrong is an answer, not a failure of the plugin: coded errors of a command become its text.
 *
 * @example
 * const rename: Command = answering((args, session) => {
 *   if (args.length > 200) throw new PluginError("GANTRY_NAME_LONG", "The name is too long.", "Choose a shorter one.");
 *   session.rename(args);
 *   return `The session is called ${args}.`;
 * });
 */
export function answering(command: RunCommand): RunCommand;
export function answering(command: Exclude<Command, RunCommand>): Exclude<Command, RunCommand>;
export function answering(command: Command): Command {
  if (typeof command !== "function") return { ...command, run: answering(command.run) };
  return async (...typed) => {
    try {
      return await command(...typed);
    } catch (thrown) {
      if (isGantryError(thrown)) return [thrown.message, thrown.remedy].filter(Boolean).join(" ");
      throw thrown;
    }
  };
}
