/** Who has a say when a call is judged: rules, modes, a classifier, remembered answers. */
import { createService } from "./service.ts";
import type { SessionView, TurnView } from "./session.ts";
import type { SettingsLayer } from "./settings.ts";
import type { Call } from "./tool.ts";
import type { Answer, Question } from "./verdict.ts";

/** The permission modes. `auto` needs a {@link Classifier}. */
export const PERMISSION_MODES = Object.freeze([
  "default",
  "acceptEdits",
  "plan",
  "auto",
  "dontAsk",
  "bypassPermissions",
] as const);
/** What runs without asking. */
export type PermissionMode = (typeof PERMISSION_MODES)[number];

/** Rules by what they do. */
export interface RuleLists {
  readonly allow?: readonly string[];
  readonly ask?: readonly string[];
  readonly deny?: readonly string[];
}

/** A part of a call that rules may speak about: a text of commands, one plain command of it, or a file that is read or edited. */
export type RuleSubject =
  | { readonly family: string; readonly text: string }
  /** `isOpen`: more words follow that are not known. */
  | { readonly family: string; readonly words: readonly string[]; readonly isOpen?: boolean }
  /** Every place that the path stands for: as written, and where its links lead. */
  | { readonly family: "Read" | "Edit"; readonly places: readonly string[] };

/** What a yes could be widened to. */
export interface RuleSuggestion {
  /** As they would be written, never for an interpreter, a wrapper or a program alone. */
  readonly rules: readonly string[];
  /** What else they would cover, in words for the person. */
  readonly covers: string;
}

/** A rule that a session is judged by. */
export interface ListedRule {
  readonly behavior: keyof RuleLists;
  /** As it is written. */
  readonly rule: string;
  /** Where it is kept: a layer of the settings, or this session alone. */
  readonly layer: SettingsLayer | "session";
  /** The file or flag, in words for the person. */
  readonly source: string;
}

/** The permission rules of a session. */
export interface PermissionRules {
  /**
   * Adds allow rules for this session only. Returns what takes them away again. Throws `GANTRY_PERMIT_RULE` for one that has no
   * meaning.
   */
  allow(session: SessionView, rules: readonly string[]): () => void;
  /** The same for deny rules. One that has no meaning denies the tool that it seems to be about. */
  deny(session: SessionView, rules: readonly string[]): () => void;
  /** From here on the session is judged by these rules in place of its settings: for questions of what would be. */
  suppose(session: SessionView, rules: RuleLists): void;
  /** The allow rule that surely covers a part of a call. */
  covering(session: SessionView, subject: RuleSubject): string | undefined;
  /** The narrowest rules that would have allowed the call. */
  suggest(session: SessionView, call: Call): RuleSuggestion | undefined;
  /** Every rule that the session is judged by at this moment. */
  list(session: SessionView): readonly ListedRule[];
}
export const PermissionRules = createService<PermissionRules>("permission-rules");

/** What a session has planned. */
export interface WrittenPlan {
  /** Absolute; nothing need be there yet. */
  readonly path: string;
  /** Empty where nothing has been written. */
  readonly text: string;
}

/** The permission mode of a session. */
export interface Permissions {
  mode(session: SessionView): PermissionMode;
  /** Rejects with a coded error when the mode may not be entered. */
  setMode(session: SessionView, mode: PermissionMode): Promise<void>;
  /** The mode that it was in before the one it is in, as far as this run knows. */
  before?(session: SessionView): PermissionMode | undefined;
  /**
   * Says where plans are kept: what they are written to needs no yes while the session is planning, and nothing else can be written
   * then. `places` are those of a call, all of which have to be the plan's; `planOf` gives what has been written. Returns what ends it.
   */
  keepPlans?(
    isPlan: (session: SessionView, places: readonly string[]) => Promise<boolean>,
    planOf?: (session: SessionView) => Promise<WrittenPlan>,
  ): () => void;
  /** The plan of the session, in whatever mode it is; `undefined` where nobody keeps plans. */
  plan?(session: SessionView): Promise<WrittenPlan | undefined>;
  /** Whether the session is planning, and all these places are its plan's. */
  isPlan?(session: SessionView, places: readonly string[]): Promise<boolean>;
  /** From here on the session is judged as in this mode, allowed or not: for questions of what would be. */
  suppose(session: SessionView, mode: PermissionMode): void;
}
export const Permissions = createService<Permissions>("permissions");

/** What answers in place of the person in the mode `auto`. */
export interface Classifier {
  /**
   * Judges a call that would be asked for.
   *
   * **Contract**: `undefined` means that it cannot tell, and the person is asked: after a failure, or once it has refused too often.
   */
  judge(question: Question, turn: TurnView): Promise<Answer | undefined>;
}
export const Classifier = createService<Classifier>("classifier");

/** Where rules are kept: this session alone, or a settings file. */
export type RuleDestination = "session" | "local" | "project" | "user";

/** Keeps what the person has answered. */
export interface RememberedAnswers {
  /** What a yes to the call can be widened to, and the file that "always" would write; `undefined`: only this once. */
  offer(session: SessionView, call: Call): (RuleSuggestion & { readonly file: string }) | undefined;
  /** Remembers a yes: for the session, or for good. Rejects with a coded error when the file cannot be written. */
  keep(session: SessionView, call: Call, until: "session" | "always"): Promise<void>;
  /** Adds rules, or takes them away. */
  write(
    session: SessionView,
    change: {
      readonly behavior: keyof RuleLists;
      readonly rules: readonly string[];
      readonly destination: RuleDestination;
      readonly isRemoval?: boolean;
    },
  ): Promise<void>;
}
export const RememberedAnswers = createService<RememberedAnswers>("remembered-answers");
