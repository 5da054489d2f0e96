import fs from "node:fs";
import { join } from "node:path";
import { newId, PluginError, z } from "gantry/sdk";
import { makeFolders } from "gantry/sdk/kit/folders";
import type { Placeholder } from "./bubblewrap.ts";

/**
 * Placeholders on the machine's own disk: over an absent name there is nothing to mount. They are there as long as any command of any
 * host of this person runs confined, since to remove one uncovers it in every sandbox.
 */
export interface Masks {
  /** From here on nothing is taken away. Throws when it cannot be made sure. */
  hold(): Hold;
  dispose(): Promise<void>;
}

export interface Hold {
  /** Makes what is missing. Throws when it cannot. */
  make(placeholders: readonly Placeholder[]): void;
  release(): void;
}

/** Whatever a confinement leaves running has been killed by then; and the next command often follows soon. */
const LINGER_MS = 300;
const LAST_COMMAND_MS = 2000;
const POLL_MS = 10;

export function createMasks(folder: string): Masks {
  const lease = join(folder, `${process.pid}.${newId()}.lease`);
  const record = join(folder, "made.jsonl");
  let holders = 0;
  let timer: NodeJS.Timeout | undefined;
  let isLeased = false;

  function leave(): void {
    timer = undefined;
    if (!isLeased || holders > 0) return;
    isLeased = false;
    withLock(folder, () => {
      fs.rmSync(lease, { force: true });
      if (othersLive(folder)) return;
      for (const made of readRecord(record).reverse()) takeAway(made);
      fs.rmSync(record, { force: true });
    });
  }

  function release(): void {
    if (--holders > 0) return;
    timer = setTimeout(leave, LINGER_MS);
    timer.unref();
  }

  return {
    hold() {
      clearTimeout(timer);
      timer = undefined;
      if (!isLeased) {
        makeFolders(folder, 0o700);
        withLock(folder, () => fs.writeFileSync(lease, ""));
        isLeased = true;
      }
      holders++;
      let isHeld = true;
      return {
        make(placeholders) {
          if (placeholders.length === 0) return;
          withLock(folder, () => {
            for (const made of placeholders.map(make)) if (made) fs.appendFileSync(record, `${JSON.stringify(made)}\n`);
          });
        },
        release() {
          if (isHeld) release();
          isHeld = false;
        },
      };
    },
    async dispose() {
      const end = performance.now() + LAST_COMMAND_MS;
      while (holders > 0 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      if (timer) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      clearTimeout(timer);
      // What still runs keeps its placeholders: the next host clears up.
      leave();
    },
  };
}

const madeSchema = z.object({ path: z.string(), inode: z.number(), text: z.string().optional() });
type Made = z.output<typeof madeSchema>;

/** `undefined` when something is there, or nobody could make anything there. */
function make({ path, text }: Placeholder): Made | undefined {
  try {
    if (text === undefined) fs.mkdirSync(path, { mode: 0o755 });
    else fs.writeFileSync(path, text, { flag: "wx", mode: 0o644 });
    return { path, inode: fs.lstatSync(path).ino, ...(text !== undefined && { text }) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return undefined;
    throw error;
  }
}

/** Only what is still as it was made. */
function takeAway({ path, inode, text }: Made): void {
  try {
    if (fs.lstatSync(path).ino !== inode) return;
    if (text === undefined) fs.rmdirSync(path);
    else if (fs.readFileSync(path, "utf8") === text) fs.unlinkSync(path);
  } catch {
    // Somebody has taken it, or uses it.
  }
}

function readRecord(record: string): Made[] {
  if (!fs.existsSync(record)) return [];
  return fs
    .readFileSync(record, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [madeSchema.parse(JSON.parse(line))];
      } catch {
        return [];
      }
    });
}

function othersLive(folder: string): boolean {
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith(".lease"))
    .some((name) => {
      if (runs(Number.parseInt(name, 10))) return true;
      fs.rmSync(join(folder, name), { force: true });
      return false;
    });
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const LOCK_MS = 3000;
const STALE_MS = 2000;

/** What is done in it takes a few milliseconds. */
function withLock(folder: string, run: () => void): void {
  const lock = join(folder, "lock");
  const end = performance.now() + LOCK_MS;
  while (!tryLock(lock)) {
    if (performance.now() > end) throw locked(lock);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
  }
  try {
    run();
  } finally {
    fs.rmSync(lock, { recursive: true, force: true });
  }
}

function tryLock(lock: string): boolean {
  try {
    fs.mkdirSync(lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const age = Date.now() - (fs.statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > STALE_MS) fs.rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function locked(lock: string): PluginError {
  return new PluginError(
    "GANTRY_SANDBOX_LOCKED",
    `Another Gantry holds ${lock} and does not let go of it.`,
    "Remove that folder if no other Gantry is running.",
  );
}
