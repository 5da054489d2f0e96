import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import type { ExecProcess } from "gantry/sdk";
import type { Ended } from "./answer.ts";
import { environmentOf, folderFor } from "./environment.ts";
import type { HandlerOf } from "./handlers.ts";
import { type Job, type Means, type Run, timedOut } from "./job.ts";

/** What is kept of each stream. */
const MAX_BYTES = 8 * 1024 * 1024;
const GRACE_MS = 1_000;
/** How long a script that has detached itself may go on when it does not say. */
const DETACHED_MS = 600_000;
const MOST_DETACHED_MS = 2_000_000_000;

/** Runs a command with the event on its standard input. */
export function createRunCommand({ exec, host, clock }: Means): Run<"command"> {
  return async (job) => {
    const output = { stdout: gather(), stderr: gather() };
    const mayDetach = job.handler.onFail !== "deny";
    let detach = (_ms: number) => {};
    const detached = new Promise<number>((resolve) => {
      detach = resolve;
    });
    const cwd = folderFor(job.session);
    const programs = await exec();
    const child = await programs.start({
      ...programOf(job.handler, cwd),
      cwd,
      env: environmentOf(job, host),
      input: job.text,
      onOutput(chunk, stream) {
        output[stream].push(chunk);
        const ms = stream === "stdout" && mayDetach ? askedToDetach(output.stdout) : undefined;
        if (ms !== undefined) detach(ms);
      },
      signal: job.signal,
    });
    const end = (): Promise<Ended> => ending(job, child, output);

    if (mayDetach && (job.handler.async || job.handler.asyncRewake)) {
      return goOn(job, child, end, undefined);
    }
    let cancel = () => {};
    const late = new Promise<"late">((resolve) => {
      cancel = clock.after(job.timeoutMs, () => resolve("late"));
    });
    const first = await Promise.race([child.exited, detached, late]);
    cancel();
    if (first === "late") {
      void child.kill(GRACE_MS);
      return { failure: timedOut(job.timeoutMs) };
    }
    return typeof first === "number" ? goOn(job, child, end, first) : end();
  };

  /** Nobody waits for it any more: what it says comes later. Its time, if it has any, goes on. */
  function goOn(job: Job, child: ExecProcess, end: () => Promise<Ended>, ms: number | undefined): Ended {
    const cancel = ms === undefined ? () => {} : clock.after(ms, () => void child.kill(GRACE_MS));
    job.session.scope.own(() => child.kill(GRACE_MS));
    void end().then((ended) => {
      cancel();
      if (!job.session.scope.signal.aborted) job.onLater(ended);
    });
    return { exitCode: 0, stdout: "", stderr: "" };
  }
}

type Program = { readonly file: string; readonly args: readonly string[] };

/** A line for the shell, or a program with its arguments. */
function programOf({ command, args, shell }: HandlerOf<"command">, cwd: string): Program {
  if (args) {
    const filled = [command, ...args].map((word) => word.replace(/\$\{CLAUDE_PROJECT_DIR\}/g, () => cwd));
    const [file = "", ...rest] = filled;
    const isPath = file.includes("/") || file.includes("\\");
    return { file: isPath && !isAbsolute(file) ? resolve(cwd, file) : file, args: rest };
  }
  if (shell === "powershell") return { file: "pwsh", args: ["-NoProfile", "-NonInteractive", "-Command", command] };
  if (shell === "bash" || !existsSync("/bin/sh"))
    return { file: "bash", args: ["--noprofile", "--norc", "-c", command] };
  return { file: "/bin/sh", args: ["-c", command] };
}

async function ending(
  job: Job,
  child: ExecProcess,
  output: Readonly<Record<"stdout" | "stderr", Gathered>>,
): Promise<Ended> {
  const { exitCode, signal, isKilled, hasLeftovers } = await child.exited;
  // What it leaves running, such as a player of sounds, ends with the session.
  if (hasLeftovers) job.session.scope.own(() => child.kill(GRACE_MS));
  if (isKilled || exitCode === undefined) return { failure: `was ended${signal ? ` by ${signal}` : ""}` };
  return { exitCode, stdout: output.stdout.text(), stderr: output.stderr.text() };
}

/** `{"async": true}` on the first line; with how long it may go on, in milliseconds. */
function askedToDetach(stdout: Gathered): number | undefined {
  const line = stdout.firstLine();
  if (!line?.startsWith("{")) return undefined;
  try {
    const said = JSON.parse(line) as { readonly async?: unknown; readonly asyncTimeout?: unknown };
    if (said.async !== true) return undefined;
    const { asyncTimeout: ms } = said;
    return typeof ms === "number" && ms > 0 ? Math.min(ms, MOST_DETACHED_MS) : DETACHED_MS;
  } catch {
    return undefined;
  }
}

type Gathered = ReturnType<typeof gather>;

function gather() {
  const chunks: Uint8Array[] = [];
  let room = MAX_BYTES;
  let first: string | undefined;
  const text = () => Buffer.concat(chunks).toString("utf8");
  return {
    push(chunk: Uint8Array) {
      if (room <= 0) return;
      chunks.push(chunk.slice(0, room));
      room -= chunk.length;
    },
    /** Once it is whole, and only the first time somebody asks. */
    firstLine(): string | undefined {
      if (first !== undefined || !chunks.at(-1)?.includes(10)) return undefined;
      first = text().split("\n", 1)[0]?.trim() ?? "";
      return first;
    },
    text,
  };
}
