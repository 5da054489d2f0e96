import fs from "node:fs";
import { hostname } from "node:os";
import { messageOf, newId } from "gantry/sdk";
import { locked } from "./problems.ts";

/** Who holds a session: enough to see whether that program still runs. */
interface Holder {
  readonly pid: number;
  /** When the process started, as the system counts; tells it from a later one with the same number. */
  readonly started: string | undefined;
  readonly host: string;
}

/** How long taking over a stale lock may take at most. */
const TAKEOVER_MS = 5_000;

/** Takes the lock and gives the function that releases it. Throws `GANTRY_SESSION_LOCKED` when a living program has it. */
export function takeLock(lock: string, id: string): () => void {
  const own = `${JSON.stringify(ownIdentity())}\n`;
  if (!placeLock(lock, own)) takeOver(lock, id, own);
  return () => {
    if (read(lock) === own) fs.rmSync(lock, { force: true });
  };
}

/** Whether a living program holds a lock. */
export function isHeld(lock: string): boolean {
  const content = read(lock);
  const holder = content === undefined ? undefined : parseHolder(content);
  return holder !== undefined && isAlive(holder);
}

/** A link puts the whole content in place at once, or fails when there is a lock. */
function placeLock(lock: string, content: string): boolean {
  const draft = `${lock}.${newId()}`;
  fs.writeFileSync(draft, content, { mode: 0o600, flag: "wx" });
  try {
    fs.linkSync(draft, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/** Only one may judge and replace a lock at a time; else a second could remove what the first has just put in place. */
function takeOver(lock: string, id: string, own: string): void {
  const turnstile = `${lock}.takeover`;
  if (!enter(turnstile)) throw locked(id, "a program that is just starting", lock);
  try {
    const content = read(lock);
    const holder = content === undefined ? undefined : parseHolder(content);
    if (holder && isAlive(holder)) throw locked(id, nameOf(holder), lock);
    fs.rmSync(lock, { force: true });
    if (!placeLock(lock, own)) throw locked(id, "a program that is just starting", lock);
  } finally {
    fs.rmSync(turnstile, { recursive: true, force: true });
  }
}

function enter(turnstile: string): boolean {
  try {
    fs.mkdirSync(turnstile, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const age = Date.now() - (fs.statSync(turnstile, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    // Whoever made it died on the way.
    if (age > TAKEOVER_MS) fs.rmSync(turnstile, { recursive: true, force: true });
    return false;
  }
}

function parseHolder(content: string): Holder | undefined {
  try {
    const holder = JSON.parse(content) as Partial<Holder>;
    return Number.isInteger(holder.pid) && typeof holder.host === "string" ? (holder as Holder) : undefined;
  } catch {
    // Not written by this program, or cut off by a crash of the machine: nobody holds it.
    return undefined;
  }
}

/** A program on another machine cannot be looked at, so it counts as alive. */
function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const found = lookAt(holder.pid);
  if (found?.hasEnded) return false;
  return !found || holder.started === undefined || found.started === holder.started;
}

function ownIdentity(): Holder & { readonly token: string } {
  return { pid: process.pid, started: lookAt(process.pid)?.started, host: hostname(), token: newId() };
}

/** What `/proc` tells, where there is one: when it started, in clock ticks, and whether only its exit code is left. */
function lookAt(pid: number): { readonly started: string | undefined; readonly hasEnded: boolean } | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The second field, the program's name, may hold blanks and brackets.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields && { started: fields[19], hasEnded: fields[0] === "Z" || fields[0] === "X" };
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH" || code === "ENOTDIR") return undefined;
    throw new Error(`${file}: ${messageOf(error)}`, { cause: error });
  }
}

function nameOf(holder: Holder): string {
  return holder.host === hostname() ? `process ${holder.pid}` : `process ${holder.pid} on ${holder.host}`;
}
