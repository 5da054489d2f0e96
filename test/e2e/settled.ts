import type { Pty } from "./pty.ts";

/** What stands in place of something that is on its way. */
const WAITING = /Loading …|^\s*…$|│ …$/m;

/** Resolves once nothing on the screen is on its way any more. */
export async function settled(t: Pty): Promise<void> {
  for (let before = ""; before === "" || WAITING.test(before) || before !== t.frame().join("\n"); ) {
    before = t.frame().join("\n");
    await t.quiet();
  }
}
