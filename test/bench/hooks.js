import { AsyncSeriesWaterfallHook } from "tapable";
import { openHost } from "../../dist/index.js";
import { definePlugin } from "../../dist/sdk.js";
import { median, row } from "./measure.js";

const CALLS = 100_000;
const TAPS = 12;

/** Calls of one hook through guarded taps, beside the same taps on tapable alone. */
export async function hooks() {
  const names = Array.from({ length: TAPS }, (_, index) => `tap-${index}`);
  const handler = async (call) => call;
  const host = await openHost({
    useFiles: false,
    plugins: names.map((name) => definePlugin({ name, setup: () => ({ taps: { preTool: handler } }) })),
  });
  const tool = { name: "Weather", owner: "bench", description: "", input: { jsonSchema: {} } };
  const call = Object.freeze({ id: "call_1", tool, input: {}, origin: "model" });
  const turn = {
    id: "turn_1",
    signal: new AbortController().signal,
    requests: 0,
    continuations: 0,
    session: { id: "s" },
  };

  const bare = new AsyncSeriesWaterfallHook(["call", "turn"]);
  for (const name of names) bare.tapPromise(name, handler);

  const guarded = await median(3, () => repeat(host.generation.hooks.preTool, call, turn));
  const alone = await median(3, () => repeat(bare, call, turn));
  await host.close();
  return [row(`${CALLS} preTool calls through ${TAPS} taps`, guarded, "tapable alone", alone)];
}

async function repeat(hook, call, turn) {
  for (let index = 0; index < CALLS; index++) await hook.promise(call, turn);
}
