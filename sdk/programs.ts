/** Programs: how they are run, confined, watched and left behind. */
import type { Writable } from "node:stream";
import { createService } from "./service.ts";
import type { SessionView } from "./session.ts";
import type { ToolContext } from "./tool.ts";

/** Which program to run, and how. */
export interface ExecSpec {
  /** The program: an absolute path, or a name looked up in the filtered PATH. Never a shell line. */
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to the filtered environment: secrets of the host and what steers a shell are never passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Names of the environment that it does not get, unless `env` has them. */
  readonly withoutEnv?: readonly string[];
  /** Written to its standard input, which is then closed. Default: closed at once. */
  readonly input?: string;
  /** Its standard input stays open, for a program that is spoken with: see {@link ExecProcess.stdin}. */
  readonly keepsInput?: boolean;
  /** Called with each piece of output as it comes. Must not throw. */
  readonly onOutput?: (chunk: Uint8Array, stream: "stdout" | "stderr") => void;
  /** When it fires, the whole process group is ended. */
  readonly signal?: AbortSignal;
}

/** How a program ended. */
export interface ExecExit {
  /** `undefined` when a signal ended it. */
  readonly exitCode: number | undefined;
  /** Such as `SIGKILL`. */
  readonly signal: string | undefined;
  /** It was ended through `kill` or `signal`. */
  readonly isKilled: boolean;
  /** Something it started is still running in its process group; `kill` ends that too. */
  readonly hasLeftovers?: boolean;
  /** Wall time in milliseconds. */
  readonly ms: number;
}

/** A program at work. */
export interface ExecProcess {
  readonly pid: number;
  /** Resolves when the program has ended, even if something it started still holds its output. Never rejects. */
  readonly exited: Promise<ExecExit>;
  /** Its standard input, where the spec `keepsInput`. What is written after its end is lost. */
  readonly stdin?: Writable;
  /** Ends the whole process group: TERM, and KILL after `graceMs` (default 5000). Resolves when it is gone. */
  kill(graceMs?: number): Promise<void>;
}

/**
 * Programs of the machine: each runs in its own session and process group, without a terminal, with a filtered
 * environment. Nothing outlives the host.
 *
 * **Contract**: `start` rejects with `GANTRY_EXEC_ABSENT` (no such program), `GANTRY_EXEC_DENIED`, `GANTRY_EXEC_FAILED`.
 */
export interface Exec {
  start(spec: ExecSpec): Promise<ExecProcess>;
  /** Runs to the end and gathers the output, at most `maxBytes` of each stream (default 64 MiB; the rest is dropped). */
  run(
    spec: ExecSpec & { readonly maxBytes?: number; readonly timeoutMs?: number },
  ): Promise<ExecExit & { readonly stdout: string; readonly stderr: string; readonly isTimedOut: boolean }>;
}
export const Exec = createService<Exec>("exec");

/**
 * What a person sees of a command while it runs.
 *
 * **Contract**: neither function throws; what is written after `end` is dropped.
 */
export interface Screen {
  write(chunk: Uint8Array): void;
  /** The command has ended, or could not be started. */
  end(exit: ExecExit | undefined): void;
}

/**
 * Where a person watches commands run, such as in the terminals of an editor. They only look: the command itself runs as ever.
 *
 * **Contract**: `open` does not throw and does not wait.
 */
export interface Screens {
  /** A screen for what the command of a call writes. */
  open(call: ToolContext): Screen;
}
export const Screens = createService<Screens>("screens");

/** How commands of a session are confined. */
export interface SandboxState {
  /** The settings want commands confined. */
  readonly isOn: boolean;
  /** Where commands cannot be confined on this machine: why, and what to install. */
  readonly problem?: string;
  /** A command that cannot be confined does not run. */
  readonly isRequired: boolean;
  /** A person may let a command run outside. */
  readonly mayBeLeft: boolean;
  /** What the settings ask for and is not done, in sentences for the person. */
  readonly notices: readonly string[];
}

/** What a confined program needs beyond the session's folders, or that it is not to be confined. */
export interface ConfineOptions {
  /** Files of the caller's own that the program writes, absolute. They are made if they are missing. */
  readonly writable?: readonly string[];
  /** A person has let this command run outside. Rejects with `GANTRY_SANDBOX_FORBIDDEN` where the settings do not let them. */
  readonly isOutside?: boolean;
}

/** A program that is ready to start. */
export interface Confinement {
  /** What to start in place of the program. */
  readonly spec: ExecSpec;
  readonly isConfined: boolean;
  /** For the model, should the program fail for being confined: what was out of reach, and what to do. */
  readonly advice: string;
  /** Call it when the program has ended, or could not be started: takes away what the confinement needed meanwhile. */
  release(): void;
}

/**
 * Confines programs: writes only below the session's folders, no network unless granted, protected names out of reach.
 *
 * **Contract**: never confines less than it says: what cannot be confined and must be rejects with `GANTRY_SANDBOX_UNAVAILABLE`.
 *
 * @example
 * const run = async (sandbox: Sandbox, session: SessionView, command: string) => {
 *   const shell = { file: "/bin/sh", args: ["-c", command], cwd: session.cwd };
 *   const { spec, release } = await sandbox.confine(session, shell, command);
 *   return exec.run(spec).finally(release);
 * };
 */
export interface Sandbox {
  state(session: SessionView): Promise<SandboxState>;
  /** Whether this shell command would run confined: the sandbox is on and works, and no setting excepts the command. */
  confines(session: SessionView, command: string): Promise<boolean>;
  /** The same program, confined; the program itself where {@link confines} says no and nothing demands it. */
  confine(session: SessionView, spec: ExecSpec, command: string, options?: ConfineOptions): Promise<Confinement>;
}
export const Sandbox = createService<Sandbox>("sandbox");

/** Work that ends by itself, or is ended: a program, or something that is awaited and pretends its exit code. */
export type JobWork = Pick<ExecProcess, "exited" | "kill">;

/** A program, or another piece of work, that goes on while the conversation does. */
export interface Job {
  /** Short, for the model, such as `b1`. */
  readonly id: string;
  readonly title: string;
  /** A `call` of a tool and an `agent` have no program, so their exit code is not told: 0 stands for `completed`. */
  readonly kind: "command" | "call" | "agent";
  /** Where its output is written as it comes. */
  readonly outputFile: string;
  readonly state: "running" | "completed" | "failed" | "stopped";
  readonly exit?: ExecExit;
  /** The call that started it. */
  readonly callId?: string;
}

/** What is known of a job when it begins. `kind` is `command` unless given, and `id` the next short one. */
export interface JobAbout extends Pick<Job, "title" | "outputFile" | "callId">, Partial<Pick<Job, "kind" | "id">> {
  /** What the model is told with the job's end, besides how it ended. */
  readonly report?: () => string | undefined;
}

/** Background jobs of a session: listed, readable, and ended with it. */
export interface Jobs {
  /** Takes a running program over, or other work. A notice goes to the model when it ends. */
  adopt(session: SessionView, work: JobWork, about: JobAbout): Job;
  /**
   * Calls the listener when a job has begun and when it has ended. Returns what ends it.
   *
   * **Contract**: the listener must not throw and should be quick.
   */
  watch(listener: (job: Job, session: SessionView) => void): () => void;
  /**
   * A call waits for its program, which can go on as a job: `move` is called, at most once, when a person wants that. Returns what ends
   * the offer; call it when the program has ended.
   */
  offer(session: SessionView, callId: string, move: () => void): () => void;
  /** Has what calls wait for moved into the background: that of one call, or all. How many there were. */
  background(session: SessionView, callId?: string): number;
  list(session: SessionView): readonly Job[];
  get(session: SessionView, id: string): Job | undefined;
  /** Ends a job. Resolves when its process group is gone. */
  stop(session: SessionView, id: string): Promise<Job | undefined>;
}
export const Jobs = createService<Jobs>("jobs");

/** Where a session's shell is: what `cd` has left it in. Always one of the session's folders, or in one. */
export interface ShellFolders {
  /** The folder that the next command starts in, absolute. */
  current(session: SessionView): string;
  /** The same, for a command that starts now; with a notice when that is not where the last one ended. */
  enter(session: SessionView): { readonly path: string; readonly notice?: string };
  /** A command has ended in this folder, where that is known. Gives a notice when the shell may not stay there. */
  leave(session: SessionView, path: string | undefined): string | undefined;
  /** Calls the listener when a session's shell has moved. Returns what ends it. */
  watch(listener: (session: SessionView, move: { readonly from: string; readonly to: string }) => void): () => void;
}
export const ShellFolders = createService<ShellFolders>("shell-folders");
