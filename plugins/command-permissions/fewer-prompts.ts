import type { Command, SetupContext } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import { pastCalls, subjectOf } from "./calls.ts";
import type { commandPermissions } from "./index.ts";

type Use = Pick<SetupContext<typeof commandPermissions>["use"], "tools" | "rules">;

const MOST_CALLS = 60;

/** `/fewer-permission-prompts`: what has run and what was refused, with the rules that would cover it, as a task for the model. */
export function createFewerPrompts({ tools, rules }: Use): Command {
  return (_, session) => {
    const changing = pastCalls(session, tools).filter(({ call }) => call.tool.traits?.readOnly !== true);
    const counted = new Map<string, { readonly rules: readonly string[]; ran: number; refused: number }>();
    for (const { call, outcome } of changing) {
      const subject = visibleLine(subjectOf(call), 200);
      const known = counted.get(subject) ?? { rules: rules?.suggest(session, call)?.rules ?? [], ran: 0, refused: 0 };
      if (outcome === "denied") known.refused++;
      else known.ran++;
      counted.set(subject, known);
    }
    if (!counted.size) return "Nothing that changes anything has run or was refused in this session yet.";
    const lines = [...counted].slice(-MOST_CALLS).map(([subject, { rules: narrow, ran, refused }]) => {
      const rule = narrow.length ? `; narrowest rules: ${narrow.join(" and ")}` : "; no narrow rule covers it";
      return `- ${subject} (ran ${ran}, refused ${refused}${rule})`;
    });
    return {
      prompt: [
        "Propose permission rules that would spare me questions in this project, without allowing more than I need.",
        "These calls of this session have changed something or were refused:",
        ...lines,
        "Choose only rules that are surely harmless and that come up again. Never propose one for an interpreter, a wrapper, a network client or anything that deletes.",
        "Answer with a short table (rule, why, how often), then one line for each rule, such as: /permissions allow Bash(npm test:*) --local. Change no file.",
      ].join("\n"),
    };
  };
}
