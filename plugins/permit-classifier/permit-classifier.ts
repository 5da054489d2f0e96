import {
  type Answer,
  type AssistantMessage,
  messageOf,
  PluginError,
  type Question,
  type Setup,
  type Subcommand,
  type TurnView,
  text,
} from "gantry/sdk";
import { realClock } from "gantry/sdk/kit/clock";
import { questionTargets } from "gantry/sdk/kit/question";
import { visibleLine } from "gantry/sdk/kit/visible";
import { within } from "gantry/sdk/kit/within";
import { type Judgement, readJudgement } from "./answer.ts";
import { historyOf } from "./history.ts";
import type { permitClassifier } from "./index.ts";
import { DEFAULT_POLICY, policyIn } from "./policy.ts";
import { requestText, systemPrompt } from "./request.ts";
import { createTally } from "./tally.ts";

const PLUGIN = "permit-classifier";

/** A longer call is for the person: nobody reads that much in passing. */
const LONGEST_CALL = 32 * 1024;
const LONGEST_ANSWER_TOKENS = 1_000;

const setup: Setup<typeof permitClassifier> = ({ config, use }) => {
  const { models, tools, settings } = use;
  const tally = createTally(PLUGIN);

  /** What the classifier says; with a problem, the person is asked. */
  async function judge(question: Question, turn: TurnView): Promise<Answer | undefined> {
    const { session } = turn;
    if (tally.isExhausted(session)) return handOver(question, turn);
    const started = realClock.elapsed();
    const judgement = await judgementOf(question, turn);
    if (turn.signal.aborted) return undefined;
    if ("problem" in judgement) return handOver(question, turn, judgement.problem);

    const { decision, reason } = judgement;
    const ms = Math.round(realClock.elapsed() - started);
    session.record(PLUGIN, "judgement", {
      call: question.call.id,
      tool: question.call.tool.name,
      decision,
      reason,
      ms,
    });
    const limit = tally.count(session, decision);
    if (limit !== undefined) session.notify({ level: "warning", plugin: PLUGIN, text: limit });
    if (decision === "allow") return { decision };
    return { decision, reason: `the classifier of the mode auto refused it: ${reason}` };
  }

  function handOver({ call }: Question, { session }: TurnView, problem?: string): undefined {
    if (problem !== undefined) {
      const outcome = session.isInteractive ? "so you are asked" : "and nobody can be asked";
      const said = `The classifier did not judge ${call.tool.name} (${problem}), ${outcome}.`;
      session.notify({ level: "warning", plugin: PLUGIN, text: visibleLine(said, 300) });
    }
    tally.handedOver(session, call);
    return undefined;
  }

  async function judgementOf(question: Question, turn: TurnView): Promise<Judgement | { readonly problem: string }> {
    const { call } = question;
    const { session } = turn;
    const size = Buffer.byteLength(JSON.stringify([call.tool.name, call.input]) ?? "");
    if (size > LONGEST_CALL) return { problem: `its input has ${size} bytes` };
    try {
      const policy = policyIn(settings);
      const readOnly = tools.list(session).filter(({ traits }) => traits?.readOnly);
      const shown = requestText({
        call,
        folders: session.folders,
        targets: questionTargets(call),
        history: historyOf(session, call, new Set(readOnly.map(({ name }) => name)), config.historyCharacters),
      });
      const model = policy.model ?? config.model;
      const ask = (signal: AbortSignal) =>
        models.complete(session, {
          ...(model !== undefined && { model }),
          system: systemPrompt(policy),
          messages: [{ role: "user", content: [text(shown)] }],
          maxTokens: LONGEST_ANSWER_TOKENS,
          signal,
        });
      const message: AssistantMessage = await within(config.timeoutMs, turn.signal, ask);
      return readJudgement(message) ?? { problem: "its answer was no judgement" };
    } catch (thrown) {
      return { problem: messageOf(thrown) };
    }
  }

  const autoMode: Subcommand = async ([what, extra], _, host) => {
    if (extra !== undefined || (what !== "defaults" && what !== "config")) throw unknownWord(extra ?? what);
    const policy = policyIn(settings);
    const shown = what === "defaults" ? DEFAULT_POLICY : { ...policy, model: policy.model ?? config.model };
    host.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
    return 0;
  };

  return {
    services: { classifier: { judge } },
    subcommands: { "auto-mode": autoMode },
  };
};

export default setup;

function unknownWord(word: string | undefined): PluginError {
  return new PluginError(
    "GANTRY_AUTO_MODE_WORD",
    word === undefined ? "It is not said what to print." : `"${visibleLine(word, 100)}" cannot be printed.`,
    "Write gantry auto-mode defaults, or gantry auto-mode config.",
  );
}
