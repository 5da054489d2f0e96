import type { Session } from "gantry/sdk";
import { expect, test } from "vitest";
import { createStore } from "./store.ts";
import { createSuggesting } from "./suggesting.ts";
import { createTips, TIPS } from "./tips.ts";

const session = { scope: { signal: new AbortController().signal } } as unknown as Session;

function suggestingOf(isWanted = true) {
  const store = createStore({ columns: 80, rows: 24 });
  const answers: ((text: string | undefined) => void)[] = [];
  const suggestions = { suggest: () => new Promise<string | undefined>((resolve) => answers.push(resolve)) };
  return {
    store,
    answers,
    suggesting: createSuggesting(
      store,
      () => ({ suggestions }),
      () => isWanted,
    ),
  };
}

test("what is suggested stands there until something else happens", async () => {
  const { store, answers, suggesting } = suggestingOf();
  suggesting.begin(session);
  answers[0]?.("run the tests");
  await expect.poll(() => store.get().suggestion).toBe("run the tests");
  suggesting.stop();
  expect(store.get().suggestion).toBeUndefined();
});

test("a suggestion that comes late is none", async () => {
  const { store, answers, suggesting } = suggestingOf();
  suggesting.begin(session);
  suggesting.begin(session);
  answers[0]?.("too late");
  answers[1]?.(undefined);
  await Promise.resolve();
  expect(store.get().suggestion).toBeUndefined();
});

test("nobody is asked where it is not wanted", () => {
  const { answers, suggesting } = suggestingOf(false);
  suggesting.begin(session);
  expect(answers).toEqual([]);
});

test("tips come one after the other, and begin anew", () => {
  const next = createTips();
  expect(Array.from({ length: TIPS.length + 1 }, next)).toEqual([...TIPS, TIPS[0]]);
});
