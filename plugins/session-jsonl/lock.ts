import fs from "node:fs";
import { hostname } from "node:os";
import { messageOf, newId } from "gantry/sdk";
import { type Disk, discard, readSmall, removeIfThere, writeWhole } from "./disk.ts";
import { inUse } from "./problems.ts";

/** Who holds a session: enough to see whether that program still runs. */
interface Holder {
  readonly pid: number;
  /** When the process started, as the system counts; tells it from a later one with the same number. */
  readonly started: string | undefined;
  readonly host: string;
}

/** How long taking over a stale lock may take at most; whoever took longer died on the way. */
const TAKEOVER_MS = 1_000;

/** What stands for a lock: `busy` when another program is judging the one that lies there. */
export type LockState = { readonly release: () => void } | "busy";

/** Takes the lock, also from a program that has ended. Throws `GANTRY_SESSION_LOCKED` when a living one has it. */
export function takeLock(disk: Disk, lock: string, id: string): LockState {
  const own = `${JSON.stringify(ownIdentity(disk))}\n`;
  if (!placeLock(disk, lock, own) && !takeOver(disk, lock, id, own)) return "busy";
  return {
    release: () => releaseLock(disk, lock, own),
  };
}

/** Tried twice: a lock that stays counts for as long as this program runs. */
function releaseLock(disk: Disk, lock: string, own: string): void {
  discard(() => {
    if (read(disk, lock) === own) removeIfThere(disk, lock);
  });
}

/** Whether a program that runs has the lock. */
export function isHeld(disk: Disk, lock: string): boolean {
  return holderOf(disk, lock) !== undefined;
}

/** The program that runs and has the lock, in words. */
export function holderOf(disk: Disk, lock: string): string | undefined {
  const content = read(disk, lock);
  const holder = content === undefined ? undefined : parseHolder(content);
  return holder && isAlive(disk, holder) ? nameOf(holder) : undefined;
}

/** A link puts the whole content in place at once, or fails when there is a lock. */
function placeLock(disk: Disk, lock: string, content: string): boolean {
  const draft = `${lock}.${newId()}`;
  const { O_WRONLY, O_CREAT, O_EXCL } = fs.constants;
  const fd = disk.open(draft, O_WRONLY | O_CREAT | O_EXCL, 0o600);
  try {
    try {
      writeWhole(disk, fd, Buffer.from(content));
    } finally {
      disk.close(fd);
    }
    disk.link(draft, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    discard(() => removeIfThere(disk, draft));
  }
}

/** Only one may judge and replace a lock at a time; else a second could remove what the first has just put in place. */
function takeOver(disk: Disk, lock: string, id: string, own: string): boolean {
  const turnstile = `${lock}.takeover`;
  if (!enter(disk, turnstile)) return false;
  try {
    const holder = holderOf(disk, lock);
    if (holder !== undefined) throw inUse(id, holder, lock);
    removeIfThere(disk, lock);
    return placeLock(disk, lock, own);
  } finally {
    discard(() => disk.rmdir(turnstile));
  }
}

function enter(disk: Disk, turnstile: string): boolean {
  try {
    disk.mkdir(turnstile, 0o700);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    removeAbandoned(disk, turnstile);
    return false;
  }
}

function removeAbandoned(disk: Disk, turnstile: string): void {
  try {
    if (Date.now() - disk.lstat(turnstile).mtimeMs > TAKEOVER_MS) disk.rmdir(turnstile);
  } catch (error) {
    // Whoever was in it has left, or another has removed it.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function parseHolder(content: string): Holder | undefined {
  try {
    const holder = JSON.parse(content) as Partial<Holder> | null;
    return Number.isInteger(holder?.pid) && typeof holder?.host === "string" ? (holder as Holder) : undefined;
  } catch {
    // Not written by this program, or cut off by a crash of the machine: nobody holds it.
    return undefined;
  }
}

/** A program on another machine cannot be looked at, so it counts as alive. */
function isAlive(disk: Disk, holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const found = lookAt(disk, holder.pid);
  if (found?.hasEnded) return false;
  return !found || holder.started === undefined || found.started === holder.started;
}

function ownIdentity(disk: Disk): Holder & { readonly token: string } {
  return { pid: process.pid, started: lookAt(disk, process.pid)?.started, host: hostname(), token: newId() };
}

/** What `/proc` tells, where there is one: when it started, in clock ticks, and whether only its exit code is left. */
function lookAt(
  disk: Disk,
  pid: number,
): { readonly started: string | undefined; readonly hasEnded: boolean } | undefined {
  const stat = read(disk, `/proc/${pid}/stat`);
  // The second field, the program's name, may hold blanks and brackets.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields && { started: fields[19], hasEnded: fields[0] === "Z" || fields[0] === "X" };
}

function read(disk: Disk, file: string): string | undefined {
  try {
    return readSmall(disk, file);
  } catch (error) {
    throw new Error(`${file}: ${messageOf(error)}`, { cause: error });
  }
}

function nameOf(holder: Holder): string {
  return holder.host === hostname() ? `process ${holder.pid}` : `process ${holder.pid} on ${holder.host}`;
}
