import { type Command, PluginError, z } from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { completions } from "gantry/sdk/kit/completions";
import { type SaveParts, saveSetting } from "gantry/sdk/kit/save-setting";
import { visibleLine } from "gantry/sdk/kit/visible";

const LONGEST = 4000;
const statusLineSchema = z.object({ type: z.literal("command"), command: z.string() });

/** `/statusline`: the command that writes the status line. It is the person's own, so it is saved for them alone. */
export function createStatusline(parts: SaveParts): Command {
  const current = () => parts.settings.get("statusLine", statusLineSchema)?.command;
  const shown = () => {
    const command = current();
    return command === undefined
      ? "No command writes the status line."
      : `The status line comes from: ${visibleLine(command)}`;
  };
  const save = async (command: string) => {
    if (command.length > LONGEST || /[\r\n]/.test(command)) throw wrong();
    const value = command === "off" ? undefined : { type: "command", command };
    const saved = await saveSetting(parts, "statusLine", value);
    return `${shown()} ${saved}`;
  };
  return answering({
    run: (args) => {
      const command = args.trim();
      if (command === "status") return shown();
      if (command) return save(command);
      return {
        panel: {
          type: "form",
          title: "Status line",
          message: "A shell command. It gets the session as JSON on standard input; what it prints is shown.",
          text: `${shown()} /statusline COMMAND sets one, /statusline off takes it away.`,
          fields: [{ name: "command", type: "text", isRequired: true, default: current() ?? "" }],
          submit: ({ command: typed }) => save(String(typed).trim() || "off"),
        },
      };
    },
    complete: (args) => completions(args, ["off", "status"]),
  });
}

function wrong(): PluginError {
  return new PluginError(
    "GANTRY_STATUSLINE_COMMAND",
    `A command of the status line stands on one line of at most ${LONGEST} characters.`,
    "Put it into a script, and name the script.",
  );
}
