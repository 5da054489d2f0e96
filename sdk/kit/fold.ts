/** State that is told by a session's records alone, so that a resumed, a rewound and a forked session have the right one by themselves. */
import type { Entry, SessionView } from "gantry/sdk";

/**
 * State folded from the records of a session's branch, oldest first. It is brought up to date whenever it is asked for, and made anew
 * after a rewind.
 *
 * **Contract**: `take` may not throw: what stands in a log may be anything.
 *
 * @example
 * const promptsIn = folded(
 *   () => ({ count: 0 }),
 *   (state, entry) => {
 *     if (entry.type === "user" && !entry.isMeta) state.count += 1;
 *   },
 * );
 * const { count } = promptsIn(session);
 */
export function folded<T>(start: () => T, take: (state: T, entry: Entry) => void): (session: SessionView) => T {
  const states = new WeakMap<readonly Entry[], { readonly value: T; read: number }>();
  return ({ entries }) => {
    const state = states.get(entries) ?? { value: start(), read: 0 };
    states.set(entries, state);
    while (state.read < entries.length) take(state.value, entries[state.read++] as Entry);
    return state.value;
  };
}
