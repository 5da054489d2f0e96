import { basename } from "node:path";
import { type Exec, type ExecExit, type ExecSpec, PluginError } from "gantry/sdk";

/** What a recorded program gave. */
export interface RecordedOutput {
  readonly stdout?: string;
  readonly stderr?: string;
  /** Default 0. */
  readonly exitCode?: number;
  /** It goes on after its output, until it is killed. */
  readonly hangs?: boolean;
}

/** A program that was recorded. The first entry that fits answers. */
export interface RecordedProgram extends RecordedOutput {
  /** The program's name, without its folder. Absent: any. */
  readonly program?: string;
  /** All arguments, or a function that says whether they fit. Absent: any. */
  readonly args?: readonly string[] | ((args: readonly string[]) => boolean);
  /** Gives the output in place of the fields. */
  readonly answer?: (spec: ExecSpec) => RecordedOutput;
}

/** An `Exec` that runs nothing and keeps what it was asked. */
export interface RecordedExec extends Exec {
  /** Every program that was asked for, oldest first. */
  readonly started: readonly ExecSpec[];
}

/**
 * An `Exec` that answers from a table. A program that is not in it does not exist (`GANTRY_EXEC_ABSENT`).
 *
 * @example
 * const exec = recordedExec([{ program: "git", args: ["rev-parse", "HEAD"], stdout: "1f2e3d\n" }]);
 */
export function recordedExec(table: readonly RecordedProgram[]): RecordedExec {
  const started: ExecSpec[] = [];

  const start: Exec["start"] = async (spec) => {
    started.push(spec);
    const program = table.find((one) => fits(one, spec));
    if (!program) {
      throw new PluginError(
        "GANTRY_EXEC_ABSENT",
        `There is no recording of "${[spec.file, ...spec.args].join(" ")}".`,
        "Add it to the table of recordedExec.",
      );
    }
    const { stdout = "", stderr = "", exitCode = 0, hangs = false } = program.answer?.(spec) ?? program;
    let end = (_exit: ExecExit) => {};
    const exited = new Promise<ExecExit>((resolve) => {
      end = resolve;
    });
    const kill = async () =>
      end({ exitCode: undefined, signal: "SIGTERM", isKilled: true, hasLeftovers: false, ms: 0 });
    setImmediate(() => {
      if (stdout) spec.onOutput?.(Buffer.from(stdout), "stdout");
      if (stderr) spec.onOutput?.(Buffer.from(stderr), "stderr");
      if (!hangs) end({ exitCode, signal: undefined, isKilled: false, hasLeftovers: false, ms: 0 });
    });
    if (spec.signal?.aborted) void kill();
    else spec.signal?.addEventListener("abort", kill, { once: true });
    return { pid: started.length, exited, kill };
  };

  const run: Exec["run"] = async ({ maxBytes = 64 << 20, timeoutMs, ...spec }) => {
    const chunks = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
    const child = await start({
      ...spec,
      onOutput(chunk, stream) {
        chunks[stream].push(chunk);
        spec.onOutput?.(chunk, stream);
      },
    });
    let isTimedOut = false;
    const timer =
      timeoutMs !== undefined &&
      setTimeout(() => {
        isTimedOut = true;
        void child.kill();
      }, timeoutMs);
    const exit = await child.exited;
    if (timer) clearTimeout(timer);
    const text = (of: readonly Uint8Array[]) => Buffer.concat(of).subarray(0, maxBytes).toString("utf8");
    return { ...exit, isTimedOut, stdout: text(chunks.stdout), stderr: text(chunks.stderr) };
  };

  return { started, start, run };
}

function fits({ program, args }: RecordedProgram, spec: ExecSpec): boolean {
  if (program !== undefined && program !== basename(spec.file)) return false;
  if (args === undefined) return true;
  if (typeof args === "function") return args(spec.args);
  return args.length === spec.args.length && args.every((arg, at) => arg === spec.args[at]);
}
