import type { ModelCall, ModelEvent, ModelFailure, ModelRequest, SessionEvent, StreamFunction } from "gantry/sdk";
import { createTestKernel, type FakeClock, fakeClock, type ScriptedAnswer, scriptedModel } from "gantry/sdk/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import settingsFiles from "../settings-files/index.ts";
import modelRetry from "./index.ts";
import { type RetryLimits, withRetries } from "./retry.ts";

const LIMITS: RetryLimits = {
  tries: 6,
  firstDelayMs: 1_000,
  longestDelayMs: 32_000,
  longestRetryAfterMs: 60_000,
  firstByteMs: 60_000,
  idleMs: 60_000,
  answerMs: 600_000,
};

const REQUEST = { model: { provider: "p", id: "m" }, system: [], messages: [], tools: [] } as ModelRequest;
const START: ModelEvent = { type: "start", id: "a", model: "m" };
const END = { type: "end", message: { content: [] } } as unknown as ModelEvent;

const failing = (failure: Partial<ModelFailure> = {}): ModelEvent => ({
  type: "failure",
  failure: { kind: "overloaded", message: "Overloaded", isRetryable: true, ...failure },
});

/** A model that plays one list of events a try, and hangs where a list says so until it is aborted. */
function model(...tries: readonly (readonly (ModelEvent | "hang")[])[]) {
  const state = { requests: 0, aborted: 0 };
  const stream: StreamFunction = async function* (_request: ModelRequest, { signal }: ModelCall) {
    const events = tries[Math.min(state.requests++, tries.length - 1)] ?? [];
    signal.addEventListener("abort", () => state.aborted++);
    for (const event of events) {
      if (event === "hang") await new Promise(() => {});
      else yield event;
    }
  };
  return { stream, state };
}

/** Runs to the end; while nothing comes, the clock goes on. */
async function gather(stream: StreamFunction, clock: FakeClock, signal = new AbortController().signal) {
  const events: ModelEvent[] = [];
  const waits: number[] = [];
  const iterator = stream(REQUEST, { signal })[Symbol.asyncIterator]();
  for (;;) {
    let result: IteratorResult<ModelEvent> | undefined;
    const pending = iterator.next().then((next) => {
      result = next;
    });
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
    if (!result) {
      waits.push(clock.next());
      await pending;
    }
    if (!result || result.done) return { events, waits };
    events.push(result.value);
  }
}

const retries = (events: readonly ModelEvent[]) =>
  events.flatMap((event) => (event.type === "retry" ? [[event.attempt, event.maxAttempts, event.delayMs]] : []));

describe("model-retry", () => {
  it("passes a whole answer on and asks once", async () => {
    const { stream, state } = model([START, { type: "text", text: "hi" }, END]);
    const clock = fakeClock({ random: () => 1 });
    const { events } = await gather(withRetries(stream, LIMITS, clock), clock);
    expect(events).toEqual([START, { type: "text", text: "hi" }, END]);
    expect(state).toEqual({ requests: 1, aborted: 0 });
    expect(clock.timers).toBe(0);
  });

  it("tries again after a failure that may pass, and says so first", async () => {
    const { stream, state } = model([START, { type: "text", text: "ha" }, failing()], [START, END]);
    const clock = fakeClock({ random: () => 1 });
    const { events, waits } = await gather(withRetries(stream, LIMITS, clock), clock);
    expect(events.map(({ type }) => type)).toEqual(["start", "text", "retry", "start", "end"]);
    expect(events[2]).toMatchObject({ attempt: 1, maxAttempts: 6, failure: { kind: "overloaded" } });
    expect(waits).toEqual([1_000]);
    expect(state.requests).toBe(2);
  });

  it("gives up after six tries, waiting up to twice as long each time", async () => {
    const { stream, state } = model([failing()]);
    const clock = fakeClock({ random: () => 1 });
    const { events, waits } = await gather(withRetries(stream, LIMITS, clock), clock);
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
    expect(retries(events).map(([number]) => number)).toEqual([1, 2, 3, 4, 5]);
    expect(events.at(-1)).toMatchObject({ type: "failure", failure: { message: "Overloaded (tried 6 times)" } });
    expect(state.requests).toBe(6);
  });

  it("spreads its waits by chance, never above the longest", async () => {
    const { stream } = model([failing()]);
    const clock = fakeClock({ random: () => 0.5 });
    const limits = { ...LIMITS, longestDelayMs: 5_000 };
    const { waits } = await gather(withRetries(stream, limits, clock), clock);
    expect(waits).toEqual([500, 1_000, 2_000, 2_500, 2_500]);
  });

  it("does not try again when that cannot help", async () => {
    const { stream, state } = model([failing({ kind: "auth", isRetryable: false })]);
    const clock = fakeClock({ random: () => 1 });
    const { events } = await gather(withRetries(stream, LIMITS, clock), clock);
    expect(events).toEqual([failing({ kind: "auth", isRetryable: false })]);
    expect(state.requests).toBe(1);
  });

  it("waits as long as the server asks, up to a minute", async () => {
    const { stream } = model([failing({ retryAfterMs: 60_000 })], [START, END]);
    const clock = fakeClock({ random: () => 0 });
    expect((await gather(withRetries(stream, LIMITS, clock), clock)).waits).toEqual([60_000]);
  });

  it("does not sleep for an hour, but says when to come back", async () => {
    const { stream, state } = model([failing({ retryAfterMs: 3_600_000 })]);
    const clock = fakeClock({ random: () => 1 });
    const { events } = await gather(withRetries(stream, LIMITS, clock), clock);
    const time = new Date("2026-01-01T01:00:00Z").toTimeString().slice(0, 5);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      type: "failure",
      failure: { remedy: `The server asks to wait: try again in 60 min, at ${time}.` },
    });
    expect(state.requests).toBe(1);
  });

  it("ends a request that brings nothing, and one that falls silent, and tries again", async () => {
    const { stream, state } = model(["hang"], [START, "hang"], [START, END]);
    const clock = fakeClock({ random: () => 0 });
    const { events, waits } = await gather(withRetries(stream, LIMITS, clock), clock);
    const failures = events.flatMap((event) => (event.type === "retry" ? [event.failure.code] : []));
    expect(failures).toEqual(["first_byte", "idle"]);
    expect(waits).toEqual([60_000, 0, 60_000, 0]);
    // The third, whole one is left to end by itself.
    expect(state).toEqual({ requests: 3, aborted: 2 });
  });

  it("counts silence anew from each part of an answer, with one timer for all", async () => {
    const parts = Array.from({ length: 100 }, (): ModelEvent => ({ type: "text", text: "a" }));
    const { stream } = model([START, ...parts, "hang"]);
    const clock = fakeClock({ random: () => 1 });
    const iterator = withRetries(
      stream,
      { ...LIMITS, tries: 1 },
      clock,
    )(REQUEST, {
      signal: new AbortController().signal,
    })[Symbol.asyncIterator]();
    for (let taken = 0; taken < 101; taken++) {
      expect((await iterator.next()).value.type).not.toBe("failure");
      // The idle time and that of the whole answer.
      expect(clock.timers).toBe(2);
      clock.pass(100);
    }
    const pending = iterator.next();
    // Set for the beginning of the answer, the timer looks, finds a wait that has just begun, and waits for the rest of it.
    expect([clock.next(), clock.next()]).toEqual([60_000 - 101 * 100, 101 * 100]);
    expect((await pending).value).toMatchObject({ type: "failure", failure: { code: "idle" } });
  });

  it("does not take the time that the listener needs for silence", async () => {
    const { stream } = model([START, { type: "text", text: "a" }, END]);
    const clock = fakeClock({ random: () => 1 });
    const iterator = withRetries(
      stream,
      LIMITS,
      clock,
    )(REQUEST, { signal: new AbortController().signal })[Symbol.asyncIterator]();
    await iterator.next();
    expect(clock.next()).toBe(60_000);
    expect((await iterator.next()).value).toMatchObject({ type: "text" });
    expect((await iterator.next()).value).toEqual(END);
  });

  it("ends an answer that takes too long in all, for good", async () => {
    const { stream, state } = model([START, { type: "text", text: "a" }, "hang"]);
    const clock = fakeClock({ random: () => 1 });
    const { events } = await gather(withRetries(stream, { ...LIMITS, answerMs: 30_000 }, clock), clock);
    expect(events.at(-1)).toMatchObject({ type: "failure", failure: { code: "answer_time", isRetryable: false } });
    expect(state).toEqual({ requests: 1, aborted: 1 });
  });

  it("stops at once when the turn is interrupted, though the provider hangs", async () => {
    const { stream, state } = model([START, "hang"]);
    const clock = fakeClock({ random: () => 1 });
    const turn = new AbortController();
    const iterator = withRetries(stream, LIMITS, clock)(REQUEST, { signal: turn.signal })[Symbol.asyncIterator]();
    await iterator.next();
    const pending = iterator.next();
    turn.abort();
    expect((await pending).value).toMatchObject({ type: "failure", failure: { kind: "aborted" } });
    expect((await iterator.next()).done).toBe(true);
    expect(state).toEqual({ requests: 1, aborted: 1 });
    expect(clock.timers).toBe(0);
  });

  it("stops at once when the turn is interrupted during a wait, and asks no more", async () => {
    const { stream, state } = model([failing()]);
    const clock = fakeClock({ random: () => 1 });
    const turn = new AbortController();
    const iterator = withRetries(stream, LIMITS, clock)(REQUEST, { signal: turn.signal })[Symbol.asyncIterator]();
    expect((await iterator.next()).value.type).toBe("retry");
    const pending = iterator.next();
    turn.abort();
    expect((await pending).value).toMatchObject({ type: "failure", failure: { kind: "aborted" } });
    expect((await iterator.next()).done).toBe(true);
    expect(state.requests).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it("takes a stream without an end for a failure", async () => {
    const { stream, state } = model([START], [START, END]);
    const clock = fakeClock({ random: () => 0 });
    const { events } = await gather(withRetries(stream, LIMITS, clock), clock);
    expect(events.map(({ type }) => type)).toEqual(["start", "retry", "start", "end"]);
    expect(state.requests).toBe(2);
  });

  it("ends the provider's stream when whoever listens stops", async () => {
    const { stream, state } = model([START, "hang"]);
    const clock = fakeClock({ random: () => 1 });
    for await (const _ of withRetries(stream, LIMITS, clock)(REQUEST, { signal: new AbortController().signal })) break;
    expect(state.aborted).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it("stands between any model and the turn", async () => {
    const model = scriptedModel([{ text: "half", failure: { isRetryable: true } }, { text: "Whole." }]);
    const config = { "model-retry": { firstDelayMs: 1 } };
    const kernel = await createTestKernel({ plugins: [modelRetry], model, config });
    const { events, text, end } = await kernel.run("Say it.");
    await kernel.close();
    expect(end.reason).toBe("completed");
    expect(text).toBe("Whole.");
    expect(events.filter(({ type }) => type === "retry")).toHaveLength(1);
    expect(model.requests).toHaveLength(2);
  });
});

describe("models that stand in", () => {
  const busy = { failure: { kind: "overloaded", message: "Overloaded.", isRetryable: true } } as const;
  const small = { "model-retry": { firstDelayMs: 1 } };

  const run = async (fallbackModel: string | string[], script: readonly ScriptedAnswer[]) => {
    const model = scriptedModel(script);
    const kernel = await createTestKernel({
      plugins: [settingsFiles, modelRetry],
      model,
      config: small,
      settings: { fallbackModel },
    });
    onTestFinished(() => kernel.close());
    return { model, kernel, asked: () => model.requests.map((request) => request.model.id) };
  };
  const notices = (events: readonly SessionEvent[]) =>
    events.flatMap((event) => (event.type === "notice" ? [event.notice.text] : []));

  it("answer for one that stays overloaded, until the turn ends", async () => {
    const { kernel, asked } = await run("scripted/second, third", [
      busy,
      busy,
      busy,
      { text: "Hi." },
      { text: "Again." },
    ]);
    const { text, events } = await kernel.run("Hello");
    expect(text).toBe("Hi.");
    const [first] = asked();
    expect(asked()).toEqual([first, first, first, "second"]);
    expect(notices(events)).toEqual([expect.stringMatching(/Overloaded.*scripted\/second stands in for it/)]);
    expect((await kernel.run("And now?")).text).toBe("Again.");
    expect(asked().at(-1)).toBe(first);
  });

  it("are asked one after another, and the last one as patiently as ever", async () => {
    const tries = Array.from({ length: 12 }, () => busy);
    const { kernel, asked } = await run(["scripted/second", "scripted/third"], tries);
    const { end } = await kernel.run("Hello");
    expect(end.reason).toBe("model_error");
    expect(asked().slice(3)).toEqual([...Array(3).fill("second"), ...Array(6).fill("third")]);
  });

  it("do not help where the request itself is the problem", async () => {
    const bad = { failure: { kind: "invalid_request", message: "No.", isRetryable: false } } as const;
    const { kernel, asked } = await run("scripted/second", [bad]);
    expect((await kernel.run("Hello")).end.reason).toBe("model_error");
    expect(asked()).toHaveLength(1);
  });

  it("that nobody has are told of, and the chosen one is asked once more", async () => {
    const { kernel, asked } = await run("nobody/none", [busy, busy, busy, { text: "Hi." }]);
    const { text, events } = await kernel.run("Hello");
    expect(text).toBe("Hi.");
    expect(new Set(asked()).size).toBe(1);
    expect(notices(events).join()).toContain("nobody/none cannot stand in");
  });
});
