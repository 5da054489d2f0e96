import type { SessionSummary } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import { shortIds } from "./find.ts";

const TITLE_WIDTH = 60;

/** Sessions as lines: enough of the id to name it, when it was last written, its size, its name. */
export function listing(sessions: readonly SessionSummary[], { withFolder = false } = {}): string {
  const short = shortIds(sessions);
  const rows = sessions.map(({ id, updatedMs, bytes, title, isLive, cwd }) => [
    short.get(id) ?? id,
    moment(updatedMs),
    size(bytes),
    `${visibleLine(title, TITLE_WIDTH) || "(no prompt)"}${isLive ? " (open)" : ""}`,
    ...(withFolder ? [visibleLine(cwd)] : []),
  ]);
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** A moment as the person's clock shows it. */
export function moment(ms: number): string {
  const at = new Date(ms);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function size(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} kB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
