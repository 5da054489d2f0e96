import { performance } from "node:perf_hooks";

/** The median of several runs, in milliseconds; the first run is for warming up. */
export async function median(runs, run) {
  const times = [];
  for (let index = 0; index <= runs; index++) {
    const started = performance.now();
    await run();
    if (index) times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

export function row(what, ms, beside, besideMs) {
  return {
    what,
    value: `${ms.toFixed(1)} ms`,
    beside: beside ? `${beside} ${besideMs.toFixed(1)} ms` : "",
    ratio: beside ? `${(ms / besideMs).toFixed(2)} ×` : "",
  };
}
