/** What the kernel itself does for plugins: asking a model, calling a tool, judging a call. */
import type { CommandAnswer, CommandManifest, Completion } from "./host.ts";
import type { AssistantMessage, Message } from "./message.ts";
import type { ModelInfo, ModelRef, ProviderModels, ToolSpec } from "./model.ts";
import { createService } from "./service.ts";
import type { Session, SessionAgent, SessionView, TurnView } from "./session.ts";
import type { SlotHandlers, SlotManifests } from "./slots.ts";
import type { Call, ToolInfo, ToolResult } from "./tool.ts";
import type { Answer, Question, QuestionForm, Verdict } from "./verdict.ts";

/** A request to a model outside of the conversation. */
export interface CompletionRequest {
  /** `provider/id`, id or alias; default: the session's model. */
  readonly model?: string;
  readonly system: string;
  readonly messages: readonly Message[];
  readonly tools?: readonly ToolSpec[];
  /** Most tokens of the answer. */
  readonly maxTokens?: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks a model something that is no part of the conversation. The request passes what plugins have wrapped around the way to
 * the model, so that limits, retries and figures hold for it.
 *
 * **Contract**: rejects with `GANTRY_MODEL_REQUEST` when no answer comes, with the code of the choice when there is no such model.
 */
export interface Models {
  /**
   * The model of this name (`provider/id`, id or alias; default: the session's), ready to be put into a request of the session: a wrap
   * around the way to the model may send its request there instead.
   */
  choose(session: SessionView, name?: string): Promise<ModelRef>;
  complete(session: SessionView, request: CompletionRequest): Promise<AssistantMessage>;
  /** Every provider with what it offers; those that can be used are asked, for two seconds at most. */
  providers(session: SessionView): Promise<readonly ProviderModels[]>;
  /** What is known of the session's model, without asking anybody. */
  info(session: SessionView): Promise<ModelInfo | undefined>;
  /**
   * From its next request on the turn asks another model, by `provider/id`, id or alias; the session keeps its own. Rejects with the code
   * of the choice when there is no such model.
   */
  chooseFor(turn: TurnView, model: string): Promise<ModelRef>;
}
export const Models = createService<Models>("models");

/** A call of a tool that no model asked for. */
export interface ToolRequest {
  /** The tool's name or alias. */
  readonly name: string;
  readonly input: unknown;
  /** Who asks: a person who typed it, or a plugin. */
  readonly origin: "user" | "plugin";
  /** Nobody is asked: where the votes do not allow the call by themselves, it is refused. Default false. */
  readonly isUnasked?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * The tools of a session. A call passes the one path of every call: it may be rewritten, is validated, judged, asked for, run and
 * shaped, whoever makes it. Its result is no part of the conversation.
 *
 * **Contract**: `call` never rejects for what the tool does: the result's outcome says how it ended.
 */
export interface Tools {
  /** All there are; with those that a plugin has contributed a moment ago, which the model can call with its next request. */
  list(session: SessionView): readonly ToolInfo[];
  call(session: SessionView, request: ToolRequest): Promise<ToolResult>;
}
export const Tools = createService<Tools>("tools");

/** A slash command that the host knows. */
export interface CommandInfo extends CommandManifest {
  /** Without the slash. */
  readonly name: string;
  /** The plugin that owns it. */
  readonly plugin: string;
}

/**
 * The slash commands of a session, for whoever offers them in another way than by their names at the beginning of a prompt.
 *
 * **Contract**: names may be aliases. `run` rejects with what the command throws, and resolves to `undefined` where nobody has it.
 * Nothing of it goes into the conversation.
 */
export interface Commands {
  /** All there are; with those that a plugin has contributed a moment ago. */
  list(session: SessionView): readonly CommandInfo[];
  run(session: SessionView, name: string, args: string): Promise<CommandAnswer>;
  /** What could be typed behind it, with what is typed so far. */
  complete(session: SessionView, name: string, args: string): Promise<readonly Completion[]>;
}
export const Commands = createService<Commands>("commands");

/** A thing in a slot, as its plugin's manifest describes it. */
export interface Contributed<M> {
  readonly name: string;
  /** The plugin that owns it. */
  readonly plugin: string;
  readonly manifest: M;
}

/** The slots that are there for plugins to look into. */
export type OpenSlot = "renderers" | "statusItems";

/**
 * What plugins have put into slots that the kernel itself has no use for.
 *
 * @example
 * const titleOf = async (slots: Slots, shown: RenderedCall) =>
 *   (await slots.handler(shown.session, "renderers", shown.call.tool.name))?.title?.(shown);
 */
export interface Slots {
  list<S extends OpenSlot>(session: SessionView, slot: S): readonly Contributed<SlotManifests[S]>[];
  /** Sets its plugin up if need be. `undefined` where nobody has it; rejects where its plugin cannot be set up. */
  handler<S extends OpenSlot>(session: SessionView, slot: S, name: string): Promise<SlotHandlers[S] | undefined>;
}
export const Slots = createService<Slots>("slots");

/** A call that might be made. */
export interface SupposedCall {
  readonly name: string;
  readonly input: unknown;
}

/**
 * Judges a call without making it: the gates vote as they would on a real one, nobody is asked, nothing runs. `session` need not be
 * one that the kernel has opened.
 *
 * **Contract**: resolves to `allow`, `ask` or `deny`. A tool nobody has is judged by its name alone.
 */
export interface Judge {
  judge(session: SessionView, call: SupposedCall): Promise<Verdict>;
}
export const Judge = createService<Judge>("judge");

/** Something that a person is asked for while a call runs. */
export interface FormRequest {
  readonly form: QuestionForm;
  /** The tool on whose behalf it is asked; of the call, what is known. */
  readonly call: Pick<Call, "tool"> & Partial<Call>;
  /** The turn that waits, where one does. */
  readonly turn?: TurnView;
  readonly signal?: AbortSignal;
}

/**
 * Asks a person for something other than a permission, on the way of the hook `ask`.
 *
 * **Contract**: `undefined` when nobody answers, or an answer says yes to a form and leaves its fields out; of a form that is for its
 * call, a yes may come without values, or with another input of the call.
 *
 * @example
 * const mayKnow = async (questions: Questions, session: SessionView, tool: ToolInfo) => {
 *   const form = { kind: "consent", from: "The weather station", message: "May it know where you are?", fields: [] } as const;
 *   return (await questions.ask(session, { call: { tool }, form }))?.decision === "allow";
 * };
 */
export interface Questions {
  ask(session: SessionView, request: FormRequest): Promise<Answer | undefined>;
  /**
   * For a tap of `ask` that then has no opinion: an answer that may come from somewhere else while the taps behind it are asked, such as
   * from another device. The first answer counts; the signal of the turn that the tap was given fires once there is one.
   *
   * **Contract**: an answer that rejects is none. Does nothing for a question that nobody is asked any more.
   *
   * @example
   * const elsewhere = (questions: Questions, device: { put(question: Question, signal: AbortSignal): Promise<Answer> }) =>
   *   ((question, { signal }) => questions.beside(question, device.put(question, signal))) satisfies TapHandler<"ask">;
   */
  beside(question: Question, answer: Promise<Answer | undefined>): void;
}
export const Questions = createService<Questions>("questions");

/** What a person may do to a session's turn, for plugins that bring the person from elsewhere. */
export interface Turns {
  /**
   * Interrupts the turn, if one is running. Resolves when it has ended.
   *
   * **Contract**: must not be waited for by what is part of that turn, such as a command.
   */
  interrupt(session: SessionView): Promise<void>;
}
export const Turns = createService<Turns>("turns");

/** A session to be opened below another one. */
export interface ChildOptions {
  readonly agent: SessionAgent;
  /** Go on with one that was opened below the session at the top and has ended, by its id. */
  readonly resume?: string;
  /** `provider/id`, id or alias. Default: the model of the session above. */
  readonly model?: string;
  /**
   * Whether it has a tool, asked whenever tools are offered or called: one that it has not is neither offered nor found nor run, whoever
   * asks. Default: all.
   */
  readonly mayUse?: (tool: ToolInfo) => boolean;
}

/**
 * Opens a session below another one, for an agent that works for it: of the same host, with a log and a queue of its own, in the folders
 * of the one above. Its calls pass the one path of every call, and what it asks reaches whoever answers for the session at the top. The
 * one above hears of all that happens in it by events of type `agent`. It ends with the one above, if nobody closes it before.
 *
 * **Contract**: rejects with the code of the choice where there is no such model, and with `GANTRY_SESSION_CLOSED` where the session above
 * has ended; with `resume` also with `GANTRY_SESSION_ABSENT`, `GANTRY_SESSION_LOCKED` and, where nobody keeps sessions,
 * `GANTRY_SESSION_UNKEPT`. What is sent to it counts as said by a plugin and not by a person: no slash command runs.
 *
 * @example
 * const lookInto = async (children: ChildSessions, session: SessionView, what: string) => {
 *   const child = await children.open(session, { agent: { type: "look" }, mayUse: ({ traits }) => traits?.readOnly === true });
 *   let answer = "";
 *   for await (const event of child.send(what)) if (event.type === "turn_end") answer = event.end.text;
 *   await child.close();
 *   return answer;
 * };
 */
export interface ChildSessions {
  open(parent: SessionView, options: ChildOptions): Promise<Session>;
}
export const ChildSessions = createService<ChildSessions>("child-sessions");
