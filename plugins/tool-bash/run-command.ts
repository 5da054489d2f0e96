import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Exec, ExecExit, ExecProcess, HostInfo, Jobs, RunTool, ToolContext } from "gantry/sdk";
import { environmentFile, shellFolder } from "gantry/sdk/kit/shell-folder";
import * as answers from "./answers.ts";
import { type Capture, createCapture } from "./capture.ts";
import { isHarmless } from "./harmless.ts";
import { type Limits, timeoutOf } from "./limits.ts";
import { reportProgress } from "./progress.ts";
import { bashArguments } from "./shell.ts";
import { mayMoveToBackground } from "./timeout.ts";
import { createWorkingFolders, takeFolder, type WorkingFolder } from "./working-folder.ts";

interface Input {
  readonly command: string;
  readonly timeout?: number | undefined;
  readonly description?: string | undefined;
  readonly run_in_background?: boolean | undefined;
}

interface Parts {
  readonly exec: Exec;
  readonly jobs: Jobs;
  readonly host: HostInfo;
  readonly limits: Limits;
  readonly bash: () => string;
}

/** What is known of a command that runs. */
export interface Running {
  readonly input: Input;
  readonly process: ExecProcess;
  readonly capture: Capture;
  readonly notices: string[];
}

/** How long an interrupted command may take to end before it is killed, and how long its last words are waited for. */
const INTERRUPT_GRACE_MS = 2000;
const LAST_WORDS_MS = 100;

const ENVIRONMENT = { TERM: "dumb", GIT_TERMINAL_PROMPT: "0", GIT_EDITOR: "true" };

export function createRunCommand(parts: Parts): RunTool<Input> {
  const { jobs, limits } = parts;
  const folderOf = createWorkingFolders();

  return async (input, call) => {
    const folder = folderOf(call.session);
    const { running, folderFile } = await start(input, call, folder);
    if (input.run_in_background) return answers.background(running, adopt(running, call));

    const timeoutMs = timeoutOf(input.timeout, limits);
    const end = await firstOf(running.process, call.signal, timeoutMs);
    if (end === "interrupted") return interrupt(running);
    if (end === "timeout") return runOut(running, call, timeoutMs);

    if (end.hasLeftovers) running.notices.push(endLeftovers(running.process));
    const moved = folderFile && folder.moveTo(takeFolder(folderFile));
    if (moved) running.notices.push(moved);
    const answer = answers.ended(running, end, limits);
    running.capture.close();
    return answer;
  };

  async function start(input: Input, call: ToolContext, folder: WorkingFolder) {
    const own = shellFolder(parts.host, call.session);
    const name = randomUUID().slice(0, 8);
    const capture = createCapture(limits.shownCharacters, join(own, `${name}.txt`));
    const folderFile = canMove(input) ? join(own, `${name}.folder`) : undefined;
    if (folderFile) mkdirSync(own, { recursive: true, mode: 0o700 });

    const { path: cwd, notice } = folder.current();
    const notices = notice ? [notice] : [];
    const progress = reportProgress(call);
    const process = await parts.exec.start({
      file: parts.bash(),
      args: bashArguments({
        command: input.command,
        environmentFiles: environmentFiles(call),
        folderFile,
      }),
      cwd,
      env: ENVIRONMENT,
      onOutput(chunk) {
        capture.push(chunk);
        progress(chunk);
        if (capture.size > limits.maxOutputBytes) stopFlood();
      },
    });
    let isStopped = false;
    function stopFlood() {
      if (isStopped) return;
      isStopped = true;
      notices.push(`The command was ended: it wrote more than ${limits.maxOutputBytes} bytes.`);
      void process.kill();
    }
    return { running: { input, process, capture, notices }, folderFile };
  }

  function environmentFiles({ session }: ToolContext): string[] {
    const given = parts.host.env.CLAUDE_ENV_FILE;
    return [...(given ? [given] : []), environmentFile(parts.host, session)];
  }

  function adopt({ input, process, capture }: Running, { session }: ToolContext) {
    const saved = capture.save();
    if ("problem" in saved) {
      void process.kill();
      throw new answers.CannotSave(saved.problem);
    }
    void process.exited.then(() => capture.close());
    return jobs.adopt(session, input.description || input.command, process, saved.path);
  }

  async function runOut(running: Running, call: ToolContext, timeoutMs: number) {
    if (await mayMoveToBackground(running.input.command, (script) => parses(script, call))) {
      return answers.movedToBackground(running, adopt(running, call), timeoutMs);
    }
    await running.process.kill();
    const exit = await running.process.exited;
    const answer = answers.timedOut(running, exit, timeoutMs);
    running.capture.close();
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
function canMove({ command, run_in_background }: Input): boolean {
  return !run_in_background && !isHarmless(command);
}

function firstOf(
  { exited }: ExecProcess,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<ExecExit | "timeout" | "interrupted"> {
  return new Promise((resolve) => {
    const settle = (end: ExecExit | "timeout" | "interrupted") => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      resolve(end);
    };
    const onAbort = () => settle("interrupted");
    const timer = setTimeout(() => settle("timeout"), timeoutMs);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    else void exited.then(settle);
  });
}

/** Whoever interrupts waits for nothing: the group ends while the answer is on its way. */
async function interrupt(running: Running) {
  void running.process.kill(INTERRUPT_GRACE_MS);
  void running.process.exited.then(() => running.capture.close());
  await Promise.race([running.process.exited, new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS).unref())]);
  return answers.interrupted(running);
}

function endLeftovers(process: ExecProcess): string {
  void process.kill();
  return "Processes that the command left running were ended. Use run_in_background for what shall go on.";
}
