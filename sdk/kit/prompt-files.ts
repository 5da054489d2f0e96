/** Prompts in markdown files, as people have written them for Claude-style hosts: read kindly, so that no file stands in another's way. */
import { dirname } from "node:path";
import { type Claim, EFFORTS, type Effort, type Files, isGantryError, PluginError } from "gantry/sdk";
import { readFrontmatter } from "./frontmatter.ts";
import { isWithin } from "./paths.ts";
import {
  hasHooks,
  hookLines,
  type PromptHead,
  type PromptSaid,
  type PromptWhere,
  saidIn,
  textIn,
} from "./prompt-head.ts";
import { readTemplate } from "./prompt-template.ts";
import { severalAtOnce } from "./several.ts";
import { splitRules } from "./split-rules.ts";
import { decodeText, plainText } from "./text-file.ts";

/** A command or a skill, read whole. */
export interface PromptFile extends PromptHead {
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
  readonly effort?: Effort;
  /** Hooks as settings have them, for as long as it holds. */
  readonly hooks?: object;
  /** Wants to be run by an agent of its own. */
  readonly isFork: boolean;
  /** The kind of that agent. */
  readonly agent: string;
  /** What it would run or allow, where that has to be approved. */
  readonly claim?: Claim;
  /** What is wrong with it, for the person: a sentence without its end. */
  readonly problem?: string;
}

/** Larger ones are no prompts. */
export const PROMPT_BYTES = 512 * 1024;

/** Reads one, or one anew; `undefined` when nothing can be read there, or it leads out of the project it came with. */
export async function readPromptFile(where: PromptWhere, files: Pick<Files, "read">): Promise<PromptFile | undefined> {
  const text = await textAt(where.path, where.place.within, files);
  return text === undefined ? undefined : promptFileOf(text, where);
}

/**
 * One as it is now: what was changed a moment ago counts.
 *
 * **Contract**: rejects with `GANTRY_PROMPT_GONE` where it can no longer be read.
 */
export async function readPromptNow(head: PromptHead, files: Pick<Files, "read">): Promise<PromptFile> {
  const now = await readPromptFile(head, files);
  if (now) return now;
  throw new PluginError(
    "GANTRY_PROMPT_GONE",
    `The ${head.kind} ${head.name} can no longer be read from ${head.path}.`,
    "Put the file back, or call another one.",
  );
}

/** Several, in their order, without those that cannot be read. */
export async function readPromptFiles(
  heads: Iterable<PromptWhere>,
  files: Pick<Files, "read">,
): Promise<readonly PromptFile[]> {
  const read = await severalAtOnce([...heads], (head) => readPromptFile(head, files));
  return read.flatMap((file) => file ?? []);
}

async function textAt(path: string, within: string | undefined, files: Pick<Files, "read">) {
  try {
    const { bytes, realPath } = await files.read(path, { maxBytes: PROMPT_BYTES });
    if (within !== undefined && !isWithin(realPath, [within])) return undefined;
    return textOf(bytes);
  } catch (error) {
    if (isGantryError(error)) return undefined;
    throw error;
  }
}

/** What a file says of itself, going by its bytes or the first of them. */
export function saidByBytes(bytes: Uint8Array): PromptSaid | undefined {
  const text = textOf(bytes);
  if (text === undefined) return undefined;
  const { data, body } = readFrontmatter(text, { isLenient: true });
  return saidIn(data, body);
}

function textOf(bytes: Uint8Array): string | undefined {
  const decoded = decodeText(bytes);
  return decoded && plainText(decoded.text).text;
}

function promptFileOf(text: string, { path, name, kind, place }: PromptWhere): PromptFile {
  const { data, body, problem } = readFrontmatter(text, { isLenient: true });
  const commands = readTemplate(body).flatMap((part) => (part.kind === "shell" ? [part.command] : []));
  const allowedTools = rulesIn(data["allowed-tools"]);
  const model = wordIn(data.model);
  const effort = EFFORTS.find((one) => one === wordIn(data.effort).toLowerCase());
  const hooks = hasHooks(data) ? (data.hooks as object) : undefined;
  const shell = /^powershell$/i.test(textIn(data.shell)) ? "PowerShell" : "Bash";
  const claim = place.within === undefined ? undefined : claimOf({ kind, path, allowedTools, commands, shell, hooks });
  return {
    kind,
    name,
    path,
    source: place.source,
    place,
    ...saidIn(data, body),
    body: body.trim(),
    names: wordsIn(data.arguments),
    allowedTools,
    disallowedTools: rulesIn(data["disallowed-tools"]),
    commands,
    shell,
    ...(model && model !== "inherit" && { model }),
    ...(effort && { effort }),
    ...(hooks && { hooks }),
    isFork: textIn(data.context) === "fork",
    agent: wordIn(data.agent) || "general-purpose",
    ...(claim && { claim }),
    ...(problem && { problem }),
  };
}

/** What a person has to see before it counts: what would be allowed, and every command that would run. */
function claimOf(
  file: Pick<PromptFile, "kind" | "path" | "allowedTools" | "commands" | "shell"> & {
    readonly hooks: object | undefined;
  },
): Claim | undefined {
  const where = file.shell === "Bash" ? "" : ` (${file.shell})`;
  const lines = [
    ...(file.allowedTools.length ? [`allows ${file.allowedTools.join(", ")}`] : []),
    ...file.commands.map((command) => `runs${where} ${command}`),
    ...hookLines(file.hooks),
    // Further lines of one stand in from it, so that none can pass for another.
  ].map((line) => line.replaceAll("\n", "\n  "));
  return lines.length ? { kind: file.kind, source: file.path, text: lines.join("\n") } : undefined;
}

/** The folder of a skill. */
export function folderOf({ path }: PromptHead): string {
  return dirname(path);
}

// ---------------------------------------------------------------- what stands in the frontmatter

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
