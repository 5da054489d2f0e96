import { fakeClock } from "gantry/sdk/testing";
import { describe, expect, test } from "vitest";
import { createBatch } from "./batch.ts";
import { createMask, maskedJson } from "./mask.ts";
import { createMetrics } from "./metrics.ts";
import { createPump, type Source } from "./pump.ts";
import type { Outcome } from "./send.ts";

const SENDER = { resource: [], version: "1" };
const SENT: Outcome = { kind: "sent" };
const LATER: Outcome = { kind: "later", problem: "busy" };

/** A pump whose collector answers as told, then well. */
function pumping(source: Source, ...answers: readonly Outcome[]) {
  const clock = fakeClock();
  const left = [...answers];
  const sent: object[] = [];
  const failures: Outcome[] = [];
  const send = async (request: object) => {
    sent.push(request);
    return left.shift() ?? SENT;
  };
  const pump = createPump({ source, send, clock, everyMs: 1_000, onFailure: (outcome) => failures.push(outcome) });
  return { pump, clock, sent, failures };
}

// biome-ignore lint/suspicious/noExplicitAny: whatever was sent
type Any = any;
const spansIn = (request: object) => (request as Any).resourceSpans[0].scopeSpans[0].spans.map(({ n }: Any) => n);
const pointsIn = (request: object) =>
  (request as Any).resourceMetrics[0].scopeMetrics[0].metrics.map(({ name, sum }: Any) => [
    name,
    Number(sum.dataPoints[0].asInt),
    sum.aggregationTemporality,
  ]);

describe("what has been gathered", () => {
  test("is sent soon at first, then when its time has come, and nothing is sent for nothing", async () => {
    const batch = createBatch<{ n: number }>("traces", SENDER);
    const { pump, clock, sent } = pumping(batch);
    batch.add({ n: 1 });
    pump.wake();
    await clock.advance(200);
    expect(sent.map(spansIn)).toEqual([[1]]);
    await clock.advance(10_000);
    batch.add({ n: 2 });
    pump.wake();
    await clock.advance(999);
    expect(sent).toHaveLength(1);
    await clock.advance(1);
    expect(sent.map(spansIn)).toEqual([[1], [2]]);
    await clock.advance(600_000);
    expect(sent).toHaveLength(2);
    expect(clock.timers).toBe(0);
  });

  test("is sent again where the collector asks for it, later each time, in the same order", async () => {
    const batch = createBatch<{ n: number }>("traces", SENDER);
    const { pump, clock, sent, failures } = pumping(batch, LATER, { ...LATER, afterMs: 60_000 });
    batch.add({ n: 1 });
    pump.wake();
    await clock.advance(200);
    batch.add({ n: 2 });
    pump.wake();
    await clock.advance(4_999);
    expect(sent).toHaveLength(1);
    await clock.advance(1);
    expect(sent).toHaveLength(2);
    await clock.advance(59_999);
    expect(sent).toHaveLength(2);
    await clock.advance(1);
    expect(sent.map(spansIn)).toEqual([[1], [1, 2], [1, 2]]);
    expect(failures).toHaveLength(2);
  });

  test("is given up where the collector will not have it", async () => {
    const batch = createBatch<{ n: number }>("traces", SENDER);
    const { pump, clock, sent } = pumping(batch, { kind: "lost", problem: "no" });
    batch.add({ n: 1 });
    pump.wake();
    await clock.advance(600_000);
    expect(sent).toHaveLength(1);
  });

  test("is bounded: what comes when too much waits is left out", async () => {
    const batch = createBatch<{ n: number }>("traces", SENDER);
    const { pump, clock, sent } = pumping(batch);
    for (let n = 0; n < 5_000; n++) batch.add({ n });
    pump.wake();
    await clock.advance(10_000);
    const all = sent.flatMap(spansIn);
    expect(sent.map((request) => spansIn(request).length)).toEqual([512, 512, 512, 512]);
    expect(all).toEqual(Array.from({ length: 2_048 }, (_, n) => n));
  });

  test("is sent at the end, unless the collector is known to be gone", async () => {
    const batch = createBatch<{ n: number }>("traces", SENDER);
    const { pump, clock, sent } = pumping(batch, SENT, { ...LATER, isUnreachable: true });
    const { signal } = new AbortController();
    batch.add({ n: 1 });
    await pump.flush(signal);
    expect(sent.map(spansIn)).toEqual([[1]]);
    batch.add({ n: 2 });
    pump.wake();
    await clock.advance(1_000);
    await pump.flush(signal);
    expect(sent).toHaveLength(2);
    pump.close();
    expect(clock.timers).toBe(0);
  });
});

describe("figures", () => {
  const count = (metrics: ReturnType<typeof createMetrics>, value: number) =>
    metrics.record("gantry.commit.count", value, { a: 1 });

  test("are totals", () => {
    const metrics = createMetrics(SENDER, fakeClock(), false);
    count(metrics, 2);
    const first = metrics.take();
    first?.settle(SENT);
    count(metrics, 3);
    expect(pointsIn(first?.request ?? {})).toEqual([["gantry.commit.count", 2, 2]]);
    expect(pointsIn(metrics.take()?.request ?? {})).toEqual([["gantry.commit.count", 5, 2]]);
  });

  test("are what has come since, where that is preferred, and none is lost with a request that failed", () => {
    const metrics = createMetrics(SENDER, fakeClock(), true);
    const next = (outcome: Outcome) => {
      const taken = metrics.take();
      taken?.settle(outcome);
      return taken && pointsIn(taken.request);
    };
    count(metrics, 2);
    expect(next(SENT)).toEqual([["gantry.commit.count", 2, 1]]);
    expect(next(SENT)).toBeUndefined();
    count(metrics, 3);
    expect(next(LATER)).toEqual([["gantry.commit.count", 3, 1]]);
    count(metrics, 4);
    expect(next(SENT)).toEqual([["gantry.commit.count", 7, 1]]);
  });

  test("have a bounded number of series; the rest is counted together", () => {
    const metrics = createMetrics(SENDER, fakeClock(), false);
    for (let n = 0; n < 1_500; n++) metrics.record("gantry.commit.count", 1, { n });
    const [metric] = (metrics.take() as Any).request.resourceMetrics[0].scopeMetrics[0].metrics;
    const points = metric.sum.dataPoints;
    expect(points).toHaveLength(1_001);
    expect(points.at(-1)).toMatchObject({ asInt: "500", attributes: [{ key: "otel.metric.overflow" }] });
  });
});

describe("secrets", () => {
  const mask = createMask({ DEPLOY_TOKEN: "tuesday-evening", HOME: "/home/somebody", PIN_SECRET: "1234" });

  test.each([
    ["Authorization: Bearer abcdefgh12345678", "Authorization: Bearer [masked]"],
    ["https://me:pa55word@host/x", "https://me:[masked]@host/x"],
    ["AKIAIOSFODNN7EXAMPLE and eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "[masked] and [masked]"],
    ["-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----!", "[masked]!"],
    ["it is tuesday-evening in /home/somebody, 1234", "it is [masked] in /home/somebody, 1234"],
    ['{"api_key": "abcd1234"}', '{"api_key": "[masked]"}'],
    ["my token is short and the password policy is long", "my token is short and the password policy is long"],
  ])("in %j are masked", (text, masked) => {
    expect(mask(text)).toBe(masked);
  });

  test("are masked by the name of their field, too", () => {
    expect(maskedJson({ user: "me", password: "abc", list: [{ apiKey: "x" }] }, mask)).toBe(
      '{"user":"me","password":"[masked]","list":[{"apiKey":"[masked]"}]}',
    );
  });

  test("do not come through where a long text is cut", () => {
    const secret = "ghp_0123456789abcdefghij0123";
    const cut = mask(`${"x".repeat(16 * 1_024 - 10)} ${secret} ${"y".repeat(100)}`);
    expect(cut).not.toContain("ghp_");
    expect(cut.endsWith("[cut]")).toBe(true);
  });
});
