/** `/goal`: a turn does not end before a condition holds, as far as the session's model can tell. */
import { type Command, type Models, messageOf, PluginError, type SessionView, type TurnView } from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { askInBackground, hasLanguageModel } from "gantry/sdk/kit/background-model";
import type { Clock } from "gantry/sdk/kit/clock";
import { completions } from "gantry/sdk/kit/completions";
import { digestOf } from "gantry/sdk/kit/digest";
import { digestText } from "gantry/sdk/kit/digest-text";
import { momentsOfLog } from "gantry/sdk/kit/moments";
import { visible, visibleLine } from "gantry/sdk/kit/visible";

const PLUGIN = "session-goal";
const LONGEST = 4_000;
/** The kernel lets a turn go on ten times, and hooks may want some of them. */
const MOST_ROUNDS = 8;
/** Below what the kernel waits for the end of a turn. */
const TIMEOUT_MS = 45_000;

const JUDGE =
  "You judge whether a goal of a person is reached, from notes on what a coding agent has done. Be strict: what the agent only claims, without a result in the notes, is not done. Answer with YES or NO, then a colon and one sentence that says why.";

export function createGoals(models: () => Promise<Models>, clock: Clock) {
  const command: Command = answering({
    run(args, session) {
      const condition = args.trim();
      const current = goalOf(session);
      if (!condition || condition === "status") {
        return current === undefined
          ? "There is no goal. /goal CONDITION sets one."
          : `The goal is: ${visible(current)}`;
      }
      if (condition === "clear" || condition === "off") {
        if (current === undefined) return "There is no goal.";
        session.record(PLUGIN, "goal", { condition: null });
        return "The goal is cleared.";
      }
      if (condition.length > LONGEST) throw tooLong(condition.length);
      if (!hasLanguageModel(session))
        return "The model of this session cannot judge a goal; /model chooses another one.";
      session.record(PLUGIN, "goal", { condition });
      return { prompt: `Work until this holds, and show that it does: ${condition}` };
    },
    complete: (args) => completions(args, ["clear", "status"]),
  });

  async function goesOn(turn: TurnView): Promise<string | undefined> {
    const { session } = turn;
    const condition = goalOf(session);
    if (condition === undefined) return undefined;
    const tell = (level: "info" | "warning", text: string) => session.notify({ level, text, plugin: PLUGIN });
    if (turn.continuations >= MOST_ROUNDS) {
      tell(
        "warning",
        `The goal does not hold yet, and the turn has gone on ${MOST_ROUNDS} times. Your next prompt goes on; /goal clear ends it.`,
      );
      return undefined;
    }
    const { verdict, reason } = await judge(session, condition).catch((thrown: unknown) => ({
      verdict: undefined,
      reason: messageOf(thrown),
    }));
    if (verdict === "no") return `The goal does not hold yet: ${reason}\nGo on until it does: ${condition}`;
    if (verdict === "yes") session.record(PLUGIN, "goal", { condition: null });
    if (verdict === "yes") tell("info", `The goal holds: ${visibleLine(reason, 400)}`);
    else tell("warning", `Whether the goal holds could not be told: ${visibleLine(reason, 400)}`);
    return undefined;
  }

  async function judge(session: SessionView, condition: string) {
    const notes = digestText(digestOf(momentsOfLog(session.entries)), { isWhole: true });
    const prompt = `${notes}\n\nThe goal: ${condition}`;
    const { text } = await askInBackground(
      await models(),
      session,
      { system: JUDGE, prompt, maxTokens: 400, timeoutMs: TIMEOUT_MS },
      clock,
    );
    const [, word = "", reason = ""] = /^\W*(yes|no)\b[\s*:.,-]*([\s\S]*)$/i.exec(text) ?? [];
    const verdict = word.toLowerCase();
    if (verdict === "yes" || verdict === "no")
      return { verdict, reason: reason.trim() || "no reason was given." } as const;
    return { verdict: undefined, reason: `the model said "${visibleLine(text, 100)}"` };
  }

  return { command, goesOn };
}

/** The goal as the log has it, so that a session that goes on still has it. */
function goalOf({ entries }: SessionView): string | undefined {
  const last = entries.findLast((entry) => entry.type === "plugin" && entry.plugin === PLUGIN && entry.kind === "goal");
  const data = last?.type === "plugin" ? (last.data as { readonly condition?: unknown } | null) : null;
  return typeof data?.condition === "string" ? data.condition : undefined;
}

function tooLong(length: number): PluginError {
  return new PluginError(
    "GANTRY_GOAL_LONG",
    `The goal has ${length} characters, and may have ${LONGEST}.`,
    "Write it into a file, and name the file.",
  );
}
