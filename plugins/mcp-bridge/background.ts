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
  const { call, running } = late;
  const jobs = call.origin === "model" ? await parts.jobs?.() : undefined;
  if (!jobs) return work;
  const started = performance.now();
  const offer = (wish: () => void) => jobs.offer(call.session, call.id, wish);
  if (!(await isLate(work, limitOf(call, parts), offer)) || running.signal.aborted) return work;
  const moved = move(work, late, { started, jobs, host: parts.host });
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

/** Whether the time is up, or a person wishes so, before the work is done. */
function isLate(work: Promise<unknown>, ms: number, offer: (wish: () => void) => () => void): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isLate: boolean) => {
      clearTimeout(timer);
      withdraw();
      resolve(isLate);
    };
    const timer = ms > 0 ? setTimeout(() => end(true), Math.min(ms, 2 ** 31 - 1)) : undefined;
    const withdraw = offer(() => end(true));
    const done = () => end(false);
    work.then(done, done);
  });
}

function move(
  work: Promise<RawResult>,
  { title, call, running }: Late,
  { started, jobs, host }: { readonly started: number; readonly jobs: Jobs; readonly host: HostInfo },
): ToolOutput | undefined {
  const keeping = { host, session: call.session };
  const file = keepFile("", `${newId().slice(-12)}.txt`, keeping);
  if (!("path" in file)) return undefined;
  const { path } = file;
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
  const { id } = jobs.adopt(call.session, { exited, kill }, { title, outputFile: path, kind: "call", callId: call.id });
  return {
    content:
      `The call has taken ${Math.round((performance.now() - started) / 1000)} s and goes on in the background as job ${id}. You will be told when it has ended; ` +
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
