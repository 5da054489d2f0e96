import { readdirSync, readFileSync } from "node:fs";
import { newId } from "gantry/sdk";

/** Finds what has left its process group, by a mark in the environment that everything started here carries. */
export interface Strays {
  /** Goes into the environment of every program. */
  readonly mark: Readonly<Record<string, string>>;
  /** Ends them all, at once. Only Linux lets us look. */
  kill(): void;
}

export function createStrays(): Strays {
  const mark = { GANTRY_HOST_ID: newId() };
  const wanted = Buffer.from(`GANTRY_HOST_ID=${mark.GANTRY_HOST_ID}\0`);
  return {
    mark,
    kill() {
      if (process.platform !== "linux") return;
      for (const pid of readdirSync("/proc")) if (/^\d+$/.test(pid) && carries(pid, wanted)) end(Number(pid));
    },
  };
}

function carries(pid: string, mark: Buffer): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`).includes(mark);
  } catch {
    // It has ended, or is somebody else's.
    return false;
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has gone by itself.
  }
}
