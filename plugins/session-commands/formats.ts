import { type Entry, LOG_VERSION, PluginError } from "gantry/sdk";
import { branchOf } from "gantry/sdk/kit/branch";
import { asHtml } from "./html.ts";
import { asMarkdown } from "./markdown.ts";

export const FORMATS = ["md", "html", "json", "jsonl"] as const;
export type Format = (typeof FORMATS)[number];

/** Marks a file as an export of a session. */
export const EXPORT_MARK = "gantry-session";

/** A session as a file: what a person reads has the branch that counts, what a program reads has all of it. */
export function exported(entries: readonly Entry[], format: Format): string {
  switch (format) {
    case "md":
      return asMarkdown(branchOf(entries), entries);
    case "html":
      return asHtml(branchOf(entries), entries);
    case "json":
      return `${JSON.stringify({ format: EXPORT_MARK, version: LOG_VERSION, entries }, null, 2)}\n`;
    case "jsonl":
      return entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
  }
}

/** The format that a file's name asks for. */
export function formatOf(file: string): Format {
  const ending = /\.(\w+)$/.exec(file)?.[1]?.toLowerCase();
  if (ending === "htm") return "html";
  return FORMATS.find((format) => format === ending) ?? "md";
}

export function asFormat(text: string): Format {
  const format = FORMATS.find((one) => one === text.toLowerCase() || (text === "markdown" && one === "md"));
  if (format) return format;
  throw new PluginError(
    "GANTRY_SESSIONS_FORMAT",
    `There is no format ${JSON.stringify(text)}.`,
    `--format takes ${FORMATS.join(", ")}.`,
  );
}
