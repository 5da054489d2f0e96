import {
  type Answer,
  ask,
  type Call,
  type Classifier,
  type LaterService,
  PluginError,
  type Question,
  type Settings,
  type TurnView,
  type Verdict,
  z,
} from "gantry/sdk";

const PLUGIN = "permit-modes";

/** The mode `auto`: a classifier answers what nobody but the person would. */
export interface Auto {
  /** Throws a coded error when the mode cannot be had. */
  check(): void;
  /** What is allowed, and judged all the same. */
  vote(verdict: Verdict, call: Call): Verdict | undefined;
  /** The classifier's answer; `undefined` where the person has to answer. */
  answer(question: Question, turn: TurnView): Promise<Answer | undefined>;
}

export function createAuto(settings: Settings, classifier: LaterService<Classifier> | undefined): Auto {
  return {
    check() {
      const forbidding = ["disableAutoMode", "permissions.disableAutoMode"].flatMap((key) =>
        settings.layers(key, z.unknown()).filter(({ value }) => value === "disable" || value === true),
      )[0];
      if (forbidding) throw forbidden(forbidding.source);
      if (!classifier) throw noClassifier();
    },
    vote({ decision }, { tool: { permission } }) {
      const isCommand = permission !== undefined && "command" in permission;
      const isDoubted = decision === "allow" && isCommand && settings.get("autoMode.classifyAllShell", z.boolean());
      return isDoubted ? ask("autoMode.classifyAllShell has every command judged") : undefined;
    },
    async answer(question, turn) {
      const { by, rule } = question.verdict;
      // What another gate wants asked for is for the person.
      if ((by !== undefined && by !== PLUGIN) || rule !== undefined) return undefined;
      return (await classifier?.())?.judge(question, turn);
    },
  };
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
