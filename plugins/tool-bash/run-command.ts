import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  type Exec,
  type ExecExit,
  type ExecProcess,
  type ExecSpec,
  type HostInfo,
  type Jobs,
  newId,
  type RunTool,
  type Sandbox,
  type Screens,
  type ShellFolders,
  type ToolContext,
} from "gantry/sdk";
import type { Shell } from "gantry/sdk/kit/shell";
import { environmentFile, shellFolder } from "gantry/sdk/kit/shell-folder";
import { asToolError } from "gantry/sdk/kit/tool-files";
import * as answers from "./answers.ts";
import { type Capture, createCapture } from "./capture.ts";
import { takeFolder } from "./folder-file.ts";
import { isHarmless } from "./harmless.ts";
import { type Limits, timeoutOf } from "./limits.ts";
import { type Progress, reportProgress } from "./progress.ts";
import { bashArguments } from "./shell.ts";
import { mayMoveToBackground } from "./timeout.ts";

interface Input {
  readonly command: string;
  readonly timeout?: number | undefined;
  readonly description?: string | undefined;
  readonly run_in_background?: boolean | undefined;
  readonly dangerouslyDisableSandbox?: boolean | undefined;
}

interface Parts {
  readonly exec: Exec;
  readonly jobs: Jobs;
  readonly sandbox: Pick<Sandbox, "confine"> | undefined;
  readonly screens: Screens | undefined;
  readonly host: HostInfo;
  readonly limits: Limits;
  readonly folders: ShellFolders;
  readonly bash: () => string;
  readonly shell: Shell;
}

/** What is known of a command that runs. */
export interface Running {
  readonly shell: Shell;
  readonly input: Input;
  readonly process: ExecProcess;
  readonly capture: Capture;
  readonly notices: string[];
  readonly folderFile: string | undefined;
  readonly progress: Progress;
  /** For the model, should a confined command fail for being confined. */
  readonly advice: string;
}

/** How long an interrupted command may take to end before it is killed, and how long its last words are waited for. */
const INTERRUPT_GRACE_MS = 2000;
const LAST_WORDS_MS = 100;

const ENVIRONMENT = { TERM: "dumb", GIT_TERMINAL_PROMPT: "0", GIT_EDITOR: "true" };

export function createRunCommand(parts: Parts): RunTool<Input> {
  const { jobs, limits, folders } = parts;

  return async (input, call) => {
    const running = await start(input, call);
    if (input.run_in_background) return answers.background(running, adopt(running, call));

    const timeoutMs = timeoutOf(input.timeout, limits);
    const offer = (move: () => void) => jobs.offer(call.session, call.id, move);
    const end = await firstOf(running.process, call.signal, { timeoutMs, offer });
    if (end === "moved") return answers.movedByPerson(running, adopt(running, call));
    if (end === "interrupted") return interrupt(running);
    if (end === "timeout") return timeIsUp(running, call, timeoutMs);

    if (end.hasLeftovers) running.notices.push(endLeftovers(running.process));
    const moved = folders.leave(call.session, takeFolder(running.folderFile));
    if (moved) running.notices.push(moved);
    const answer = answers.ended(running, end, limits);
    cleanUp(running);
    return answer;
  };

  async function start(input: Input, call: ToolContext): Promise<Running> {
    const own = shellFolder(parts.host, call.session);
    const name = newId().slice(-12);
    const capture = createCapture(limits.shownCharacters, join(own, `${name}.txt`));
    const folderFile = canMove(input, parts.shell) ? join(own, `${name}.folder`) : undefined;
    if (folderFile) mkdirSync(own, { recursive: true, mode: 0o700 });

    const { path: cwd, notice } = folders.enter(call.session);
    const notices = notice ? [notice] : [];
    const progress = reportProgress(call);
    const screen = parts.screens?.open(call);
    let isFlood = false;
    const spec: ExecSpec = {
      file: parts.bash(),
      args: bashArguments({ command: input.command, environmentFiles: environmentFiles(call), folderFile }),
      cwd,
      env: ENVIRONMENT,
      onOutput(chunk) {
        capture.push(chunk);
        progress.show(chunk);
        screen?.write(chunk);
        if (isFlood || capture.size <= limits.maxOutputBytes) return;
        isFlood = true;
        notices.push(`The command was ended: it wrote more than ${limits.maxOutputBytes} bytes.`);
        void process.kill();
      },
    };
    const { process, advice } = await startConfined(spec, input, call, folderFile).catch((error) => {
      screen?.end(undefined);
      throw asToolError(error);
    });
    void process.exited.then((exit) => screen?.end(exit));
    return { shell: parts.shell, input, process, capture, notices, folderFile, progress, advice };
  }

  async function startConfined(spec: ExecSpec, input: Input, { session }: ToolContext, folderFile: string | undefined) {
    const confinement = await parts.sandbox?.confine(session, spec, input.command, {
      writable: folderFile ? [folderFile] : [],
      isOutside: input.dangerouslyDisableSandbox === true,
    });
    try {
      const process = await parts.exec.start(confinement?.spec ?? spec);
      if (confinement) void process.exited.then(confinement.release);
      return { process, advice: confinement?.advice ?? "" };
    } catch (error) {
      confinement?.release();
      throw error;
    }
  }

  function environmentFiles({ session }: ToolContext): string[] {
    const given = parts.host.env.CLAUDE_ENV_FILE;
    return [...(given ? [given] : []), environmentFile(parts.host, session)];
  }

  function adopt(running: Running, { session, id }: ToolContext) {
    const { input, process, capture } = running;
    leave(running);
    const saved = capture.save();
    if ("path" in saved)
      return jobs.adopt(session, process, {
        title: input.description || input.command,
        outputFile: saved.path,
        callId: id,
      });
    void process.kill();
    throw new answers.CannotSave(saved.problem);
  }

  async function timeIsUp(running: Running, call: ToolContext, timeoutMs: number) {
    if (await mayMoveToBackground(running.input.command, (command) => parses(command, call))) {
      return answers.movedToBackground(running, adopt(running, call), timeoutMs);
    }
    void running.process.kill();
    const end = await firstOf(running.process, call.signal);
    if (typeof end === "string") return interrupt(running);
    const answer = answers.timedOut(running, end, timeoutMs);
    cleanUp(running);
    return answer;
  }

  async function parses(command: string, { session }: ToolContext): Promise<boolean> {
    const args = ["--noprofile", "--norc", "-n", "-c", command];
    const { exitCode } = await parts.exec.run({
      file: parts.bash(),
      args,
      cwd: session.cwd,
      timeoutMs: 1000,
    });
    return exitCode === 0;
  }
}

/** A background command has no place in the session to move from; a harmless one has no way to. */
function canMove({ command, run_in_background }: Input, shell: Shell): boolean {
  return !run_in_background && !isHarmless(command, shell);
}

type End = ExecExit | "timeout" | "interrupted" | "moved";

interface Wait {
  readonly timeoutMs?: number;
  /** Lets a person move it into the background. */
  readonly offer?: (move: () => void) => () => void;
}

function firstOf({ exited }: ExecProcess, signal: AbortSignal, { timeoutMs, offer }: Wait = {}): Promise<End> {
  return new Promise((resolve) => {
    const settle = (end: End) => {
      clearTimeout(timer);
      withdraw?.();
      signal.removeEventListener("abort", onAbort);
      resolve(end);
    };
    const onAbort = () => settle("interrupted");
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => settle("timeout"), timeoutMs);
    const withdraw = offer?.(() => settle("moved"));
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    else void exited.then(settle);
  });
}

/** Whoever interrupts waits for nothing: the group ends while the answer is on its way. */
async function interrupt(running: Running) {
  void running.process.kill(INTERRUPT_GRACE_MS);
  leave(running);
  await Promise.race([running.process.exited, new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS).unref())]);
  return answers.interrupted(running);
}

/** The call ends before its command does. */
function leave(running: Running): void {
  running.progress.stop();
  void running.process.exited.then(() => cleanUp(running));
}

function cleanUp({ capture, folderFile }: Running): void {
  capture.close();
  takeFolder(folderFile);
}

function endLeftovers(process: ExecProcess): string {
  void process.kill();
  return "Processes that the command left running were ended. Use run_in_background for what shall go on.";
}
