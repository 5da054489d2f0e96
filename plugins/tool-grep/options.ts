import { ToolError } from "gantry/sdk";
import type { GrepInput } from "./tool-grep.ts";

const MAX_COLUMNS = 500;

/** What ripgrep is asked. What the model wrote is always the value of an option, never an option itself. */
export function optionsFor(input: GrepInput): string[] {
  if (input.pattern === "")
    throw new ToolError("The pattern is empty. Give what to search for, or list files with Glob.");
  return [
    "--null",
    "--with-filename",
    ...modeOptions(input),
    ...(input["-i"] ? ["--ignore-case"] : []),
    ...(input.multiline ? ["--multiline", "--multiline-dotall"] : []),
    ...(input.type ? [`--type=${input.type}`] : []),
    ...(input.glob ? [`--glob=${input.glob}`] : []),
    `--regexp=${input.pattern}`,
  ];
}

function modeOptions(input: GrepInput): string[] {
  if (input.output_mode === "files_with_matches") return ["--files-with-matches"];
  if (input.output_mode === "count") return ["--count"];
  const around = input["-C"] ?? input.context;
  return [
    "--no-heading",
    `--max-columns=${MAX_COLUMNS}`,
    "--max-columns-preview",
    input["-n"] === false ? "--no-line-number" : "--line-number",
    ...(input["-o"] ? ["--only-matching"] : []),
    ...option("--before-context", input["-B"] ?? around),
    ...option("--after-context", input["-A"] ?? around),
  ];
}

function option(name: string, value: number | undefined): string[] {
  return value === undefined ? [] : [`${name}=${natural(value)}`];
}

/** The nearest number that lines can be counted with. */
export function natural(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.max(0, Math.floor(value));
}
