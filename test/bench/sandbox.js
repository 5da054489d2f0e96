import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { openHost } from "../../dist/index.js";
import { catalogue } from "../../dist/plugins.js";
import { definePlugin, Exec, Sandbox } from "../../dist/sdk.js";

const RUNS = 200;

/** A command as it is, and the same one confined, one after the other. */
export async function sandbox() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "gantry-bench-")));
  let used;
  const bench = definePlugin({
    name: "bench",
    needs: { exec: Exec, sandbox: Sandbox },
    taps: { sessionStart: true },
    setup: ({ use }) => {
      used = use;
      return { taps: { sessionStart: () => undefined } };
    },
  });
  const host = await openHost({
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: join(folder, "home"), GANTRY_HOME: join(folder, "state") },
    catalogue,
    config: [
      { from: "bench", values: { plugins: ["exec-node", "settings-files", "exec-sandbox", "provider-offline"] } },
    ],
    plugins: [bench],
    flagSettings: { sandbox: { enabled: true } },
    useFiles: false,
  });
  try {
    const session = await host.open();
    const { problem } = await used.sandbox.state(session);
    if (problem) return [figures("a confined command", problem)];
    const spec = { file: "/bin/bash", args: ["--noprofile", "--norc", "-c", ":"], cwd: folder };
    const plain = [];
    const confined = [];
    for (let run = -10; run < RUNS; run++) {
      const plainMs = await timed(() => used.exec.run(spec));
      const confinedMs = await timed(async () => {
        const confinement = await used.sandbox.confine(session, spec, ":");
        await used.exec.run(confinement.spec).finally(confinement.release);
      });
      if (run < 0) continue;
      plain.push(plainMs);
      confined.push(confinedMs);
    }
    const added = confined.map((ms, run) => ms - plain[run]);
    return [
      figures("a bare command, p50 and p95", pair(plain)),
      figures("the same command confined, p50 and p95", pair(confined)),
      figures("added by the sandbox, p50 and p95", pair(added)),
    ];
  } finally {
    await host.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timed(run) {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

function pair(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => sorted[Math.floor(sorted.length * share)].toFixed(1);
  return `${at(0.5)} ms, ${at(0.95)} ms`;
}

function figures(what, value) {
  return { what, value, beside: "", ratio: "" };
}
