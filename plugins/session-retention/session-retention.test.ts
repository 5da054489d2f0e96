import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Notice,
  PluginError,
  type SessionStore,
  type SessionSummary,
  type SessionView,
  type Settings,
} from "gantry/sdk";
import { fakeClock } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRetention } from "./session-retention.ts";

const DAY = 24 * 60 * 60 * 1000;

let state: string;
beforeEach(() => {
  state = fs.mkdtempSync(join(tmpdir(), "gantry-retention-"));
});
afterEach(() => fs.rmSync(state, { recursive: true, force: true }));

const stamp = () => join(state, "sessions-pruned");

/** Sessions by id and age in days; what is removed of them when a session `now` begins. */
async function begin(
  ages: Readonly<Record<string, number>>,
  options: { readonly days?: unknown; readonly open?: string } = {},
) {
  const clock = fakeClock({ now: Date.now() });
  const removed: string[] = [];
  const notices: Notice[] = [];
  let listings = 0;
  const store = {
    list: async () => {
      listings++;
      return Object.entries(ages).map(
        ([id, days]): SessionSummary => ({
          id,
          cwd: "/p",
          updatedMs: clock.now() - days * DAY,
          title: id,
          bytes: 1,
          isLive: id === options.open,
        }),
      );
    },
    remove: async (id: string) => {
      if (id === "stuck") throw new PluginError("GANTRY_SESSION_WRITE", "It cannot be removed.", "Look.");
      removed.push(id);
    },
  } as unknown as SessionStore;
  const settings = { get: () => options.days } as unknown as Settings;
  const owned: (() => unknown)[] = [];
  const ended = new AbortController();
  const scope = { own: (end: () => unknown) => owned.push(end), signal: ended.signal };
  const session = { id: "now", scope, notify: (notice: Notice) => notices.push(notice) } as unknown as SessionView;
  const context = { use: { store, settings }, host: { stateFolder: state }, scope, log: () => undefined };
  const { taps } = (await createRetention(context as never, clock)) as {
    taps: { sessionStart: (session: SessionView) => void };
  };
  taps.sessionStart(session);
  const end = async () => {
    ended.abort();
    for (const each of owned.reverse()) await each();
  };
  /** Lets the time pass and what it sets going come to its end. */
  const settle = async () => {
    await clock.advance(2_000);
    await owned.at(-1)?.();
  };
  return { clock, removed, notices, settle, end, listings: () => listings };
}

describe("old sessions", () => {
  it("are removed after the session has begun, never the one that has begun nor one that is open", async () => {
    const { removed, settle } = await begin({ old: 31, fresh: 29, now: 99, live: 99, older: 300 }, { open: "live" });
    expect(removed).toEqual([]);
    await settle();
    expect(removed).toEqual(["old", "older"]);
  });

  it("are those that the setting cleanupPeriodDays calls old", async () => {
    const { removed, settle } = await begin({ a: 8, b: 6 }, { days: 7 });
    await settle();
    expect(removed).toEqual(["a"]);
  });

  it.each([[0], [-1], ["soon"], [null], [Number.POSITIVE_INFINITY]])(
    "stay where the setting is %j, and that is told",
    async (days) => {
      const { removed, notices, settle } = await begin({ a: 999 }, { days });
      await settle();
      expect(removed).toEqual([]);
      expect(notices.map(({ text }) => text)).toEqual([expect.stringContaining("cleanupPeriodDays")]);
    },
  );

  it("are looked for once a day", async () => {
    await (await begin({})).settle();
    const soon = await begin({ a: 99 });
    await soon.settle();
    expect(soon.listings()).toBe(0);
    const yesterday = (Date.now() - 1.1 * DAY) / 1000;
    fs.utimesSync(stamp(), yesterday, yesterday);
    const later = await begin({ a: 99 });
    await later.clock.advance(0);
    await later.settle();
    expect(later.removed).toEqual(["a"]);
  });

  it("that cannot be removed do not stand in the way of others", async () => {
    const { removed, settle } = await begin({ stuck: 99, a: 99 });
    await settle();
    expect(removed).toEqual(["a"]);
    expect(fs.statSync(stamp()).mode & 0o777).toBe(0o600);
  });

  it("are not looked for in a session that is over before, so the next one does it", async () => {
    const { clock, end, listings } = await begin({ a: 99 });
    await end();
    await clock.advance(10_000);
    expect(listings()).toBe(0);
    expect(fs.existsSync(stamp())).toBe(false);
  });
});
