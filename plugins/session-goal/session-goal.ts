import type { Setup } from "gantry/sdk";
import { type Clock, realClock } from "gantry/sdk/kit/clock";
import { createGoals } from "./goal.ts";
import type { sessionGoal } from "./index.ts";
import { createLoops } from "./loop.ts";

/** The setup with another clock: for tests, which move time by hand. */
export function keepingBy(clock: Clock): Setup<typeof sessionGoal> {
  return ({ use }) => {
    const goals = createGoals(use.models, clock);
    return { commands: { goal: goals.command, loop: createLoops(clock) }, taps: { turnStop: goals.goesOn } };
  };
}

export default keepingBy(realClock);
