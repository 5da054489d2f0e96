/**
 * What of a conversation must not be lost, gathered without a model: what the person asked for, open tasks, files, commands,
 * decisions. The same moments always give the same digest. What it is made of is told by its shape, so that tools of any plugin
 * count.
 */
import { openTasks, type Task } from "./digest-tasks.ts";
import type { CallMade, Moment } from "./moments.ts";
import { visibleLine } from "./visible.ts";

/** What was gathered. All lists are oldest first and hold nothing twice. */
export interface Digest {
  /** Texts of the person, as they stand. */
  readonly asked: readonly string[];
  readonly tasks: readonly Task[];
  /** Questions with their answers, and sentences in which something was decided. */
  readonly decisions: readonly string[];
  /** The plan that was last put forward, as it stands. */
  readonly plan: string | undefined;
  /** Files that were changed, by the path that the model used. */
  readonly changed: readonly string[];
  /** Files that were read and not changed. */
  readonly read: readonly string[];
  /** Commands whose last run ended well. */
  readonly commands: readonly string[];
  /** Calls whose last try failed, with the first line of the reason. */
  readonly failures: readonly string[];
  /** What the agent said last. */
  readonly lastWords: string;
}

const LONGEST_DECISION = 300;
const LONGEST_COMMAND = 400;
const LONGEST_REASON = 200;
const DECISION =
  /\b(decided|decision|agreed|settled on|instead of|rather than|we(?:'ll| will| shall) (?:use|keep|go))\b/i;

/**
 * Gathers what must not be lost.
 *
 * @example
 * const digest = digestOf(momentsOfLog(session.entries));
 * digest.asked.at(-1); // the person's last words
 */
export function digestOf(moments: readonly Moment[]): Digest {
  const calls = moments.filter((moment) => moment.by === "call");
  const done = calls.filter(({ isError }) => isError === false);
  const changed = newestLast(done.filter(changesFile).flatMap(fileOf));
  const agent = moments.flatMap((moment) => (moment.by === "agent" ? [moment.text] : []));
  return {
    asked: once(moments.flatMap((moment) => (moment.by === "person" ? [moment.text] : []))),
    tasks: openTasks(moments),
    decisions: once([...done.flatMap(answersOf), ...agent.flatMap(decisionsIn)]),
    plan: done.flatMap(({ input }) => textIn(input, "plan")).at(-1),
    changed,
    read: newestLast(done.filter((call) => !changesFile(call)).flatMap(fileOf)).filter(
      (path) => !changed.includes(path),
    ),
    commands: newestLast(lastRuns(calls).flatMap(({ isError, line }) => (isError === false && line ? [line] : []))),
    failures: failuresOf(calls),
    lastWords: agent.at(-1) ?? "",
  };
}

// ---------------------------------------------------------------- calls

/** A file tool names its file; one that changes it brings what it shall hold. */
function fileOf({ input }: CallMade): readonly string[] {
  return [...textIn(input, "file_path"), ...textIn(input, "notebook_path")];
}

function changesFile({ input }: CallMade): boolean {
  return ["content", "old_string", "new_string", "new_source", "edits", "patch"].some((field) => field in input);
}

function answersOf({ data }: CallMade): readonly string[] {
  const answers = (data as { readonly answers?: unknown } | null | undefined)?.answers;
  if (!answers || typeof answers !== "object") return [];
  return Object.entries(answers).map(([question, answer]) =>
    visibleLine(`${question} ${typeof answer === "string" ? answer : JSON.stringify(answer)}`, LONGEST_DECISION),
  );
}

interface LastRun {
  readonly isError: boolean | undefined;
  /** The command, where it is one. */
  readonly line: string | undefined;
  readonly call: CallMade;
}

/** Of calls that were made again, the last. */
function lastRuns(calls: readonly CallMade[]): readonly LastRun[] {
  const runs = new Map<string, LastRun>();
  for (const call of calls) {
    if (call.isError === undefined) continue;
    const [line] = textIn(call.input, "command");
    const key = line === undefined ? `${call.tool} ${JSON.stringify(call.input)}` : `$ ${line}`;
    runs.delete(key);
    runs.set(key, { isError: call.isError, line: line && visibleLine(line, LONGEST_COMMAND), call });
  }
  return [...runs.values()];
}

function failuresOf(calls: readonly CallMade[]): readonly string[] {
  const failed = lastRuns(calls).filter(({ isError }) => isError);
  return failed.map(({ line, call }) => {
    const subject = line ?? fileOf(call)[0] ?? visibleLine(JSON.stringify(call.input), LONGEST_REASON);
    const reason = call.text.split("\n").find((each) => each.trim()) ?? "no reason given";
    return `${call.tool} ${subject}: ${visibleLine(reason, LONGEST_REASON)}`;
  });
}

// ---------------------------------------------------------------- words

function decisionsIn(text: string): readonly string[] {
  return sentences(text).filter((sentence) => DECISION.test(sentence));
}

function sentences(text: string): readonly string[] {
  const prose = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, "");
  return prose
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length > 0 && sentence.length <= LONGEST_DECISION);
}

function textIn(input: CallMade["input"], field: string): readonly string[] {
  const value = input[field];
  return typeof value === "string" && value.trim() ? [value] : [];
}

function once(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** What came up again stands where it came up last. */
function newestLast(texts: readonly string[]): readonly string[] {
  return [...new Set([...texts].reverse())].reverse();
}
