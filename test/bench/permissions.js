import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { openHost } from "../../dist/index.js";
import { catalogue } from "../../dist/plugins.js";
import { Judge, PermissionRules } from "../../dist/sdk.js";
import { root } from "../scripts/project.js";
import { row } from "./measure.js";

const TABLES = ["dangerous", "denied", "covered", "readonly"];
const CHECKS = 1_000;
/** After so many rounds the compiler has done its work. */
const WARM_UPS = 3;

/** How long a call takes to be judged, once the grammar is warm; and a start with a thousand checks. */
export async function permissions() {
  const lines = TABLES.flatMap((name) =>
    readFileSync(join(root, `test/fixtures/permissions/${name}.jsonl`), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  );
  const times = await warm(lines);
  const at = (share) => times[Math.floor(times.length * share)];
  return [
    { ...row(`${lines.length} calls judged: p50`, at(0.5)), value: `${at(0.5).toFixed(3)} ms` },
    { ...row(`${lines.length} calls judged: p99`, at(0.99)), value: `${at(0.99).toFixed(3)} ms` },
    row(`start and ${CHECKS} checks`, program(lines), "", 0),
  ];
}

async function warm(lines) {
  const home = mkdtempSync(join(tmpdir(), "gantry-bench-"));
  const host = await openHost({
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home },
    useFiles: false,
    catalogue,
    defaults: [{ from: "the bench", values: { preset: "default" } }],
  });
  const [judge, rules] = [await host.service(Judge), await host.service(PermissionRules)];
  const times = [];
  for (let round = 0; round <= WARM_UPS; round++) {
    for (const { tool, input, rules: lists = {} } of lines) {
      const session = {
        id: "bench",
        cwd: "/project",
        home: "/home/me",
        folders: ["/project"],
        model: { provider: "", id: "" },
        isInteractive: true,
        entries: [],
        allEntries: [],
        messages: [],
        scope: { name: "bench", signal: new AbortController().signal, own: (thing) => thing },
        enqueue() {},
        record() {},
        notify() {},
      };
      rules.suppose(session, lists);
      const started = performance.now();
      await judge.judge(session, { name: tool, input });
      if (round === WARM_UPS) times.push(performance.now() - started);
    }
  }
  await host.close();
  rmSync(home, { recursive: true });
  return times.sort((a, b) => a - b);
}

function program(lines) {
  const home = mkdtempSync(join(tmpdir(), "gantry-bench-"));
  const asked = lines
    .slice(0, CHECKS)
    .map(({ expect: _, ...line }) => JSON.stringify({ ...line, cwd: "/project", home }));
  const started = performance.now();
  spawnSync(process.execPath, [join(root, "dist/gantry.js"), "permissions", "check", "--json"], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home },
    input: `${asked.join("\n")}\n`,
  });
  const ms = performance.now() - started;
  rmSync(home, { recursive: true });
  return ms;
}
