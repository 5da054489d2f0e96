import { type ChildProcess, spawn as spawnChild } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { Readable } from "node:stream";
import {
  type Exec,
  type ExecExit,
  type ExecProcess,
  type ExecSpec,
  type Log,
  messageOf,
  PluginError,
} from "gantry/sdk";
import { additions } from "./environment.ts";
import type { Groups } from "./groups.ts";

interface Parts {
  readonly groups: Groups;
  readonly lookup: (file: string) => string;
  /** Asked for each program: settings may have changed. */
  readonly environment: () => Readonly<Record<string, string>>;
  readonly log: Log;
}

const GRACE_MS = 5000;

export function createStart({ groups, lookup, environment, log }: Parts): Exec["start"] {
  return async (spec) => {
    if (spec.signal?.aborted) throw failed(spec, "it was cancelled before it started");
    const began = performance.now();
    const child = await spawn(spec, lookup(spec.file), environment());
    const group = groups.open(child.pid);

    let isKilled = false;
    const kill = (graceMs = GRACE_MS) => {
      isKilled = true;
      return group.end(graceMs);
    };
    const onAbort = () => void kill();
    spec.signal?.addEventListener("abort", onAbort, { once: true });

    const streams = [child.stdout, child.stderr];
    const received = receive(child, spec.onOutput, log);
    const exited = new Promise<ExecExit>((resolve) => {
      child.once("exit", async (exitCode, signal) => {
        const exit = {
          exitCode: exitCode ?? undefined,
          signal: signal ?? undefined,
          isKilled,
          ms: performance.now() - began,
        };
        await drained(streams, received);
        for (const stream of streams) stream.destroy();
        spec.signal?.removeEventListener("abort", onAbort);
        resolve({ ...exit, hasLeftovers: group.isRunning() });
      });
    });
    const stdin = spec.keepsInput && child.stdin ? { stdin: child.stdin } : {};
    return { pid: child.pid, exited, kill, ...stdin } satisfies ExecProcess;
  };
}

type Child = ChildProcess & { readonly pid: number; readonly stdout: Readable; readonly stderr: Readable };

async function spawn(spec: ExecSpec, file: string, environment: Readonly<Record<string, string>>): Promise<Child> {
  try {
    const child = launch(spec, file, environment);
    if (child.pid === undefined) throw (await once(child, "error"))[0];
    return child as Child;
  } catch (error) {
    throw refusal(spec, error as NodeJS.ErrnoException);
  }
}

function launch(spec: ExecSpec, file: string, environment: Readonly<Record<string, string>>): ChildProcess {
  const child = spawnChild(file, spec.args, {
    cwd: spec.cwd,
    env: { ...without(environment, spec.withoutEnv), ...additions(spec.env) },
    detached: true,
    windowsHide: true,
    stdio: [spec.input === undefined && !spec.keepsInput ? "ignore" : "pipe", "pipe", "pipe"],
  });
  // A program may end without having read all of its input.
  child.stdin?.on("error", () => {});
  if (spec.keepsInput) child.stdin?.write(spec.input ?? "");
  else child.stdin?.end(spec.input);
  return child;
}

function without(environment: Readonly<Record<string, string>>, names: readonly string[] = []) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.includes(name)));
}

function refusal(spec: ExecSpec, cause: NodeJS.ErrnoException): PluginError {
  if (!existsSync(spec.cwd)) return failed(spec, `the folder ${spec.cwd} does not exist`, cause);
  if (cause.code === "ENOENT") {
    return new PluginError(
      "GANTRY_EXEC_ABSENT",
      `There is no program "${spec.file}".`,
      "Check the path, or install it.",
      cause,
    );
  }
  if (cause.code === "EACCES" || cause.code === "EPERM") {
    return new PluginError(
      "GANTRY_EXEC_DENIED",
      `"${spec.file}" may not be run in ${spec.cwd}.`,
      "Make it executable, or choose another program.",
      cause,
    );
  }
  return failed(spec, cause.message, cause);
}

function failed(spec: ExecSpec, why: string, cause?: unknown): PluginError {
  return new PluginError(
    "GANTRY_EXEC_FAILED",
    `"${spec.file}" could not be started: ${why}.`,
    "Correct what the message names, then try again.",
    cause,
  );
}

/** Hands output on as it comes; gives the number of bytes so far. A listener that throws hears no more. */
function receive(child: Child, onOutput: ExecSpec["onOutput"], log: Log): () => number {
  let bytes = 0;
  let isListening = onOutput !== undefined;
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].on("error", (error) => log(`The ${stream} of process ${child.pid} broke off: ${messageOf(error)}`));
    child[stream].on("data", (chunk: Uint8Array) => {
      bytes += chunk.length;
      if (!isListening) return;
      try {
        onOutput?.(chunk, stream);
      } catch (error) {
        isListening = false;
        log(`What listens to the output of process ${child.pid} failed: ${messageOf(error)}`);
      }
    });
  }
  return () => bytes;
}

/** More than the system keeps of a pipe: whoever has read this much since the end has read all from before it. */
const PIPE_BYTES = 4 << 20;
const QUIET_ROUNDS = 3;

/**
 * Waits for what the program itself wrote, not for the end of its output: something it started may hold that open for
 * ever. What was written before the end is in the system's buffer and comes with the next rounds of the event loop.
 */
async function drained(streams: readonly Readable[], received: () => number): Promise<void> {
  const before = received();
  for (let quiet = 0, seen = before; quiet < QUIET_ROUNDS && received() - before < PIPE_BYTES; quiet++) {
    if (streams.every((stream) => stream.readableEnded || stream.destroyed)) return;
    await new Promise(setImmediate);
    if (received() !== seen) quiet = 0;
    seen = received();
  }
}
