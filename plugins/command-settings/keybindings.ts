import fs from "node:fs";
import { join } from "node:path";
import type { Command, HostInfo, Keymap } from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { completions } from "gantry/sdk/kit/completions";
import { listPanel } from "gantry/sdk/kit/panels";
import { writeSettings } from "gantry/sdk/kit/settings-write";
import { visibleLine } from "gantry/sdk/kit/visible";

const EXAMPLE = { bindings: [{ context: "Chat", bindings: {} }] };

/** `/keybindings`: the keys by where they are heard, the person's file, and what is wrong with it. */
export function createKeybindings(host: HostInfo, keymap: Keymap | undefined): Command {
  const file = join(host.claudeFolder, "keybindings.json");
  return answering({
    async run(args) {
      const word = args.trim();
      if (word === "edit") return made(file);
      if (word) return `/keybindings takes edit, or nothing: "${visibleLine(word, 40)}" is neither.`;
      if (!keymap) return `${fileText(file)} Nothing here shows keys: they belong to the terminal.`;
      return {
        panel: await listPanel({
          title: "Keys",
          load: () => {
            const { bindings, problems } = keymap.read();
            return [
              ...problems.map((problem, at) => ({
                id: `problem ${at}`,
                title: [{ text: visibleLine(problem), tone: "warning" as const }],
                group: "Wrong",
                isDisabled: true,
              })),
              ...bindings.map(({ context, key, action, isOwn }) => ({
                id: `${context} ${key}`,
                title: visibleLine(key).padEnd(16),
                detail: `${action === null ? "nothing" : visibleLine(action)}${isOwn ? " (yours)" : ""}`,
                group: context,
              })),
              { id: "file", title: fileText(file), group: "File", isDisabled: true },
            ];
          },
          actions: [],
        }),
      };
    },
    complete: (args) => completions(args, ["edit"]),
  });
}

async function made(file: string): Promise<string> {
  const isThere = fs.existsSync(file);
  if (!isThere) await writeSettings(file, () => EXAMPLE);
  const how =
    'Such as "bindings": [{ "context": "Chat", "bindings": { "ctrl+e": "chat:externalEditor", "ctrl+s": null } }].';
  return `${file} ${isThere ? "is your file" : "was made"}. ${how}`;
}

function fileText(file: string): string {
  return fs.existsSync(file)
    ? `Your own stand in ${file}.`
    : `You have none of your own; /keybindings edit makes ${file}.`;
}
