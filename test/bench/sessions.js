import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { openHost } from "../../dist/index.js";
import { catalogue } from "../../dist/plugins.js";
import { LOG_VERSION, newId, SessionStore } from "../../dist/sdk.js";
import { row } from "./measure.js";

const APPENDS = 2_000;
const RECORDS = 50_000;
const RUNS = 3;
const OPENER = fileURLToPath(new URL("./sessions-open.js", import.meta.url));

/** What it costs to have a record on the disk, beside the two calls alone; and to go on with a long session. */
export async function sessions() {
  const folder = fs.mkdtempSync(join(tmpdir(), "gantry-bench-"));
  const host = await openHost({
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder },
    useFiles: false,
    catalogue,
    defaults: [{ from: "the bench", values: { preset: "headless" } }],
  });
  const store = await host.service(SessionStore);
  try {
    return [...(await appends(store, folder)), ...(await resume(store, folder))];
  } finally {
    await host.close();
    fs.rmSync(folder, { recursive: true });
  }
}

/** Interleaved, so that both have the same disk. */
async function appends(store, folder) {
  const log = records(newId(), folder, APPENDS);
  const writer = await store.create(log[0].sessionId, folder);
  const fd = fs.openSync(join(folder, "bare"), "a");
  const keep = (entry) => {
    writer.append(entry);
    return writer.flush();
  };
  const write = (line) => {
    fs.writeSync(fd, line);
    return new Promise((resolve, reject) => fs.fdatasync(fd, (error) => (error ? reject(error) : resolve())));
  };
  const [kept, bare] = [[], []];
  for (const entry of log) {
    kept.push(await timed(() => keep(entry)));
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    bare.push(await timed(() => write(line)));
  }
  fs.closeSync(fd);
  await writer.close();
  const what = `a record of ${Math.round(fs.statSync(join(folder, "bare")).size / APPENDS)} bytes, appended and on the disk`;
  return [
    row(`${what}: p50`, at(kept, 0.5), "write, fdatasync", at(bare, 0.5)),
    row(`${what}: p99`, at(kept, 0.99), "write, fdatasync", at(bare, 0.99)),
  ].map((line, index) => ({ ...line, value: `${at(kept, index ? 0.99 : 0.5).toFixed(2)} ms` }));
}

/** Each in a program of its own; its memory beside that of one that begins a session. */
async function resume(store, folder) {
  const id = newId();
  const writer = await store.create(id, folder);
  for (const entry of records(id, folder, RECORDS)) writer.append(entry);
  await writer.close();
  const bytes = fs.statSync(writer.path).size;
  const runs = Array.from({ length: RUNS }, () => ({ long: opened(folder, id), fresh: opened(folder, "") }));
  const [ms, fresh] = [runs.map(({ long }) => long.ms), runs.map((run) => run.fresh.ms)].map((times) => at(times, 0.5));
  const more = at(
    runs.map(({ long, fresh }) => long.peak - fresh.peak),
    0.5,
  );
  const mb = (number) => `${(number / 1e6).toFixed(0)} MB`;
  return [
    row(`a session of ${RECORDS} records gone on with`, ms, "a new one", fresh),
    {
      what: "the memory it takes at most beyond a new one's",
      value: mb(more),
      beside: `its transcript ${mb(bytes)}`,
      ratio: `${(more / bytes).toFixed(2)} ×`,
    },
  ];
}

function opened(folder, id) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [OPENER, folder, id], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Prompts, answers, calls and results, as a long day of work leaves them. */
function records(sessionId, cwd, count) {
  const log = [];
  const say = (body) => {
    const common = { uuid: newId(), parentUuid: log.at(-1)?.uuid ?? null, sessionId };
    log.push({ ...body, ...common, timestamp: new Date().toISOString() });
  };
  const text = (length) => [{ type: "text", text: "The quick brown fox jumps. ".repeat(length / 27 + 1) }];
  const usage = { input_tokens: 1, output_tokens: 1, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  const answer = (content, stop_reason) =>
    say({
      type: "assistant",
      model: "bench/bench",
      ms: 1,
      message: { role: "assistant", content, stop_reason, usage },
    });
  say({ type: "session", version: LOG_VERSION, cwd, gantry: "bench" });
  while (log.length < count) {
    say({ type: "user", message: { role: "user", content: text(200) } });
    for (let call = 0; call < 10; call++) {
      const id = newId();
      answer([...text(150), { type: "tool_use", id, name: "Bash", input: { command: "ls -l" } }], "tool_use");
      say({ type: "tool_start", toolUseId: id, tool: "Bash" });
      say({ type: "tool_result", toolUseId: id, tool: "Bash", outcome: "ok", content: text(2_500), ms: 1 });
    }
    answer(text(400), "end_turn");
    say({ type: "turn_end", reason: "completed", ms: 1 });
  }
  return log.slice(0, count);
}

async function timed(run) {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

function at(times, share) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)];
}
