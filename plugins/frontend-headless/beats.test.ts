import type { SessionEvent, WireToolProgress } from "gantry/sdk";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createBeats } from "./beats.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const start = (id: string) => ({ type: "tool_start", call: { id, tool: { name: "Bash" } } }) as SessionEvent;
const end = (id: string) => ({ type: "tool_end", id }) as SessionEvent;

function beating() {
  const lines: WireToolProgress[] = [];
  const beats = createBeats("5e55", 30_000, (line) => void lines.push(line));
  return { lines, take: (...events: SessionEvent[]) => events.forEach(beats.take) };
}

it("says of a tool that takes long how long it has taken so far, and of one that has ended nothing", () => {
  const { lines, take } = beating();
  take(start("long"), start("short"), end("short"));
  vi.advanceTimersByTime(65_000);
  take(end("long"));
  vi.advanceTimersByTime(65_000);
  expect(lines).toMatchObject([
    { type: "tool_progress", tool_use_id: "long", tool_name: "Bash", elapsed_time_seconds: 30, heartbeat: true },
    { tool_use_id: "long", elapsed_time_seconds: 60 },
  ]);
});

it("says nothing once the turn has ended", () => {
  const { lines, take } = beating();
  take(start("long"), { type: "turn_end" } as SessionEvent);
  vi.advanceTimersByTime(65_000);
  expect(lines).toEqual([]);
});
