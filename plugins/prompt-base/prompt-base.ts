import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { messageOf, type Setup } from "gantry/sdk";
import type { promptBase } from "./index.ts";
import { BASE, CODING, STYLE } from "./prompt.ts";

/** In parts, so that another plugin can take the place of one of them. */
const BUILT_IN: Readonly<Record<string, string>> = { base: BASE, coding: CODING, style: STYLE };

/** Without the prompt that was asked for no model is asked: what it forbids might happen. */
const setup: Setup<typeof promptBase> = async ({ config, host }) => {
  const base = await given("system-prompt", config.systemPrompt, config.systemPromptFile, host.cwd);
  const more = await given("append-system-prompt", config.appendSystemPrompt, config.appendSystemPromptFile, host.cwd);
  const problem = base.problem ?? more.problem;
  return {
    taps: {
      input: (input) => (problem ? { ...input, outcome: { kind: "refused", text: problem } } : undefined),
      promptBuild: (draft) => {
        const sections = base.text === undefined ? BUILT_IN : { base: base.text };
        const all = Object.entries({ ...sections, ...(more.text && { append: more.text }) });
        return all.reduce((next, [key, text]) => next.with({ key, cache: "stable", text }), draft);
      },
    },
  };
};
export default setup;

interface Given {
  readonly text?: string | undefined;
  readonly problem?: string;
}

/** The text that was given, or that of the file that was given. */
async function given(flag: string, text: string | undefined, file: string | undefined, cwd: string): Promise<Given> {
  if (file === undefined) return { text };
  if (text !== undefined)
    return { problem: `Both --${flag} and --${flag}-file ${file} were given. Give one of the two.` };
  try {
    return { text: await readFile(resolve(cwd, file), "utf8") };
  } catch (thrown) {
    return {
      problem: `The file of --${flag}-file cannot be read: ${messageOf(thrown)}. Name a text file that exists.`,
    };
  }
}
