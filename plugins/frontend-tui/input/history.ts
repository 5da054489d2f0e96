/** What was sent before: one file a project, a line of JSON each, shared by all sessions of the project. */
import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "gantry/sdk";
import { realClock } from "gantry/sdk/kit/clock";
import { withFileLock } from "gantry/sdk/kit/file-lock";

const lineSchema = z.object({
  text: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  session: z.string().optional(),
  project: z.string().optional(),
  /** Long texts that were pasted, by their chips. */
  pasted: z.record(z.string(), z.string()).optional(),
});

/** Something that was sent. */
export type Sent = z.output<typeof lineSchema>;

export type HistoryScope = "session" | "project" | "everywhere";

export interface History {
  /** Of this project, the newest first. */
  list(): readonly Sent[];
  /** The newest first, no text twice. */
  search(query: string, scope: HistoryScope, most?: number): readonly Sent[];
  /** Remembers a text that was sent. Never rejects: a history that cannot be written is one of this run. */
  add(sent: { readonly text: string; readonly pasted?: Readonly<Record<string, string>> }): Promise<void>;
}

export interface HistoryOptions {
  /** Gantry's own state. */
  readonly stateFolder: string;
  readonly cwd: string;
  readonly sessionId?: () => string | undefined;
}

const MOST = 1000;
/** Longer pastes are not remembered: the line says that there was one. */
const MOST_PASTED = 20_000;
const MOST_LINE = 200_000;
const LOCK_MS = 2000;

export function createHistory({ stateFolder, cwd, sessionId = () => undefined }: HistoryOptions): History {
  const folder = join(stateFolder, "history");
  const file = join(folder, `${nameOf(cwd)}.jsonl`);
  let known: readonly Sent[] | undefined;
  let everywhere: readonly Sent[] | undefined;

  function list(): readonly Sent[] {
    known ??= readLines(file).reverse();
    return known;
  }

  function all(): readonly Sent[] {
    everywhere ??= others(folder, file)
      .flatMap((path) => readLines(path))
      .sort((a, b) => b.at - a.at);
    return [...list(), ...everywhere].sort((a, b) => b.at - a.at);
  }

  return {
    list,
    search(query, scope, most = 100) {
      const words = query.toLowerCase();
      const seen = new Set<string>();
      const found: Sent[] = [];
      for (const sent of scope === "everywhere" ? all() : list()) {
        if (found.length >= most) break;
        if (scope === "session" && sent.session !== sessionId()) continue;
        if (seen.has(sent.text) || !sent.text.toLowerCase().includes(words)) continue;
        seen.add(sent.text);
        found.push(sent);
      }
      return found;
    },
    async add({ text, pasted = {} }) {
      if (text.trim() === "" || list()[0]?.text === text) return;
      const kept = Object.fromEntries(Object.entries(pasted).filter(([, one]) => one.length <= MOST_PASTED));
      const session = sessionId();
      const sent: Sent = {
        text,
        at: realClock.now(),
        project: cwd,
        ...(session && { session }),
        ...(Object.keys(kept).length && { pasted: kept }),
      };
      known = [sent, ...list()].slice(0, MOST);
      const line = JSON.stringify(sent);
      if (line.length <= MOST_LINE) await append(line);
    },
  };

  async function append(line: string) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      await withFileLock(`${file}.lock`, LOCK_MS, (isOurs) => {
        appendFileSync(file, `${line}\n`, { mode: 0o600 });
        const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
        // Cut now and then, not at every line.
        if (lines.length < MOST * 1.2) return;
        const shorter = `${file}.${process.pid}`;
        writeFileSync(shorter, `${lines.slice(-MOST).join("\n")}\n`, { mode: 0o600 });
        if (isOurs()) renameSync(shorter, file);
      });
    } catch {
      // What was sent stands in this run's memory.
    }
  }
}

/** For people who look into the folder, and unlike that of any other folder. */
function nameOf(cwd: string): string {
  const readable = basename(cwd)
    .replaceAll(/[^\w.-]/g, "-")
    .slice(0, 40);
  return `${readable}-${createHash("sha256").update(cwd).digest("hex").slice(0, 12)}`;
}

function readLines(file: string): Sent[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    try {
      const read = lineSchema.safeParse(JSON.parse(line));
      return read.success ? [read.data] : [];
    } catch {
      return [];
    }
  });
}

function others(folder: string, own: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".jsonl"))
      .map((name) => join(folder, name))
      .filter((path) => path !== own);
  } catch {
    return [];
  }
}
