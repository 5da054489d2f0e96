import type { Exec, Files, HostInfo, Http, LaterService, Models, SessionView, Settings, Tools } from "gantry/sdk";
import type { Clock } from "gantry/sdk/kit/clock";
import type { Ended } from "./answer.ts";
import type { HandlerOf } from "./handlers.ts";
import type { Hook } from "./read.ts";

/** What hooks run on. */
export interface Means {
  readonly host: HostInfo;
  readonly exec: LaterService<Exec>;
  readonly files: LaterService<Files>;
  readonly settings: Settings;
  readonly http: LaterService<Http> | undefined;
  readonly models: Models;
  readonly tools: Tools;
  readonly clock: Clock;
}

/** One run of one hook. */
export interface Job {
  readonly hook: Hook;
  readonly session: SessionView;
  readonly input: Readonly<Record<string, unknown>>;
  /** The same as JSON. */
  readonly text: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The hook goes on by itself; this is how it ends. */
  readonly onLater: (ended: Ended) => void;
}

/** The same, of one kind of hook. */
export interface JobOf<T extends Hook["handler"]["type"]> extends Job {
  readonly handler: HandlerOf<T>;
}

/** Runs one kind of hook to its end. May reject: the hook has failed. */
export type Run<T extends Hook["handler"]["type"]> = (job: JobOf<T>) => Promise<Ended>;

/** Gives the work a signal that fires when its time is up, and waits no longer than that. */
export async function withinTime(
  { timeoutMs, signal }: Pick<Job, "timeoutMs" | "signal">,
  clock: Clock,
  work: (signal: AbortSignal) => Promise<Ended>,
): Promise<Ended> {
  const stop = new AbortController();
  const onAbort = () => stop.abort();
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  let cancel = () => {};
  const late = new Promise<Ended>((resolve) => {
    cancel = clock.after(timeoutMs, () => {
      resolve({ failure: timedOut(timeoutMs) });
      stop.abort();
    });
  });
  try {
    return await Promise.race([work(stop.signal), late]);
  } finally {
    cancel();
    signal.removeEventListener("abort", onAbort);
  }
}

export function timedOut(ms: number): string {
  return `gave no answer within ${ms / 1000} s`;
}
