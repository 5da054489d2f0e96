import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "../scripts/project.js";

export const program = path.join(root, "dist/gantry.js");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves when standard output or standard error holds the text. */
  shows(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; empty when not given. */
  readonly input?: string;
  /** Whose rights it runs with. */
  readonly uid?: number;
}

/** A project folder and a home of its own, and the built program in them. */
export interface Place {
  readonly base: string;
  readonly work: string;
  readonly home: string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  read(name: string): Promise<string>;
  start(args: readonly string[], options?: StartOptions): Running;
  gantry(args: readonly string[], options?: StartOptions): Promise<Ended>;
  /** Runs a line of shell in which `$NODE` and `$GANTRY` are the program. */
  shell(line: string): Promise<Ended>;
  /** The transcripts, as records, by session. */
  transcripts(): Promise<Readonly<Record<string, readonly Record<string, unknown>[]>>>;
  remove(): Promise<void>;
}

export async function createPlace(): Promise<Place> {
  const base = await mkdtemp(path.join(tmpdir(), "gantry-e2e-"));
  const [work, home] = [path.join(base, "work"), path.join(base, "home")];
  await Promise.all([mkdir(work), mkdir(path.join(home, ".gantry"), { recursive: true })]);
  // No model of the machine's own is found by chance: nothing listens on port 1.
  const config = { "provider-openai": { ports: { ollama: 1, lmStudio: 1, llamaCpp: 1 } } };
  await writeFile(path.join(home, ".gantry/config.json"), JSON.stringify(config));
  const start = (args: readonly string[], options?: StartOptions) => run(process.execPath, [program, ...args], options);
  const run = (file: string, args: readonly string[], { env = {}, input = "", uid }: StartOptions = {}): Running => {
    const child = spawn(file, args, {
      cwd: work,
      env: { PATH: process.env.PATH ?? "", HOME: home, NO_COLOR: "1", TMPDIR: base, ...env },
      ...(uid !== undefined && { uid, gid: uid }),
    });
    const seen = { stdout: "", stderr: "" };
    const waiting = new Set<() => void>();
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        seen[stream] += text;
        for (const look of waiting) look();
      });
    }
    // A program that does not want its input may be gone before it has it.
    child.stdin.on("error", () => undefined).end(input);
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on("error", reject).on("close", (code) => resolve({ code, ...seen }));
    });
    return {
      pid: child.pid as number,
      ended,
      kill: (signal) => void child.kill(signal),
      shows: (text) =>
        new Promise((resolve, reject) => {
          const look = () => {
            if (!seen.stdout.includes(text) && !seen.stderr.includes(text)) return;
            waiting.delete(look);
            resolve();
          };
          waiting.add(look);
          look();
          ended.then(() => reject(new Error(`It ended without "${text}": ${seen.stdout}${seen.stderr}`)), reject);
        }),
    };
  };

  return {
    base,
    work,
    home,
    async write(files) {
      for (const [name, text] of Object.entries(files)) {
        const file = path.resolve(work, name);
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, text);
      }
    },
    read: (name) => readFile(path.resolve(work, name), "utf8"),
    start,
    gantry: (args, options) => start(args, options).ended,
    shell: (line) => run("sh", ["-c", line], { env: { NODE: process.execPath, GANTRY: program } }).ended,
    async transcripts() {
      const projects = path.join(home, ".gantry/projects");
      const files = (await readdir(projects, { recursive: true })).filter((name) => name.endsWith(".jsonl"));
      const read = files.map(async (name) => {
        const lines = (await readFile(path.join(projects, name), "utf8")).trimEnd().split("\n");
        return [path.basename(name, ".jsonl"), lines.map((line) => JSON.parse(line))];
      });
      return Object.fromEntries(await Promise.all(read));
    },
    remove: () => rm(base, { recursive: true, force: true, maxRetries: 10 }),
  };
}

/** Whether a process runs; one that only waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : "";
  return !/^.*\) Z /s.test(stat);
}

/** The number that a command writes into a file, as soon as it is there. */
export async function numberIn(file: string): Promise<number> {
  const until = Date.now() + 10_000;
  for (;;) {
    const number = existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) : Number.NaN;
    if (number > 0) return number;
    if (Date.now() > until) throw new Error(`No number came into ${file}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Resolves when the process is gone; rejects when it is still there after ten seconds. */
export async function gone(pid: number): Promise<void> {
  const until = Date.now() + 10_000;
  while (isAlive(pid)) {
    if (Date.now() > until) throw new Error(`The process ${pid} is still there.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
