import { realClock } from "./clock.ts";

/**
 * Waits for the work no longer than it may take and its turn lasts, whether or not it heeds its signal. Rejects when time is up or
 * `outer` fires; the work's own signal fires then, too.
 *
 * @example
 * const exit = await within(30_000, call.signal, (signal) => exec.run({ file: "make", args: [], cwd: "/", signal }));
 */
export async function within<T>(ms: number, outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let give = (_: Error) => {};
  const ended = new Promise<never>((_, reject) => {
    give = reject;
  });
  const end = (problem: string) => {
    give(new Error(problem));
    controller.abort();
  };
  const interrupt = () => end("the turn was interrupted");
  const stop = realClock.after(ms, () => end(`no answer within ${ms} ms`));
  if (outer.aborted) interrupt();
  else outer.addEventListener("abort", interrupt, { once: true });
  try {
    return await Promise.race([work(controller.signal), ended]);
  } finally {
    stop();
    outer.removeEventListener("abort", interrupt);
  }
}
