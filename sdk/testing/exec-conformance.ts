import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Exec, ExecSpec } from "gantry/sdk";
import type { RecordedProgram } from "./recorded-exec.ts";

/** One promise of `Exec`, as a check that rejects when it is broken. */
export interface ExecCheck {
  readonly name: string;
  /** It looks at the machine (processes, environment), so a recorded Exec cannot pass it. */
  readonly needsRealProcesses: boolean;
  run(exec: Exec): Promise<void>;
}

const shell = (script: string, more: Partial<ExecSpec> = {}): ExecSpec => ({
  file: "/bin/sh",
  args: ["-c", script],
  cwd: tmpdir(),
  ...more,
});
const TALK = "printf out; printf err >&2; exit 3";
const HANG = "trap 'exit 7' TERM; echo ready; while :; do sleep 1 & wait; done";
const STUBBORN = "trap '' TERM; echo ready; while :; do sleep 1; done";
const FLOOD = "head -c 3000000 /dev/zero";

/**
 * What a recorded Exec needs to pass the checks that need no real processes.
 *
 * @example
 * const recorded = recordedExec(CONFORMANCE_RECORDING);
 * for (const check of execConformance) if (!check.needsRealProcesses) it(check.name, () => check.run(recorded));
 */
export const CONFORMANCE_RECORDING: readonly RecordedProgram[] = [
  { args: ["-c", TALK], stdout: "out", stderr: "err", exitCode: 3 },
  { args: ["-c", "cat"], answer: ({ input }) => ({ stdout: input ?? "" }) },
  { args: ["-c", HANG], stdout: "ready\n", hangs: true },
  { args: ["-c", FLOOD], stdout: "\0".repeat(3_000_000) },
];

/**
 * What every {@link Exec} promises, as named checks for any test runner.
 *
 * @example
 * for (const check of execConformance) it(check.name, () => check.run(exec));
 */
export const execConformance: readonly ExecCheck[] = [
  check("gives the exit code and the text of each stream", async (exec) => {
    const result = await exec.run(shell(TALK));
    deepStrictEqual(
      [result.exitCode, result.stdout, result.stderr, result.signal, result.isKilled, result.isTimedOut],
      [3, "out", "err", undefined, false, false],
    );
    ok(result.ms >= 0);
  }),

  check("hands output on as it comes", async (exec) => {
    const pieces: string[] = [];
    const child = await exec.start(
      shell(TALK, { onOutput: (chunk, stream) => pieces.push(`${stream} ${Buffer.from(chunk)}`) }),
    );
    await child.exited;
    deepStrictEqual(pieces.sort(), ["stderr err", "stdout out"]);
  }),

  check("writes the input and closes it", async (exec) => {
    strictEqual((await exec.run(shell("cat", { input: "héllo\n" }))).stdout, "héllo\n");
  }),

  check("closes standard input when there is none", async (exec) => {
    strictEqual((await exec.run(shell("cat"))).stdout, "");
  }),

  check("rejects a program that does not exist", async (exec) => {
    for (const file of ["gantry-no-such-program", "/nonexistent/program"]) {
      await rejects(exec.start({ file, args: [], cwd: tmpdir() }), { code: "GANTRY_EXEC_ABSENT" });
    }
  }),

  check("ends a program on request and says so", async (exec) => {
    const { child } = await startReady(exec, HANG);
    await child.kill();
    strictEqual((await child.exited).isKilled, true);
  }),

  check("ends a program when its signal fires", async (exec) => {
    const stop = new AbortController();
    const { child } = await startReady(exec, HANG, { signal: stop.signal });
    stop.abort();
    strictEqual((await child.exited).isKilled, true);
  }),

  check("ends a program that takes longer than it may", async (exec) => {
    const result = await exec.run({ ...shell(HANG), timeoutMs: 20 });
    deepStrictEqual([result.isTimedOut, result.isKilled], [true, true]);
  }),

  check("gathers no more output than asked for", async (exec) => {
    strictEqual((await exec.run({ ...shell(FLOOD), maxBytes: 1000 })).stdout.length, 1000);
  }),

  realCheck("kills what does not heed TERM", async (exec) => {
    const { child } = await startReady(exec, STUBBORN);
    await child.kill(50);
    strictEqual((await child.exited).signal, "SIGKILL");
  }),

  realCheck("ends with the program although a grandchild holds the output, and ends that too", async (exec) => {
    const child = await exec.start(shell("sleep 600 & echo done"));
    const exit = await child.exited;
    deepStrictEqual([exit.exitCode, exit.hasLeftovers], [0, true]);
    await child.kill();
    ok(!groupLives(child.pid), "the grandchild is still running");
  }),

  realCheck("ends a whole group, with grandchildren that ignore TERM", async (exec) => {
    const { child } = await startReady(exec, `(${STUBBORN}) & wait`);
    await child.kill(50);
    await child.exited;
    ok(!groupLives(child.pid), "the group is still running");
  }),

  realCheck("gives all output of a program that writes much and ends at once", async (exec) => {
    for (let round = 0; round < 10; round++) {
      const { stdout } = await exec.run(shell("head -c 300000 /dev/zero | tr '\\0' x; sleep 600 & exit 0"));
      strictEqual(stdout.length, 300_000);
    }
  }),

  realCheck("gives each program a session of its own, without a terminal", async (exec) => {
    const { stdout } = await exec.run(shell("ps -o pid= -o sid= -o pgid= -o tty= -p $$"));
    const [pid, session, group, terminal] = stdout.trim().split(/\s+/);
    deepStrictEqual([session, group, terminal], [pid, pid, "?"]);
  }),

  realCheck("never passes arguments through a shell", async (exec) => {
    const folder = await mkdtemp(join(tmpdir(), "exec-"));
    const args = ["-c", 'printf "%s|" "$@"', "x", "a b", "$HOME", "`id`", ";touch planted", "é\n", ""];
    const { stdout } = await exec.run({ file: "/bin/sh", args, cwd: folder });
    strictEqual(stdout, "a b|$HOME|`id`|;touch planted|é\n||");
    ok(!existsSync(join(folder, "planted")));
    await rm(folder, { recursive: true });
  }),

  realCheck("keeps what steers a shell out of the environment, whoever adds it", async (exec) => {
    const env = { BASH_ENV: "/x", ENV: "/x", SHELLOPTS: "xtrace", PS4: "x", LD_PRELOAD: "", KEPT: "yes" };
    const { stdout } = await exec.run({ file: "/usr/bin/env", args: [], cwd: tmpdir(), env });
    ok(/^KEPT=yes$/m.test(stdout));
    ok(!/^(BASH_ENV|ENV|SHELLOPTS|PS4|LD_PRELOAD)=/m.test(stdout), stdout);
  }),
];

function check(name: string, run: ExecCheck["run"]): ExecCheck {
  return { name, needsRealProcesses: false, run };
}

function realCheck(name: string, run: ExecCheck["run"]): ExecCheck {
  return { name, needsRealProcesses: true, run };
}

async function startReady(exec: Exec, script: string, more: Partial<ExecSpec> = {}) {
  let tell = () => {};
  const isReady = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const child = await exec.start(shell(script, { ...more, onOutput: () => tell() }));
  await isReady;
  return { child };
}

/** Whether a process of the group runs; one that has ended and waits to be reaped does not count. */
function groupLives(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch {
    return false;
  }
  if (!existsSync("/proc/self/stat")) return true;
  return processesOf(group).some((state) => state !== "Z");
}

function processesOf(group: number): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
          .replace(/^.*\) /s, "")
          .split(" ");
        return Number(fields[2]) === group ? [fields[0] as string] : [];
      } catch {
        return [];
      }
    });
}
