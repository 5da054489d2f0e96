/**
 * The services that more than one plugin relies on. Each has one owner, chosen by configuration; a plugin that needs one
 * says so in its manifest and never learns who provides it.
 */
import type { Readable, Writable } from "node:stream";
import type * as z from "zod";
import type { JsonObject } from "./json.ts";
import type { Entry } from "./log.ts";
import type { Usage } from "./message.ts";
import { createService } from "./service.ts";
import type { Notice, SessionView } from "./session.ts";
import type { ToolContext } from "./tool.ts";

// ---------------------------------------------------------------- files

/** What lies at a path; `other` is a device, a pipe or a socket. */
export type FileKind = "file" | "folder" | "other";

/** What a path leads to, links followed. */
export interface FileStat {
  /** The resolved path: no link left in it. */
  readonly realPath: string;
  readonly kind: FileKind;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970, with fractions. */
  readonly mtimeMs: number;
  /** Permission bits. */
  readonly mode: number;
}

/** What a file was when somebody read it: enough to see that it has changed. */
export interface FileStamp {
  readonly mtimeMs: number;
  readonly size: number;
  /** SHA-256 of the content, hexadecimal. */
  readonly hash: string;
}

/** A file as it was read. */
export interface ReadFile {
  readonly bytes: Uint8Array;
  readonly stamp: FileStamp;
  readonly realPath: string;
}

/** How to read a file. */
export interface ReadOptions {
  /** Bytes. Default 256 MiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  /**
   * Where the path was found to lead when the call was judged, links resolved. This very file is opened, whatever the path leads to by
   * now; where a link has come in between, or it lies elsewhere, `GANTRY_FILES_MOVED`.
   */
  readonly realPath?: string;
}

/** How to write a file. */
export interface WriteOptions {
  /**
   * Where the path was found to lead when the call was judged, links resolved. This very file is written, whatever the path leads to by
   * now; where a link has come in between, or its folder lies elsewhere, `GANTRY_FILES_MOVED`, and nothing is written or made.
   */
  readonly realPath?: string;
  /** Write only if the file is still this; `absent`: only if there is none. Otherwise `GANTRY_FILES_CHANGED`. */
  readonly expect?: FileStamp | "absent";
  /** Permission bits of a new file; an existing file keeps its own. Default 0644 less the umask. */
  readonly mode?: number;
}

/** Where and how to look for files. */
export interface GlobOptions {
  readonly cwd: string;
  /** Leave out what `.gitignore` files name. Default true. */
  readonly respectIgnore?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Files of the machine. Paths are absolute.
 *
 * **Contract**: rejects with coded errors: `GANTRY_FILES_ABSENT`, `GANTRY_FILES_DENIED`, `GANTRY_FILES_IS_FOLDER`,
 * `GANTRY_FILES_NOT_FOLDER`, `GANTRY_FILES_CHANGED`, `GANTRY_FILES_MOVED`, `GANTRY_FILES_TOO_LARGE`, `GANTRY_FILES_UNSAVED`,
 * `GANTRY_FILES_FAILED`; an aborted call with an `AbortError`.
 */
export interface Files {
  /** `undefined` when there is nothing. */
  stat(path: string): Promise<FileStat | undefined>;
  /** Rejects with `GANTRY_FILES_TOO_LARGE` above `maxBytes`. */
  read(path: string, options?: ReadOptions): Promise<ReadFile>;
  /**
   * Writes whole or not at all: a temporary file beside the target, flushed, renamed over it. Follows links to the file
   * they name, keeps its mode and owner, makes missing folders.
   */
  write(path: string, bytes: Uint8Array, options?: WriteOptions): Promise<FileStamp>;
  /** Names in a folder, sorted. */
  list(path: string): Promise<readonly { readonly name: string; readonly kind: FileKind }[]>;
  remove(path: string): Promise<void>;
  /** The path with every link resolved, whether or not its end exists. */
  resolve(path: string): Promise<string>;
  /** Files that match, absolute, in no order. Does not follow links to folders, leaves out `.git`. */
  glob(patterns: readonly string[], options: GlobOptions): Promise<readonly string[]>;
}
export const Files = createService<Files>("files");

/**
 * Texts that an editor holds and nobody has saved. Where a frontend provides it, {@link Files} reads such a text in place of the
 * file, and has the editor write it, so that nobody's work is lost.
 *
 * Whoever provides `Files` asks for paths that it has resolved and opened, and for files that hold text alone.
 */
export interface EditorBuffers {
  /** Whether files without unsaved changes are written by the editor, too. */
  readonly writesAll: boolean;
  /**
   * The text of a file as the editor has it, byte order mark left out; `undefined` where it cannot or will not tell. Line ends may be
   * plain line feeds whatever the file has.
   *
   * **Contract**: never rejects; answers soon.
   */
  read(realPath: string, signal?: AbortSignal): Promise<string | undefined>;
  /** Has the editor take the text and save it. False when it cannot. **Contract**: never rejects; answers soon. */
  write(realPath: string, text: string): Promise<boolean>;
}
export const EditorBuffers = createService<EditorBuffers>("editor-buffers");

/** What has been read in a session, so that an edit can see whether it still knows the file. */
export interface SeenFiles {
  /** Remembers a read or a write; `isPartial` when only some of the file was seen. */
  note(session: SessionView, realPath: string, stamp: FileStamp, isPartial: boolean): void;
  seen(session: SessionView, realPath: string): { readonly stamp: FileStamp; readonly isPartial: boolean } | undefined;
}
export const SeenFiles = createService<SeenFiles>("seen-files");

// ---------------------------------------------------------------- programs

/** Which program to run, and how. */
export interface ExecSpec {
  /** The program: an absolute path, or a name looked up in the filtered PATH. Never a shell line. */
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to the filtered environment: secrets of the host and what steers a shell are never passed on. */
  readonly env?: Readonly<Record<string, string>>;
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

/** A program that goes on while the conversation does. */
export interface Job {
  /** Short, for the model, such as `b1`. */
  readonly id: string;
  readonly title: string;
  /** Where its output is written as it comes. */
  readonly outputFile: string;
  readonly state: "running" | "completed" | "failed" | "stopped";
  readonly exit?: ExecExit;
}

/** Background jobs of a session: listed, readable, and ended with it. */
export interface Jobs {
  /** Takes a running program over. A notice goes to the model when it ends. */
  adopt(session: SessionView, title: string, process: ExecProcess, outputFile: string): Job;
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

// ---------------------------------------------------------------- network

/** One request. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "HEAD";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A body in pieces is sent as they stand, without putting them together first. */
  readonly body?: string | Uint8Array | readonly Uint8Array[];
  readonly signal?: AbortSignal;
  /** Limit until the response's headers are there, in milliseconds. Default 60000. */
  readonly headersTimeoutMs?: number;
}

/** A response, its body still to be read. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated headers joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, decompressed. Destroying it ends the request. */
  readonly body: Readable;
  /** The whole body as text, at most `maxBytes` (default 16 MiB). */
  text(maxBytes?: number): Promise<string>;
}

/**
 * HTTP without surprises: connections are kept alive, redirects are never followed (a 3xx is a response like any other),
 * `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` and `NODE_EXTRA_CA_CERTS` are honoured.
 *
 * **Contract**: rejects only when no response came: `GANTRY_HTTP_NETWORK`, `GANTRY_HTTP_TIMEOUT`, `GANTRY_HTTP_ABORTED`,
 * `GANTRY_HTTP_URL`.
 */
export interface Http {
  request(request: HttpRequest): Promise<HttpResponse>;
}
export const Http = createService<Http>("http");

// ---------------------------------------------------------------- settings

/** Where a setting was found; nearest first: managed, flag, local, project, user. */
export type SettingsLayer = "managed" | "flag" | "local" | "project" | "user";

/** The layers, nearest first. */
export const SETTINGS_LAYERS: readonly SettingsLayer[] = Object.freeze(["managed", "flag", "local", "project", "user"]);

/** What one layer says of a setting. */
export interface SettingValue<T> {
  readonly value: T;
  readonly layer: SettingsLayer;
  /** The file, or the flag. */
  readonly source: string;
  /** The folder that a leading `/` in a path rule stands for. */
  readonly root: string;
}

/** The settings of all layers. */
export interface Settings {
  /**
   * The value at a dotted path, merged: the nearest scalar, lists joined, objects merged by key. A layer's value that does
   * not fit the schema is left out and reported once.
   */
  get<T>(path: string, schema: z.ZodType<T>): T | undefined;
  /** The same layer by layer, nearest first. */
  layers<T>(path: string, schema: z.ZodType<T>): readonly SettingValue<T>[];
  /** What is wrong with the files, as they are now. */
  readonly problems: readonly Notice[];
  /**
   * What layers say at a dotted path, above or below it, and why it does not count: nobody may say it there, the folder is not
   * trusted, an administrator has the last word. Settings that cannot tell leave this function out.
   */
  leftOut?(path: string): readonly LeftOutSetting[];
  /**
   * Settings of this run, nearer than those of the command line, in place of what was put there before. They count from the next prompt or
   * call on. Settings that cannot do so leave this function out.
   */
  put?(content: JsonObject): void;
  /** Calls the listener when a file has changed and what it says has been taken over. Returns what ends it. */
  watch(listener: (change: SettingsChange) => void): () => void;
}

/** A setting that does not count where it stands. */
export interface LeftOutSetting {
  /** The dotted path of what is left out. */
  readonly key: string;
  readonly value: unknown;
  readonly layer: SettingsLayer;
  /** The file, or the flag. */
  readonly source: string;
  /** Why, in a sentence for the person. */
  readonly reason: string;
}

/** A settings file that has changed while the host runs. */
export interface SettingsChange {
  readonly layer: SettingsLayer;
  readonly source: string;
}
export const Settings = createService<Settings>("settings");

// ---------------------------------------------------------------- sessions

/** One session of a folder, for a list. */
export interface SessionSummary {
  readonly id: string;
  readonly cwd: string;
  /** Milliseconds since 1970 of the last record. */
  readonly updatedMs: number;
  /** The name that a person gave it, else the start of the first prompt. */
  readonly title: string;
  /** Size of the log. */
  readonly bytes: number;
  /** Somebody is writing it. */
  readonly isLive: boolean;
}

/**
 * The one writer of a session's log.
 *
 * **Contract**: what `append` took is not lost when the program is killed; what was flushed, not when the machine is. Appending
 * after `close` throws `GANTRY_SESSION_CLOSED`. A store can be tried with `storeConformance` of `gantry/sdk/testing`.
 */
export interface SessionWriter {
  /** Where the log is, if it is a file. */
  readonly path: string | undefined;
  /** Hands the record to the operating system before it returns, whole. Throws a coded error when it cannot. */
  append(entry: Entry): void;
  /** Resolves when everything appended is on the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Where sessions are kept. */
export interface SessionStore {
  /** Starts a log. Rejects with `GANTRY_SESSION_EXISTS` when the id is taken. */
  create(id: string, cwd: string): Promise<SessionWriter>;
  /**
   * Opens a log for going on. Rejects with `GANTRY_SESSION_ABSENT` (naming the nearest id) or `GANTRY_SESSION_LOCKED`.
   * Heals a torn tail; skips bad lines with a notice.
   */
  open(
    id: string,
    cwd: string,
  ): Promise<{
    readonly entries: readonly Entry[];
    readonly writer: SessionWriter;
    readonly notices: readonly Notice[];
  }>;
  /** The sessions of a folder, or of all folders, newest first. */
  list(query: { readonly cwd?: string }): Promise<readonly SessionSummary[]>;
  /** Reads a log that somebody else may be writing: takes no lock and heals nothing. Rejects with `GANTRY_SESSION_ABSENT`. */
  read(
    id: string,
    query: { readonly cwd?: string },
  ): Promise<{ readonly entries: readonly Entry[]; readonly notices: readonly Notice[] }>;
  /** Removes a session and what is kept with it. Rejects with `GANTRY_SESSION_ABSENT` or, while it is open, `GANTRY_SESSION_LOCKED`. */
  remove(id: string, query: { readonly cwd?: string }): Promise<void>;
}
export const SessionStore = createService<SessionStore>("session-store");

// ---------------------------------------------------------------- figures

/** What one model of a session has used. */
export interface ModelFigures {
  readonly usage: Usage;
  /** Dollars; `undefined` when the model's price is not known. */
  readonly costUsd: number | undefined;
  readonly requests: number;
}

/** What a session has used. */
export interface Figures extends ModelFigures {
  readonly byModel: Readonly<Record<string, ModelFigures>>;
  /** Time spent waiting for models, in milliseconds. */
  readonly apiMs: number;
}

/** Counts tokens and money. */
export interface Meter {
  of(session: SessionView): Figures;
  /** Dollars of one request to a model, written `provider/id` or `id`; `undefined` when its price is not known. */
  costOf(model: string, usage: Usage): number | undefined;
}
export const Meter = createService<Meter>("meter");
