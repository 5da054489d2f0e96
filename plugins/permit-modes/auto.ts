import {
  type Answer,
  ask,
  type Call,
  type Classifier,
  deny,
  PluginError,
  type Question,
  type Settings,
  type TurnView,
  type Verdict,
  z,
} from "gantry/sdk";
import { isSweeping } from "./sweeping.ts";

/** The mode `auto`: a classifier answers what nobody but the person would. */
export interface Auto {
  /** Throws a coded error when the mode cannot be had. */
  check(): void;
  /** What a rule allows that is too wide for nobody to look at is judged all the same. */
  vote(verdict: Verdict, call: Call, turn: TurnView): Promise<Verdict | undefined>;
  /** The classifier's answer; `undefined` where the person has to answer. */
  answer(question: Question, turn: TurnView): Promise<Answer | undefined>;
}

export function createAuto(settings: Settings, classifier: Classifier | undefined): Auto {
  return {
    check() {
      const forbidding = ["disableAutoMode", "permissions.disableAutoMode"].flatMap((key) =>
        settings.layers(key, z.unknown()).filter(({ value }) => value === "disable" || value === true),
      )[0];
      if (forbidding) throw forbidden(forbidding.source);
      if (!classifier) throw noClassifier();
    },
    async vote(verdict, call, turn) {
      const why = verdict.decision === "allow" ? doubt(verdict, call, settings) : undefined;
      if (why === undefined) return undefined;
      const answer = await classifier?.judge({ call, verdict: { ...verdict, decision: "ask", reason: why } }, turn);
      if (!answer) return ask(why);
      return answer.decision === "allow" ? undefined : deny(answer.reason ?? why);
    },
    async answer(question, turn) {
      // What a gate wants asked for is for the person.
      if (question.verdict.by !== undefined || question.verdict.rule !== undefined) return undefined;
      return classifier?.judge(question, turn);
    },
  };
}

/** Why an allowed call is judged in the mode auto. */
function doubt({ rule }: Verdict, call: Call, settings: Settings): string | undefined {
  if (rule !== undefined && isSweeping(rule, call)) {
    return `the rule ${rule} allows whatever somebody writes, so it does not count in the mode auto`;
  }
  const isCommand = call.tool.permission !== undefined && "command" in call.tool.permission;
  const isAll = isCommand && settings.get("autoMode.classifyAllShell", z.boolean()) === true;
  return isAll ? "autoMode.classifyAllShell has every command judged" : undefined;
}

function noClassifier(): PluginError {
  return new PluginError(
    "GANTRY_PERMIT_AUTO",
    'The permission mode "auto" needs a classifier, and no plugin provides one.',
    "Use --permission-mode acceptEdits, or add rules with --allowedTools.",
  );
}

function forbidden(source: string): PluginError {
  return new PluginError(
    "GANTRY_PERMIT_AUTO_DISABLED",
    `The settings forbid the permission mode "auto" (disableAutoMode in ${source}).`,
    "Use --permission-mode acceptEdits, or add rules with --allowedTools.",
  );
}
