/** Why a prompt in a file is not sent. */
import { PluginError, type ToolResult, textOf } from "gantry/sdk";
import type { PromptFile } from "./prompt-files.ts";

/** What it would run, nobody has approved. */
export function unapproved({ path, commands }: PromptFile): PluginError {
  return new PluginError(
    "GANTRY_PROMPT_UNAPPROVED",
    `it would run ${JSON.stringify(commands[0])}, and nobody has approved that: ${path} came with this folder.`,
    "Look at what the folder asks for with `gantry trust`, and approve it with `gantry trust add`.",
  );
}

/** A command in its text did not come to a good end. */
export function failed(command: string, result: ToolResult): PluginError {
  const isRefused = result.outcome === "denied";
  return new PluginError(
    "GANTRY_PROMPT_SHELL",
    `its command ${JSON.stringify(command.slice(0, 300))} ${isRefused ? "may not run unasked" : "failed"}: ${textOf(result.content).slice(0, 2_000)}`,
    isRefused
      ? "Allow the command in `allowed-tools` of the file, or in the settings."
      : "Correct the command, and call it again.",
  );
}
