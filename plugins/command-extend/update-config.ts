/** `/update-config`: the model changes a settings file, knowing which there are. */
import { join } from "node:path";
import type { Files, HostInfo, Inspector, RunCommand } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";

const TASK = [
  "Change Gantry's configuration as the person asks.",
  "- Choose the file by who it is for: settings of the person in all projects, of everybody in this project, or of the person in this project. If that is not said and matters, ask.",
  "- Read the file first and keep everything else in it as it is. It has to be valid JSON afterwards.",
  "- Settings (permissions, hooks, env, model, outputStyle …) have the names and shapes of Claude Code's settings.json. Something that shall happen whenever something else does is a hook. Options of plugins stand in config.json under the plugin's name.",
  "- Never loosen a permission further than asked, and put no secret into a file of the project.",
  "- Then say which file has changed, what it says now, and how to see that it works (gantry config --why KEY, gantry hooks test EVENT).",
].join("\n");

interface Means {
  readonly host: HostInfo;
  readonly files: Files;
  readonly inspector: Inspector;
}

export function createUpdateConfig({ host, files, inspector }: Means): RunCommand {
  return async (args) => {
    const wish = args.trim();
    if (wish === "") return "Say what to change: /update-config run prettier after every edit.";
    const places: readonly (readonly [string, string])[] = [
      ["settings of the person", join(host.claudeFolder, "settings.json")],
      ["settings of the project", join(host.cwd, ".claude", "settings.json")],
      ["settings of the person in this project", join(host.cwd, ".claude", "settings.local.json")],
      ["plugins of the person", join(host.stateFolder, "config.json")],
    ];
    const lines = await Promise.all(
      places.map(
        async ([what, path]) =>
          `- ${what}: ${path}${(await files.stat(path).catch(() => undefined)) ? "" : " (not there yet)"}`,
      ),
    );
    const plugins = inspector.report().plugins.map(({ name }) => name);
    return {
      prompt: [
        TASK,
        `The files:\n${lines.join("\n")}`,
        `The plugins: ${visibleLine(plugins.join(", "), 4_000)}`,
        `The person asks: ${wish}`,
      ].join("\n\n"),
    };
  };
}
