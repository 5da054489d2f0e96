/** A call that takes long goes on in the background, as a job of the session: the model is told of its end. */
import { appendFileSync } from "node:fs";
import {
  type HostInfo,
  type Jobs,
  type LaterService,
  messageOf,
  newId,
  type SessionView,
  type ToolContext,
  type ToolOutput,
  type TurnView,
} from "gantry/sdk";
import type { RawResult } from "./connection.ts";
import { writtenOf } from "./content.ts";
import { keepFile } from "./keeping.ts";

export interface BackgroundParts {
  readonly host: HostInfo;
  readonly jobs: LaterService<Jobs | undefined> | undefined;
  /** So long a call may take before it moves; `undefined`: two minutes where a person is there, else for ever. 0: for ever. */
  readonly backgroundMs?: number | undefined;
}

/** A call that runs. Once it has moved, it belongs to no turn any more, and no turn's end ends it. */
export interface RunningCall {
  readonly session: SessionView;
  readonly turn: TurnView | undefined;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
  /** From here on its progress goes there. */
  move(progress: (text: string) => void): void;
  stop(): void;
  /** Nothing is waited for any more. */
  end(): void;
}

export function createRunning({ session, turn, signal, progress }: ToolContext): RunningCall {
  const own = new AbortController();
  const follow = () => own.abort(signal.reason);
  let now: { readonly turn: TurnView | undefined; readonly progress: (text: string) => void } = { turn, progress };
  if (signal.aborted) follow();
  else signal.addEventListener("abort", follow, { once: true });
  const leave = () => signal.removeEventListener("abort", follow);
  return {
    session,
    signal: own.signal,
    get turn() {
      return now.turn;
    },
    progress: (text) => now.progress(text),
    move(other) {
      leave();
      now = { turn: undefined, progress: other };
    },
    stop: () => own.abort(new Error("the call was stopped")),
    end: leave,
  };
}

const BACKGROUND_MS = 120_000;
/** Characters of progress that are kept. */
const MOST_PROGRESS = 1024 * 1024;

interface Late {
  readonly title: string;
  readonly call: ToolContext;
  readonly running: RunningCall;
}

/** The result, or what the model is told when the call has moved. */
export async function resultInTime(
  work: Promise<RawResult>,
  late: Late,
  parts: BackgroundParts,
): Promise<RawResult | { readonly moved: ToolOutput }> {
  const ms = limitOf(late.call, parts);
  if (ms === 0 || !(await isLate(work, ms)) || late.running.signal.aborted) return work;
  const moved = await move(work, late, ms, parts);
  return moved ? { moved } : work;
}

/** A plugin or a person waits for the result itself; a model can do something else meanwhile. */
export function limitOf(
  { origin, session }: ToolContext,
  { backgroundMs }: Pick<BackgroundParts, "backgroundMs">,
): number {
  if (origin !== "model") return 0;
  return backgroundMs ?? (session.isInteractive ? BACKGROUND_MS : 0);
}

function isLate(work: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), Math.min(ms, 2 ** 31 - 1));
    const done = () => {
      clearTimeout(timer);
      resolve(false);
    };
    work.then(done, done);
  });
}

async function move(
  work: Promise<RawResult>,
  { title, call, running }: Late,
  ms: number,
  { host, jobs }: BackgroundParts,
): Promise<ToolOutput | undefined> {
  const keeping = { host, session: call.session };
  const owner = await jobs?.();
  const file = owner && keepFile("", `${newId().slice(-12)}.txt`, keeping);
  if (!file || !("path" in file) || running.signal.aborted) return undefined;
  const { path } = file;
  const started = performance.now() - ms;
  let told = 0;
  running.move((text) => {
    told += text.length;
    if (told <= MOST_PROGRESS) write(path, `${text}\n`);
  });
  const exited = work
    .then((result) => {
      write(path, `${writtenOf(result, keeping)}\n`);
      return result.isError !== true;
    })
    .catch((thrown) => {
      write(path, `${messageOf(thrown)}\n`);
      return false;
    })
    .then((isGood) => ({
      exitCode: isGood ? 0 : 1,
      signal: undefined,
      isKilled: running.signal.aborted,
      ms: performance.now() - started,
    }));
  const kill = async () => {
    running.stop();
    await exited;
  };
  const { id } = owner.adopt(call.session, title, { exited, kill }, path, "call");
  return {
    content:
      `The call takes longer than ${Math.round(ms / 1000)} s and goes on in the background as job ${id}. You will be told when it has ended; ` +
      `TaskOutput with task_id ${id} gives its result then, and with block waits for it. It is written to ${path}`,
    data: { task_id: id, status: "running", outputFile: path },
  };
}

/** A full disk costs the text, not the host. */
function write(path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch {
    // The job's end is told all the same.
  }
}
