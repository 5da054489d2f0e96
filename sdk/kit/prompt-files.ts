/** Prompts in markdown files, as people have written them for Claude-style hosts: read kindly, so that no file stands in another's way. */
import { dirname } from "node:path";
import { type Claim, type Files, isGantryError, PluginError, type PromptSource } from "gantry/sdk";
import { readFrontmatter } from "./frontmatter.ts";
import { isWithin } from "./paths.ts";
import type { PromptPlace } from "./prompt-places.ts";
import { readTemplate } from "./prompt-template.ts";
import { splitRules } from "./split-rules.ts";
import { decodeText, plainText } from "./text-file.ts";
import { visibleLine } from "./visible.ts";

/** A command or a skill, as its file says. */
export interface PromptFile {
  readonly kind: "command" | "skill";
  /** What it is called by, without the slash. */
  readonly name: string;
  readonly path: string;
  readonly source: PromptSource;
  readonly place: PromptPlace;
  /** What it is for; empty where the file does not say. */
  readonly description: string;
  /** When to use it. */
  readonly when: string;
  readonly hint: string;
  /** The text, with its placeholders. */
  readonly body: string;
  /** The names of its arguments, in order. */
  readonly names: readonly string[];
  readonly allowedTools: readonly string[];
  readonly disallowedTools: readonly string[];
  /** The commands in its text, as they are written. */
  readonly commands: readonly string[];
  readonly shell: "Bash" | "PowerShell";
  readonly model?: string;
  readonly effort?: string;
  /** Wants to be run by an agent of its own. */
  readonly isFork: boolean;
  /** Whether a person may call it, and whether a model may. */
  readonly isCommand: boolean;
  readonly isForModel: boolean;
  /** For which files it is there; empty: for all. */
  readonly globs: readonly string[];
  /** What it would run or allow, where that has to be approved. */
  readonly claim?: Claim;
  /** What is wrong with it, for the person: a sentence without its end. */
  readonly problem?: string;
}

/** The headings of lists, in their order. */
export const PROMPT_GROUPS: Readonly<Record<PromptSource, string>> = {
  managed: "Managed",
  personal: "Personal",
  project: "Project",
};

const MOST_BYTES = 512 * 1024;

type Where = Pick<PromptFile, "path" | "name" | "kind" | "place">;

/** Reads one, or one anew; `undefined` when nothing can be read there, or it leads out of the project it came with. */
export async function readPromptFile(where: Where, files: Pick<Files, "read">): Promise<PromptFile | undefined> {
  const text = await textAt(where.path, where.place.within, files);
  return text === undefined ? undefined : promptFileOf(text, where);
}

async function textAt(path: string, within: string | undefined, files: Pick<Files, "read">) {
  try {
    const { bytes, realPath } = await files.read(path, { maxBytes: MOST_BYTES });
    if (within !== undefined && !isWithin(realPath, [within])) return undefined;
    const decoded = decodeText(bytes);
    return decoded && plainText(decoded.text).text;
  } catch (error) {
    if (isGantryError(error)) return undefined;
    throw error;
  }
}

function promptFileOf(text: string, { path, name, kind, place }: Where): PromptFile {
  const { data, body, problem } = readFrontmatter(text, { isLenient: true });
  const commands = readTemplate(body).flatMap((part) => (part.kind === "shell" ? [part.command] : []));
  const allowedTools = rulesIn(data["allowed-tools"]);
  const said = { model: wordIn(data.model), effort: wordIn(data.effort) };
  const shell = /^powershell$/i.test(textIn(data.shell)) ? "PowerShell" : "Bash";
  const claim = place.within === undefined ? undefined : claimOf({ kind, path, allowedTools, commands, shell });
  return {
    kind,
    name,
    path,
    source: place.source,
    place,
    description: textIn(data.description),
    when: textIn(data.when_to_use ?? data["when-to-use"]),
    hint: hintIn(data["argument-hint"]),
    body: body.trim(),
    names: wordsIn(data.arguments),
    allowedTools,
    disallowedTools: rulesIn(data["disallowed-tools"]),
    commands,
    shell,
    ...(said.model && said.model !== "inherit" && { model: said.model }),
    ...(said.effort && { effort: said.effort }),
    isFork: data.context === "fork",
    isCommand: !isSaid(data["user-invocable"], false),
    isForModel: !isSaid(data["disable-model-invocation"], true),
    globs: globsIn(data.paths),
    ...(claim && { claim }),
    ...(problem && { problem }),
  };
}

/** What a person has to see before it counts: what would be allowed, and every command that would run. */
function claimOf(file: Pick<PromptFile, "kind" | "path" | "allowedTools" | "commands" | "shell">): Claim | undefined {
  const where = file.shell === "Bash" ? "" : ` (${file.shell})`;
  const lines = [
    ...(file.allowedTools.length ? [`allows ${file.allowedTools.join(", ")}`] : []),
    ...file.commands.map((command) => `runs${where} ${command}`),
    // Further lines of one stand in from it, so that none can pass for another.
  ].map((line) => line.replaceAll("\n", "\n  "));
  return lines.length ? { kind: file.kind, source: file.path, text: lines.join("\n") } : undefined;
}

/** What to throw where a file is no longer there. */
export function gone({ kind, name, path }: PromptFile): PluginError {
  return new PluginError(
    "GANTRY_PROMPT_GONE",
    `The ${kind} ${name} can no longer be read from ${path}.`,
    "Put the file back, or call another one.",
  );
}

/** The folder of a skill. */
export function folderOf({ path }: PromptFile): string {
  return dirname(path);
}

/** What a list of commands says of it: its description, or else how its text begins. */
export function describedBy({ description, body, name }: PromptFile): string {
  const [first = ""] = body
    .split("\n")
    .map((line) => line.replace(/^#+\s*/, "").trim())
    .filter(Boolean);
  return visibleLine(oneLine(description || first || name, 200));
}

/** On one line, cut where it is longer. */
export function oneLine(text: string, most: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line;
}

// ---------------------------------------------------------------- what stands in the frontmatter

function textIn(value: unknown): string {
  return typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : "";
}

/** `[file]` is a list for YAML, and a hint for whoever wrote it. */
function hintIn(value: unknown): string {
  const hint = Array.isArray(value) ? value.map((one) => `[${textIn(one)}]`).join(" ") : textIn(value);
  return visibleLine(oneLine(hint, 100));
}

function wordIn(value: unknown): string {
  return /^\S{1,200}$/.exec(textIn(value))?.[0] ?? "";
}

function wordsIn(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value.map(textIn) : textIn(value).split(/[\s,]+/)).filter(Boolean);
}

/** A list, or a text with commas or blanks between the rules. */
function rulesIn(value: unknown): readonly string[] {
  const texts = (Array.isArray(value) ? value : [value]).map(textIn);
  return [...new Set(texts.flatMap((text) => splitRules(text)))];
}

/** A list, or a text with commas between the globs; those within braces part nothing. */
function globsIn(value: unknown): readonly string[] {
  const texts = (Array.isArray(value) ? value : [value]).map(textIn);
  return texts.flatMap((text) => text.split(/,(?![^{]*\})/).map((glob) => glob.trim())).filter(Boolean);
}

function isSaid(value: unknown, wanted: boolean): boolean {
  return value === wanted || textIn(value).toLowerCase() === String(wanted);
}
