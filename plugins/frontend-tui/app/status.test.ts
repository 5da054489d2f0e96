import type { Session, Slots } from "gantry/sdk";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTheme } from "../paint/theme.ts";
import { createStatus } from "./status.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function statusOf(refreshMs: number | undefined) {
  let asked = 0;
  const slots = {
    list: () => [{ name: "clock", manifest: { description: "" } }],
    handler: async () => () => `asked ${++asked}`,
  } as unknown as Slots;
  const status = createStatus({
    slots,
    models: undefined,
    meter: undefined,
    permissions: undefined,
    theme: () => createTheme({ name: "dark", depth: 0 }),
    refreshMs: () => refreshMs,
    onStatus: () => {},
    onFault: () => {},
  });
  const session = { model: { id: "m" }, messages: [], entries: [], scope: { signal: new AbortController().signal } };
  return { status, session: session as unknown as Session, asked: () => asked };
}

test("the status line is asked anew by time where the settings say so, until it is closed", async () => {
  const { status, session, asked } = statusOf(2000);
  status.refresh(session);
  await vi.advanceTimersByTimeAsync(6500);
  expect(asked()).toBe(4);
  status.close();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked()).toBe(4);
});

test("else it is asked when something has happened", async () => {
  const { status, session, asked } = statusOf(undefined);
  status.refresh(session);
  status.refresh(session);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked()).toBe(1);
});
