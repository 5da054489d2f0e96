import { readFileSync, rmSync } from "node:fs";
import { isAbsolute } from "node:path";

/** Takes what a command has left in its folder file; nothing after `exec`, a signal, or a second look. */
export function takeFolder(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    const text = readFileSync(file, "utf8");
    rmSync(file);
    const path = text.replace(/\n$/, "");
    return isAbsolute(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
