/**
 * What prompts in files say of themselves, kept between starts, so that a start reads one file instead of all of them. Lies in the
 * person's own state; what is kept of a file counts as long as the file system says that it is the very file that was read.
 */
import fs from "node:fs";
import { dirname, join, sep } from "node:path";
import { type HostInfo, newId, z } from "gantry/sdk";
import { type Clock, realClock } from "./clock.ts";
import { makeFolders } from "./folders.ts";
import type { Placed } from "./prompt-disk.ts";
import type { PromptSaid } from "./prompt-head.ts";

/** To be raised whenever a file would be read otherwise than before. */
const FORMAT = 2;
const MOST_BYTES = 2 * 1024 * 1024;
const MOST_ENTRIES = 4_000;
/** One that says more is read each time. */
const LONGEST_ENTRY = 8 * 1024;
/** So coarse may a file system's clock be: a file that was written a moment ago may be written once more with the same time. */
const SETTLED_MS = 3_000;

const saidSchema: z.ZodType<PromptSaid> = z.object({
  description: z.string(),
  when: z.string(),
  // A menu shows it as it is.
  hint: z.string().regex(/^\P{Cc}*$/u),
  opening: z.string(),
  isCommand: z.boolean(),
  isForModel: z.boolean(),
  globs: z.array(z.string()),
  mayAsk: z.boolean(),
});
const indexSchema = z.object({ version: z.string(), entries: z.array(z.unknown()).max(MOST_ENTRIES) });

/** What is kept, for one look at the folders. */
export interface PromptIndex {
  /** What was kept of a file, if it still is that very file. */
  said(file: Placed): PromptSaid | undefined;
  /** Keeps what was read of a file, if its last change is old enough to be told from the next one. */
  keep(file: Placed, said: PromptSaid): void;
  /** Writes what is new. Of files in the folders that were gone through, those that nobody has asked for are gone. */
  save(folders: readonly string[]): void;
}

type Kept = readonly [mark: string, said: unknown];

/**
 * The index of one kind of prompts.
 *
 * **Contract**: never throws. An index that cannot be read or written, is not the person's own, or is of another version is none.
 */
export function openPromptIndex(
  { stateFolder, version }: Pick<HostInfo, "stateFolder" | "version">,
  kind: "commands" | "skills",
  clock: Pick<Clock, "now"> = realClock,
): PromptIndex {
  const file = join(stateFolder, "cache", `${kind}.json`);
  const format = `${version} ${FORMAT}`;
  const used = new Map<string, Kept>();
  const known = read(file, format);
  let isNew = false;

  return {
    said({ realPath, mark }) {
      const kept = known.get(realPath);
      if (kept?.[0] !== mark) return undefined;
      const said = saidSchema.safeParse(kept[1]);
      if (!said.success) return undefined;
      used.set(realPath, kept);
      return said.data;
    },
    keep({ realPath, mark, changedMs }, said) {
      const isSettled = changedMs < clock.now() - SETTLED_MS;
      if (!isSettled || JSON.stringify(said).length > LONGEST_ENTRY) return;
      used.set(realPath, [mark, said]);
      isNew = true;
    },
    save(folders) {
      if (!isNew) return;
      // Another host may have written it meanwhile.
      const others = [...read(file, format)].filter(
        ([path]) => !used.has(path) && !folders.some((folder) => path.startsWith(folder + sep)),
      );
      write(file, textOf(format, [...used, ...others]));
    },
  };
}

/** As much as there is room for, the first first. */
function textOf(version: string, kept: readonly (readonly [string, Kept])[]): string {
  const entries: string[] = [];
  let bytes = 1_000;
  for (const [path, [mark, said]] of kept.slice(0, MOST_ENTRIES)) {
    const entry = JSON.stringify([path, mark, said]);
    bytes += Buffer.byteLength(entry) + 1;
    if (bytes > MOST_BYTES) break;
    entries.push(entry);
  }
  return `{"version":${JSON.stringify(version)},"entries":[\n${entries.join(",\n")}\n]}\n`;
}

function read(file: string, version: string): Map<string, Kept> {
  const kept = new Map<string, Kept>();
  const index = indexSchema.safeParse(jsonIn(file));
  if (!index.success || index.data.version !== version) return kept;
  for (const entry of index.data.entries) {
    if (!Array.isArray(entry)) continue;
    const [path, mark, said]: unknown[] = entry;
    if (typeof path === "string" && typeof mark === "string") kept.set(path, [mark, said]);
  }
  return kept;
}

function jsonIn(file: string): unknown {
  let fd: number | undefined;
  try {
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
    fd = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const stats = fs.fstatSync(fd);
    return isOwn(stats) && stats.size <= MOST_BYTES ? JSON.parse(fs.readFileSync(fd, "utf8")) : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/** Nobody else can have written it. */
function isOwn(stats: fs.Stats): boolean {
  if (!stats.isFile()) return false;
  return process.platform === "win32" || (stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0);
}

/** Not flushed: what a crash leaves half written is no JSON, and then it is written anew. */
function write(file: string, text: string): void {
  const temporary = `${file}.${process.pid}-${newId()}`;
  try {
    makeFolders(dirname(file), 0o700);
    fs.writeFileSync(temporary, text, { flag: "wx", mode: 0o600 });
    fs.renameSync(temporary, file);
  } catch {
    discard(temporary);
  }
}

function discard(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // Where nothing can be written, nothing was.
  }
}
