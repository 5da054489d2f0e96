/** What a prompt in a file says of itself: enough to list it and to choose it, and never enough to run or to allow anything. */
import type { PromptSource } from "gantry/sdk";
import type { PromptPlace } from "./prompt-places.ts";
import { visibleLine } from "./visible.ts";

/** What is told of a command or a skill; its text is read when somebody calls it. */
export interface PromptHead extends PromptWhere, PromptSaid {
  readonly source: PromptSource;
}

/** Where one lies. */
export interface PromptWhere {
  readonly kind: "command" | "skill";
  /** What it is called by, without the slash. */
  readonly name: string;
  readonly path: string;
  readonly place: PromptPlace;
}

/** What its file says, wherever it lies. Data only, so that it can be kept. */
export interface PromptSaid {
  /** What it is for; empty where the file does not say. */
  readonly description: string;
  /** When to use it. */
  readonly when: string;
  readonly hint: string;
  /** How its text begins, where there is no description. */
  readonly opening: string;
  /** Whether a person may call it, and whether a model may. */
  readonly isCommand: boolean;
  readonly isForModel: boolean;
  /** For which files it is there; empty: for all. */
  readonly globs: readonly string[];
  /** Whether it may run or allow something: only then can it ask for approval. What it asks for, its text alone says. */
  readonly mayAsk: boolean;
}

/** The headings of lists, in their order. */
export const PROMPT_GROUPS: Readonly<Record<PromptSource, string>> = {
  managed: "Managed",
  personal: "Personal",
  project: "Project",
};

const LONGEST_LINE = 200;
/** How much of a text is looked through for a line to begin with. */
const LONGEST_OPENING = 4_000;

/** How a command in a text begins, in a line and in a fence. */
const COMMANDS = ["!`", "```!", "~~~!"];

/** What frontmatter and text say. */
export function saidIn(data: Readonly<Record<string, unknown>>, body: string): PromptSaid {
  const description = textIn(data.description);
  return {
    description,
    when: textIn(data.when_to_use ?? data["when-to-use"]),
    hint: hintIn(data["argument-hint"]),
    opening: description ? "" : openingOf(body),
    isCommand: !isSaid(data["user-invocable"], false),
    isForModel: !isSaid(data["disable-model-invocation"], true),
    globs: globsIn(data.paths),
    mayAsk: data["allowed-tools"] !== undefined || hasHooks(data) || COMMANDS.some((start) => body.includes(start)),
  };
}

/** Whether it brings hooks of its own, for as long as it holds. */
export function hasHooks({ hooks }: Readonly<Record<string, unknown>>): boolean {
  return typeof hooks === "object" && hooks !== null;
}

/** Every hook with all that it says, so that another word of it is asked for anew. */
export function hookLines(hooks: object | undefined): readonly string[] {
  return Object.entries(hooks ?? {}).flatMap(([event, groups]) =>
    (Array.isArray(groups) ? groups : [groups]).map((group) => `hooks ${event} ${JSON.stringify(group)}`),
  );
}

/** What a list of commands says of it: its description, or else how its text begins. */
export function describedBy({ description, opening, name }: PromptHead): string {
  return visibleLine(oneLine(description || opening || name, LONGEST_LINE));
}

/** On one line, cut where it is longer. */
export function oneLine(text: string, most: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line;
}

/** A text, as YAML and people write one; empty for all else. */
export function textIn(value: unknown): string {
  return typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : "";
}

function openingOf(body: string): string {
  for (const line of body.slice(0, LONGEST_OPENING).split("\n")) {
    const words = line.replace(/^#+\s*/, "").trim();
    if (words) return oneLine(words, LONGEST_LINE);
  }
  return "";
}

/** `[file]` is a list for YAML, and a hint for whoever wrote it. */
function hintIn(value: unknown): string {
  const hint = Array.isArray(value) ? value.map((one) => `[${textIn(one)}]`).join(" ") : textIn(value);
  return visibleLine(oneLine(hint, 100));
}

/** A list, or a text with commas between the globs; those within braces part nothing. */
function globsIn(value: unknown): readonly string[] {
  const texts = (Array.isArray(value) ? value : [value]).map(textIn);
  return texts.flatMap((text) => text.split(/,(?![^{]*\})/).map((glob) => glob.trim())).filter(Boolean);
}

function isSaid(value: unknown, wanted: boolean): boolean {
  return value === wanted || textIn(value).toLowerCase() === String(wanted);
}
