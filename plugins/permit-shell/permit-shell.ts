import type { Call, SessionView, Setup, Verdict } from "gantry/sdk";
import { loadShell } from "gantry/sdk/kit/shell";
import { visibleLine } from "gantry/sdk/kit/visible";
import { createCover } from "./cover.ts";
import type { permitShell } from "./index.ts";

const setup: Setup<typeof permitShell> = ({ use }) => {
  const cover = createCover(use);

  async function vote(call: Call, command: string, session: SessionView): Promise<Verdict> {
    const { family } = call.tool.permission as { readonly family: string };
    const whole = use.rules.covering(session, { family, text: command });
    const shell = await loadShell();
    const text = shell.readShell(command);
    if (text.problem !== undefined) return { decision: "none", reason: text.problem };
    const covered = await cover(text, family, session, shell);
    if ("problem" in covered) {
      // Word for word what a rule says: nothing of it needs to be understood.
      if (whole !== undefined) return { decision: "allow", rule: whole };
      return { decision: "none", reason: visibleLine(covered.problem, 300) };
    }
    const rule = covered.rules[0] ?? whole;
    const { looksOnly: readsOnly, edits } = covered;
    const reason = readsOnly ? "it only looks" : edits ? "the mode accepts edits" : undefined;
    return { decision: "allow", readsOnly, ...(reason && { reason }), ...(rule !== undefined && { rule }) };
  }

  return {
    taps: {
      toolGate: (_, call, turn) => {
        const command = commandOf(call);
        return command === undefined ? undefined : vote(call, command, turn.session);
      },
    },
  };
};

export default setup;

function commandOf({ tool, input }: Call): string | undefined {
  if (!tool.permission || !("command" in tool.permission)) return undefined;
  const value = (input as Readonly<Record<string, unknown>> | null)?.[tool.permission.command];
  return typeof value === "string" ? value : undefined;
}
