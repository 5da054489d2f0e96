import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { messageOf, PluginError, type Setup } from "gantry/sdk";
import type { promptBase } from "./index.ts";
import { PROMPT } from "./prompt.ts";

const setup: Setup<typeof promptBase> = async ({ config, host }) => {
  const base = await given("system-prompt", config.systemPrompt, config.systemPromptFile, host.cwd);
  const more = await given("append-system-prompt", config.appendSystemPrompt, config.appendSystemPromptFile, host.cwd);
  return {
    taps: {
      promptBuild: (draft) => {
        const started = draft.with({ key: "base", cache: "stable", text: base ?? PROMPT });
        return more ? started.with({ key: "append", cache: "stable", text: more }) : started;
      },
    },
  };
};
export default setup;

/** The text that was given, or that of the file that was given. */
async function given(flag: string, text: string | undefined, file: string | undefined, cwd: string) {
  if (file === undefined) return text;
  if (text !== undefined) {
    throw new PluginError(
      "GANTRY_PROMPT_TWICE",
      `Both --${flag} and --${flag}-file ${file} were given.`,
      "Give one of the two.",
    );
  }
  try {
    return await readFile(resolve(cwd, file), "utf8");
  } catch (thrown) {
    throw new PluginError(
      "GANTRY_PROMPT_FILE",
      `The file of --${flag}-file cannot be read: ${messageOf(thrown)}`,
      "Name a text file that exists.",
      thrown,
    );
  }
}
