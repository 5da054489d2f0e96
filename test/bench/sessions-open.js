// Opens one session in a program of its own, and says how long that took and how much memory the program had at most.
import { performance } from "node:perf_hooks";
import { openHost } from "../../dist/index.js";
import { catalogue } from "../../dist/plugins.js";

const [folder, id] = process.argv.slice(2);
const host = await openHost({
  cwd: folder,
  env: { PATH: process.env.PATH, HOME: folder },
  useFiles: false,
  catalogue,
  defaults: [{ from: "the bench", values: { preset: "headless" } }],
});
const started = performance.now();
const session = await host.open(id ? { resume: id } : {});
const ms = performance.now() - started;
if (id && session.messages.length === 0) throw new Error("Nothing came back.");
console.log(JSON.stringify({ ms, peak: process.resourceUsage().maxRSS * 1024 }));
await host.close();
