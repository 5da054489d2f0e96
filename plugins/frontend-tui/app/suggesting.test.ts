import type { PromptSuggestions, Session, SessionEvent } from "gantry/sdk";
import { expect, test, vi } from "vitest";
import { createStore } from "./store.ts";
import { createSuggesting } from "./suggesting.ts";

const START = { type: "turn_start" } as SessionEvent;
const END = { type: "turn_end", end: { reason: "completed" } } as SessionEvent;

/** An editor in which something is typed, and a service that answers when it is told to. */
function suggestingWith(suggest?: PromptSuggestions["suggest"]) {
  const store = createStore({ columns: 80, rows: 24 });
  const signals: AbortSignal[] = [];
  const answers: ((text: string | undefined) => void)[] = [];
  const asks: PromptSuggestions["suggest"] = (_, signal) => {
    signals.push(signal);
    return new Promise((resolve) => answers.push(resolve));
  };
  const state = { typed: "", hasService: true };
  const suggesting = createSuggesting({
    store,
    suggestions: async () => (state.hasService ? { suggest: suggest ?? asks } : undefined),
    isFree: () => state.typed === "",
  });
  const ending = new AbortController();
  const session = { scope: { signal: ending.signal } } as unknown as Session;
  return {
    state,
    signals,
    shown: () => store.get().suggestion,
    hear: (event: SessionEvent) => suggesting.onEvent(event, session),
    type(text: string) {
      state.typed = text;
      suggesting.onKey();
    },
    asked: (times: number) => vi.waitFor(() => expect(signals).toHaveLength(times)),
    async answer(text: string | undefined) {
      answers.shift()?.(text);
      await new Promise(setImmediate);
    },
    endSession: () => ending.abort(),
  };
}

test("once a turn has ended, the next prompt is shown until the next one begins", async () => {
  const { hear, asked, answer, shown } = suggestingWith();
  hear(END);
  await asked(1);
  await answer("run the\u001b[2J tests");
  expect(shown()).toBe("run the<U+001B>[2J tests");
  hear(START);
  expect(shown()).toBeUndefined();
});

test("whoever types calls it off, and what comes too late is not shown", async () => {
  const { hear, asked, answer, shown, type, signals } = suggestingWith();
  hear(END);
  await asked(1);
  type("n");
  expect(signals[0]?.aborted).toBe(true);
  await answer("run the tests");
  type("");
  expect(shown()).toBeUndefined();
});

test.each([
  ["another turn begins", "hear"],
  ["the session ends", "endSession"],
] as const)("what was asked is called off when %s", async (_, how) => {
  const fixture = suggestingWith();
  fixture.hear(END);
  await fixture.asked(1);
  fixture[how](START);
  expect(fixture.signals[0]?.aborted).toBe(true);
  await fixture.answer("run the tests");
  expect(fixture.shown()).toBeUndefined();
});

test("nobody is asked while something is typed, and after a turn that was not completed", async () => {
  const { hear, asked, state, signals } = suggestingWith();
  state.typed = "now";
  hear(END);
  state.typed = "";
  for (const reason of ["aborted", "handled", "refused"]) {
    hear({ type: "turn_end", end: { reason } } as SessionEvent);
  }
  await new Promise(setImmediate);
  expect(signals).toEqual([]);
  hear(END);
  await asked(1);
});

test("a service that is missing, says nothing or breaks suggests nothing", async () => {
  const { hear, asked, answer, shown, state, signals } = suggestingWith();
  state.hasService = false;
  hear(END);
  await new Promise(setImmediate);
  expect(signals).toEqual([]);
  state.hasService = true;
  hear(END);
  await asked(1);
  await answer(undefined);
  expect(shown()).toBeUndefined();
  const broken = vi.fn(() => Promise.reject(new Error("broken")));
  const other = suggestingWith(broken);
  other.hear(END);
  await vi.waitFor(() => expect(broken).toHaveBeenCalled());
  await new Promise(setImmediate);
  expect(other.shown()).toBeUndefined();
});
