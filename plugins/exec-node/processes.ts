import { readdirSync, readFileSync } from "node:fs";

/** Whether a process of the group runs. One that has ended and only waits to be reaped does not. */
export function groupRuns(group: number): boolean {
  if (!exists(group)) return false;
  if (process.platform !== "linux") return true;
  const leader = stateIn(group, group);
  if (leader !== undefined && leader !== "Z") return true;
  try {
    return readdirSync("/proc").some((name) => /^\d+$/.test(name) && runsIn(group, name));
  } catch {
    return true;
  }
}

function exists(group: number): boolean {
  try {
    process.kill(process.platform === "win32" ? group : -group, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function runsIn(group: number, pid: string): boolean {
  const state = stateIn(group, pid);
  return state !== undefined && state !== "Z" && state !== "X";
}

/** The state letter of a process, if it belongs to the group. */
function stateIn(group: number, pid: number | string): string | undefined {
  try {
    // The name in parentheses may hold anything, parentheses too.
    const [state, , of] = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ", 3);
    return Number(of) === group ? state : undefined;
  } catch {
    return undefined;
  }
}
