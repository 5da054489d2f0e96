import { constants } from "node:os";
import { type ExecExit, type Job, ToolError, type ToolOutput } from "gantry/sdk";
import { interpretExit } from "./exit-codes.ts";
import type { Limits } from "./limits.ts";
import type { Running } from "./run-command.ts";

const FAILURE_CHARACTERS = 10_000;
const PREVIEW_CHARACTERS = 10_000;

export function ended(running: Running, exit: ExecExit, limits: Limits): ToolOutput {
  const exitCode = codeOf(exit);
  const meaning = interpretExit(running.input.command, exitCode, running.shell);
  const isError = exitCode !== 0 && meaning === undefined;
  const output = shown(running, isError, limits);
  return answer(running, output, {
    ...(isError ? { first: `Exit code ${exitCode}`, isError } : {}),
    ...(isError && running.advice && looksConfined(output.text) ? { last: running.advice } : {}),
    ...(meaning ? { last: `(exit code ${exitCode}: ${meaning})`, data: { returnCodeInterpretation: meaning } } : {}),
  });
}

export function timedOut(running: Running, exit: ExecExit, timeoutMs: number): ToolOutput {
  const output = running.capture.excerpt(FAILURE_CHARACTERS);
  return answer(running, withFile(running, output), {
    first: `Exit code ${codeOf(exit)}\nThe command was ended: it took longer than ${timeoutMs} ms. Give a longer timeout, or run_in_background.`,
    isError: true,
    data: { timedOutAfterMs: timeoutMs },
  });
}

export function interrupted(running: Running): ToolOutput {
  const output = running.capture.excerpt(FAILURE_CHARACTERS);
  return answer(
    running,
    { text: output.text },
    { last: "[Interrupted by the person]", isError: true, data: { interrupted: true } },
  );
}

export function background(running: Running, job: Job): ToolOutput {
  return answer(
    running,
    { text: `Running in the background as ${job.id}. Output: ${job.outputFile}` },
    { data: { backgroundTaskId: job.id } },
  );
}

export function movedToBackground(running: Running, job: Job, timeoutMs: number): ToolOutput {
  const { text } = running.capture.excerpt(FAILURE_CHARACTERS);
  return answer(
    running,
    { text },
    {
      last: `The command took longer than ${timeoutMs} ms and goes on in the background as ${job.id}. Output: ${job.outputFile}`,
      data: { backgroundTaskId: job.id, timedOutAfterMs: timeoutMs },
    },
  );
}

export function movedByPerson(running: Running, job: Job): ToolOutput {
  const { text } = running.capture.excerpt(FAILURE_CHARACTERS);
  const last = `The person has moved the command into the background, where it goes on as ${job.id}. Output: ${job.outputFile}`;
  return answer(running, { text }, { last, data: { backgroundTaskId: job.id, backgroundedByUser: true } });
}

/** A job without an output file would be one that nobody can follow. */
export class CannotSave extends ToolError {
  constructor(problem: string) {
    super(
      `The command was ended: its output could not be saved (${problem}). Run it in the foreground, or make room on the disk.`,
    );
  }
}

interface Shown {
  readonly text: string;
  readonly notice?: string;
  readonly data?: { readonly persistedOutputPath: string; readonly persistedOutputSize: number };
}

function shown(running: Running, isError: boolean, limits: Limits): Shown {
  const { capture } = running;
  const whole = capture.excerpt(
    isError ? Math.min(FAILURE_CHARACTERS, limits.shownCharacters) : limits.shownCharacters,
  );
  if (whole.omittedBytes === 0) return { text: whole.text };
  return withFile(running, isError ? whole : capture.excerpt(Math.min(PREVIEW_CHARACTERS, limits.shownCharacters)));
}

/** Adds where the rest is. */
function withFile({ capture }: Running, excerpt: { readonly text: string; readonly omittedBytes: number }): Shown {
  if (excerpt.omittedBytes === 0) return { text: excerpt.text };
  const saved = capture.save();
  if ("problem" in saved) {
    return {
      text: excerpt.text,
      notice: `The output of ${capture.size} bytes could not be saved: ${saved.problem}`,
    };
  }
  return {
    text: excerpt.text,
    notice: `All output (${capture.size} bytes) is in ${saved.path}: search it with Grep, or read parts of it.`,
    data: { persistedOutputPath: saved.path, persistedOutputSize: capture.size },
  };
}

interface More {
  readonly first?: string;
  readonly last?: string;
  readonly isError?: boolean;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What programs say when the system refuses them something. */
const REFUSALS =
  /read-only file system|operation not permitted|permission denied|device or resource busy|network is unreachable|could not resolve|failure in name resolution|name or service not known|\b(EROFS|EPERM|EACCES|EBUSY|ENETUNREACH|EAI_AGAIN|ENOTFOUND|ECONNREFUSED)\b/i;

function looksConfined(output: string): boolean {
  return REFUSALS.test(output);
}

function answer({ input, notices }: Running, output: Shown, { first, last, isError, data }: More): ToolOutput {
  const said = [...(output.notice ? [output.notice] : []), ...(last ? [last] : []), ...notices];
  const text = output.text.trimEnd();
  const content = [...(first ? [first] : []), ...(text ? [text] : []), ...said].join("\n") || "(no output)";
  return {
    content,
    data: {
      stdout: text,
      stderr: said.join("\n"),
      interrupted: false,
      ...output.data,
      ...data,
      ...(input.dangerouslyDisableSandbox ? { dangerouslyDisableSandbox: true } : {}),
    },
    ...(isError ? { isError } : {}),
  };
}

/** As a shell counts: 128 and the signal's number. */
function codeOf({ exitCode, signal }: ExecExit): number {
  return exitCode ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}
