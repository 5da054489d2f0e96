/**
 * The gist of a session without a model: what the person asked, what was decided, which files were touched, which commands ran and
 * how they ended, what is still to do. Extracted, never made up; the same records give the same text.
 */
import { type Entry, textOf } from "gantry/sdk";
import { redactSecrets } from "./secrets.ts";
import { sentencesOf, statementsIn } from "./statements.ts";
import { visibleLine } from "./visible.ts";

/** A call of a tool, as the log tells of it. */
export interface LoggedCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** `running` where the log has no result. */
  readonly outcome: "ok" | "error" | "denied" | "invalid" | "aborted" | "running";
  /** Whether it may have changed something. */
  readonly isChange: boolean;
}

/** What happened, in pieces. */
export interface Digest {
  /** Prompts, oldest first. */
  readonly asked: readonly string[];
  readonly decided: readonly string[];
  readonly changed: readonly string[];
  readonly read: readonly string[];
  readonly commands: readonly { readonly command: string; readonly outcome: LoggedCall["outcome"] }[];
  readonly open: readonly string[];
  /** The start of the last answer. */
  readonly said: string | undefined;
}

const MOST = { asked: 12, decided: 12, files: 30, commands: 20, open: 20 };
const LETTERS = { asked: 400, line: 200, said: 600 };

/**
 * @example
 * const gist = (session: SessionView) => digestText(digestOf(session.entries));
 */
export function digestOf(entries: readonly Entry[]): Digest {
  const calls = callsIn(entries);
  const prompts = entries.flatMap((entry) =>
    entry.type === "user" && !entry.isMeta ? [textOf(entry.message.content)] : [],
  );
  const answers = entries.flatMap((entry) => (entry.type === "assistant" ? [textOf(entry.message.content)] : []));
  const last = answers.findLast((text) => text.trim() !== "");
  const files = (isChange: boolean) =>
    calls.filter((call) => call.outcome === "ok" && call.isChange === isChange).flatMap((call) => pathOf(call) ?? []);
  const changed = unique(files(true));
  return {
    asked: ends(unique(prompts.map((said) => line(said, LETTERS.asked))), MOST.asked),
    decided: newest(unique([...prompts.flatMap(lastingIn), ...answers.flatMap(decisionsIn)]), MOST.decided),
    changed: newest(changed, MOST.files),
    read: newest(
      unique(files(false)).filter((file) => !changed.includes(file)),
      MOST.files,
    ),
    commands: newest(commandsIn(calls), MOST.commands),
    open: openIn(calls, last ?? "").slice(0, MOST.open),
    said: last === undefined ? undefined : line(last, LETTERS.said),
  };
}

/** The digest as markdown; parts that have nothing are left out. */
export function digestText({ asked, decided, changed, read, commands, open, said }: Digest): string {
  const parts: (readonly [string, readonly string[]])[] = [
    ["Asked", asked],
    ["Decided", decided],
    ["Files changed", changed],
    ["Files read", read],
    ["Commands", commands.map(({ command, outcome }) => `\`${command}\` ${ENDED[outcome]}`)],
    ["Still to do", open],
    ["Said last", said === undefined ? [] : [said]],
  ];
  const shown = parts.filter(([, lines]) => lines.length);
  const text = shown
    .map(([title, lines]) => `## ${title}\n\n${lines.map((one) => `- ${one}`).join("\n")}`)
    .join("\n\n");
  return redactSecrets(text);
}

/** Every call of the records, in order. */
export function callsIn(entries: readonly Entry[]): readonly LoggedCall[] {
  const calls = new Map<string, { -readonly [K in keyof LoggedCall]: LoggedCall[K] }>();
  for (const entry of entries) {
    if (entry.type === "assistant") {
      for (const block of entry.message.content) {
        if (block.type !== "tool_use") continue;
        calls.set(block.id, { tool: block.name, input: fieldsOf(block.input), outcome: "running", isChange: false });
      }
    }
    if (entry.type !== "tool_start" && entry.type !== "tool_result") continue;
    const call = calls.get(entry.toolUseId);
    if (!call) continue;
    if (entry.type === "tool_result") call.outcome = entry.outcome;
    else {
      call.isChange = true;
      if (entry.input !== undefined) call.input = fieldsOf(entry.input);
    }
  }
  return [...calls.values()];
}

/** The file that a call is about. */
export function pathOf({ input }: LoggedCall): string | undefined {
  const path = input.file_path ?? input.notebook_path;
  return typeof path === "string" && path !== "" ? visibleLine(path, LETTERS.line) : undefined;
}

const ENDED: Readonly<Record<LoggedCall["outcome"], string>> = {
  ok: "ended well",
  error: "failed",
  denied: "was refused",
  invalid: "was not valid",
  aborted: "was cut off",
  running: "has no result",
};

function commandsIn(calls: readonly LoggedCall[]): Digest["commands"] {
  const ran = new Map<string, LoggedCall["outcome"]>();
  for (const { input, outcome } of calls) {
    if (typeof input.command !== "string") continue;
    const command = line(input.command, LETTERS.line);
    // The last time counts, and stands last.
    ran.delete(command);
    ran.set(command, outcome);
  }
  return [...ran].map(([command, outcome]) => ({ command, outcome }));
}

/** What the last list of tasks leaves open, and boxes that the last answer has not ticked. */
function openIn(calls: readonly LoggedCall[], answer: string): readonly string[] {
  const todos = calls.findLast(({ input, outcome }) => outcome === "ok" && Array.isArray(input.todos))?.input.todos;
  const listed = (todos as readonly unknown[] | undefined)?.flatMap((todo) => {
    const { content, status } = fieldsOf(todo);
    return typeof content === "string" && status !== "completed" ? [line(content, LETTERS.line)] : [];
  });
  const boxes = [...answer.matchAll(/^\s*[-*] \[ \] (.+)$/gm)].map(([, task = ""]) => line(task, LETTERS.line));
  return unique([...(listed ?? []), ...boxes]);
}

function lastingIn(said: string): readonly string[] {
  return statementsIn(said).map(({ text }) => line(text, LETTERS.line));
}

function decisionsIn(answer: string): readonly string[] {
  const found = sentencesOf(answer).filter((one) =>
    /\b(?:decided|decision|instead of|because|chose|agreed)\b/i.test(one),
  );
  return found.slice(0, 2).map((one) => line(one, LETTERS.line));
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function line(text: string, most: number): string {
  return visibleLine(text, most);
}

function unique(all: readonly string[]): readonly string[] {
  return [...new Set(all.filter((one) => one !== ""))];
}

function newest<T>(all: readonly T[], most: number): readonly T[] {
  return all.slice(-most);
}

/** The first, which says what it is all about, and the newest. */
function ends(all: readonly string[], most: number): readonly string[] {
  return all.length <= most ? all : [all[0] as string, ...all.slice(-(most - 1))];
}
