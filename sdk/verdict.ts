import type { SessionAgent } from "./session.ts";
import type { Call } from "./tool.ts";
import type { Block } from "./view.ts";

/** none < allow < ask < deny. */
export type Decision = "none" | "allow" | "ask" | "deny";

/** One vote on a call, or all votes joined. */
export interface Verdict {
  readonly decision: Decision;
  /** Why, for the person and, on a refusal, for the model. */
  readonly reason?: string;
  /** The rule that decided, as it is written in the settings. */
  readonly rule?: string;
  /** How a person could have allowed it, shown when nobody can be asked: a flag or a rule. */
  readonly remedy?: string;
  /** On an allowance: it is certain that this very call changes nothing, so that it may run while planning, too. */
  readonly readsOnly?: boolean;
  /** The plugin that cast the deciding vote; absent where nobody has voted. Set by the kernel. */
  readonly by?: string;
}

const RANK: Readonly<Record<Decision, number>> = { none: 0, allow: 1, ask: 2, deny: 3 };

/** No vote: where every call starts. */
export const NO_VERDICT: Verdict = Object.freeze({ decision: "none" });

/**
 * Joins two verdicts: the stricter one wins, the earlier one on a tie. So a vote can never loosen another vote. Where nobody has
 * voted, a reason for that is kept: it is what the person is asked with.
 * A remedy survives from whichever side has one, except a refusal: what would lift another vote would not lift it.
 */
export function joinVerdicts(earlier: Verdict, later: Verdict): Verdict {
  const isFirstWord = later.decision === "none" && earlier.decision === "none" && !earlier.reason;
  const winner = isFirstWord || RANK[later.decision] > RANK[earlier.decision] ? later : earlier;
  if (winner.decision === "deny") return winner;
  const remedy = winner.remedy ?? later.remedy ?? earlier.remedy;
  const readsOnly = winner.decision === "allow" && (earlier.readsOnly === true || later.readsOnly === true);
  if (remedy === winner.remedy && readsOnly === (winner.readsOnly === true)) return winner;
  return { ...winner, ...(remedy !== undefined && { remedy }), ...(readsOnly && { readsOnly }) };
}

/**
 * A vote for running the call. It loosens no other vote.
 *
 * @example
 * const toolGate: TapHandler<"toolGate"> = (_, call) => (call.tool.name === "Weather" ? allow("it only looks") : undefined);
 */
export function allow(reason?: string, rule?: string): Verdict {
  return { decision: "allow", ...(reason && { reason }), ...(rule && { rule }) };
}

/**
 * A vote for asking first. Where nobody can be asked, the call is denied.
 *
 * @example
 * const vote = ask("it sends mail");
 */
export function ask(reason?: string, rule?: string): Verdict {
  return { decision: "ask", ...(reason && { reason }), ...(rule && { rule }) };
}

/**
 * A vote against the call. Nothing outvotes it; the model is told the reason.
 *
 * @example
 * const vote = deny("the file is generated; change schema.json and run npm run generate");
 */
export function deny(reason: string, rule?: string): Verdict {
  return { decision: "deny", reason, ...(rule && { rule }) };
}

/** One of the choices of a {@link FormField}. */
export interface FormChoice {
  readonly value: string;
  readonly title: string;
  /** What it would mean to choose it. */
  readonly description?: string;
  /** What it would look like: shown while the choice is pointed at. */
  readonly preview?: readonly Block[];
}

/** One thing that a {@link QuestionForm} asks for. */
export interface FormField {
  readonly name: string;
  /** Default: the name. */
  readonly title?: string;
  readonly description?: string;
  /** `choice`: one of `choices`; `choices`: some of them. */
  readonly type: "text" | "number" | "integer" | "boolean" | "choice" | "choices";
  /** What a text has to be, such as `email`, `uri`, `date` or `date-time`. */
  readonly format?: string;
  readonly choices?: readonly FormChoice[];
  /** Of `choice` and `choices`: a text that is none of the choices is a value too. Default false. */
  readonly allowsOther?: boolean;
  /** What stands before such a text. Default `Something else`. */
  readonly otherTitle?: string;
  readonly isRequired: boolean;
  readonly default?: FormValue;
  /** Of a number, of a text's length, or of how many are chosen. */
  readonly min?: number;
  readonly max?: number;
  /** Whoever looks on must not see it while it is typed, nor afterwards. */
  readonly isSecret?: boolean;
}

/** What was put into one field. */
export type FormValue = string | number | boolean | readonly string[];

/**
 * A question that is not whether a call may run: somebody else, such as a server that a tool speaks with, wants something of the
 * person. All texts are theirs: make them visible, and say whose they are.
 */
export interface QuestionForm {
  /** `form`: its fields are asked for; `url`: the person is to open an address; `consent`: yes or no. */
  readonly kind: "form" | "url" | "consent";
  /** Who wants it, such as `MCP server github`. */
  readonly from: string;
  readonly message: string;
  /** More to read before the fields, such as a plan. */
  readonly body?: readonly Block[];
  /**
   * The body shows this text, in Markdown, and the person may change it before they answer, where there is an editor for it: then the new
   * one is shown, and the answer has it as the value `name`.
   */
  readonly draft?: { readonly name: string; readonly text: string };
  /** To be shown whole, and opened only when the person says so. */
  readonly url?: string;
  readonly fields: readonly FormField[];
  /**
   * It is how the tool of the call wants to be asked for, in place of whether the call may run. Whoever speaks for a program that knows
   * the tool may put the call to it instead, and answer as such a question is answered: with `input`, or with a bare yes. A refusal with
   * `interrupt` ends the turn. Default false.
   */
  readonly isForCall?: boolean;
}

/** What whoever answers is asked. What is shown is what was checked is what will run. */
export interface Question {
  readonly call: Call;
  readonly verdict: Verdict;
  /** The agent that asks; absent where the session that the person speaks with does. */
  readonly agent?: SessionAgent;
  /**
   * Present when something else than a permission is asked for while the call runs. Whoever answers permission questions by itself
   * leaves such a question to others: it is for a person.
   */
  readonly form?: QuestionForm;
}

/** An answer to a {@link Question}. */
export interface Answer {
  readonly decision: "allow" | "deny";
  /** Said to the model when denied. */
  readonly reason?: string;
  /**
   * On a yes: the call runs with this input in place of its own. It is validated and judged as the first one was: a vote against it
   * holds; where the votes would ask again, this yes is the answer.
   */
  readonly input?: unknown;
  /** On a refusal: end the turn too. */
  readonly interrupt?: boolean;
  /** What was put into the fields of a form, by name; with `allow` only. */
  readonly values?: Readonly<Record<string, FormValue>>;
  /** Of a `url`, with `allow` only: whoever answers has opened the address. Else whoever asks does. */
  readonly isOpened?: boolean;
}
