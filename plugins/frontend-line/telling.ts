import { visibleLine } from "gantry/sdk/kit/visible";

/** What tells one call from another, on one line: its command, or the first text of its input. */
export function tellingArgument(input: unknown, cwd: string, limit: number): string {
  if (typeof input !== "object" || input === null) return "";
  const { command } = input as { command?: unknown };
  const telling = typeof command === "string" ? command : Object.values(input).find((v) => typeof v === "string");
  if (telling === undefined) return "";
  return visibleLine(telling.startsWith(`${cwd}/`) ? telling.slice(cwd.length + 1) : telling, limit);
}
