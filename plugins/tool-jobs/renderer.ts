import type { Renderer } from "gantry/sdk";
import { countedText, inputText, resultNumber, resultText } from "gantry/sdk/kit/tool-views";

/** How a look at a job's output looks: which job, its state, and how much it has said since. */
export const outputRenderer: Renderer = {
  title: (shown) => inputText(shown, "task_id") ?? inputText(shown, "bash_id"),
  summary(shown) {
    const status = resultText(shown, "status");
    if (status === undefined) return undefined;
    const code = resultNumber(shown, "exitCode");
    const output = resultText(shown, "output")?.trimEnd() ?? "";
    const said = output === "" ? "nothing new" : countedText(output.split("\n").length, "new line");
    return `${status}${code === undefined ? "" : ` with exit code ${code}`}, ${said}`;
  },
};

/** How the end of a job looks. */
export const stopRenderer: Renderer = {
  title: (shown) => inputText(shown, "task_id") ?? inputText(shown, "shell_id"),
  summary: (shown) => resultText(shown, "command"),
};
