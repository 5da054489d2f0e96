import fs from "node:fs";
import { newId } from "gantry/sdk";
import { realClock } from "./clock.ts";

/** A lock this old was left behind, whoever holds it: nobody keeps one longer than a write takes. */
const STALE_MS = 10_000;

/**
 * Runs `work` while this program alone holds the lock file; programs that want it take turns. A lock whose program is gone is taken
 * over. `work` must not wait; before its last step it asks `isOurs`, since a program that was stopped for long loses its lock.
 *
 * **Contract**: resolves to false, `work` not run, when the lock was not to be had within `waitMs`. Rejects with what `work` throws, or
 * with what the system says where no lock can be made.
 *
 * @example
 * const isDone = (file: string, write: () => void) => withFileLock(`${file}.lock`, 5_000, write);
 */
export async function withFileLock(
  lock: string,
  waitMs: number,
  work: (isOurs: () => boolean) => void,
): Promise<boolean> {
  const name = `${process.pid} ${newId()}`;
  if (!(await acquire(lock, name, realClock.elapsed() + waitMs))) return false;
  const isOurs = () => read(lock)?.name === name;
  try {
    work(isOurs);
  } finally {
    if (isOurs()) fs.rmSync(lock, { force: true });
  }
  return true;
}

async function acquire(lock: string, name: string, until: number): Promise<boolean> {
  for (;;) {
    if (create(lock, name)) return true;
    const held = read(lock);
    if (held && isStale(held)) await takeAway(lock, held, until);
    else await realClock.sleep(1 + realClock.random() * 10);
    if (realClock.elapsed() > until) return false;
  }
}

/** Of all who find a lock stale, one may take it away, and only this very lock: a lock on its name sees to that. */
async function takeAway(lock: string, { id }: Held, until: number): Promise<void> {
  const right = `${lock}.${id}`;
  const name = `${process.pid} ${newId()}`;
  if (!(await acquire(right, name, until))) return;
  try {
    if (read(lock)?.id === id) fs.rmSync(lock, { force: true });
  } finally {
    fs.rmSync(right, { force: true });
  }
}

function create(lock: string, name: string): boolean {
  try {
    fs.writeFileSync(lock, name, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    // Windows says EPERM of a file that is being removed.
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" || (code === "EPERM" && process.platform === "win32")) return false;
    throw error;
  }
}

interface Held {
  /** What its holder wrote; cut short if it was killed before. */
  readonly name: string;
  /** Tells this lock from others of the same path. */
  readonly id: string;
  readonly ageMs: number;
}

function read(lock: string): Held | undefined {
  try {
    const stat = fs.lstatSync(lock);
    // To open a pipe that lies there would be to wait for good.
    if (!stat.isFile()) return undefined;
    const { ino, mtimeMs } = stat;
    const name = fs.readFileSync(lock, "utf8");
    return {
      name,
      id: `${ino}-${Math.round(mtimeMs)}-${name.slice(-12).replaceAll(/\W/g, "")}`,
      ageMs: Date.now() - mtimeMs,
    };
  } catch {
    return undefined;
  }
}

function isStale({ name, ageMs }: Held): boolean {
  if (ageMs > STALE_MS) return true;
  const pid = /^(\d+) [\w-]{36}$/.exec(name)?.[1];
  return pid !== undefined && !isRunning(Number(pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
