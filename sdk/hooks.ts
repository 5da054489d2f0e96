import {
  AsyncParallelHook,
  AsyncSeriesBailHook,
  AsyncSeriesHook,
  AsyncSeriesWaterfallHook,
  SyncHook,
  SyncWaterfallHook,
} from "tapable";
import type { SessionEvent } from "./events.ts";
import type { Message } from "./message.ts";
import type { StreamFunction } from "./model.ts";
import type { PromptDraft } from "./prompt.ts";
import type { Input, Notice, SessionView, StartingSession, TurnView } from "./session.ts";
import type { Call, ToolResult } from "./tool.ts";
import type { Answer, Question, Verdict } from "./verdict.ts";

/** A request to shorten the conversation. */
export interface CompactRequest {
  /** The window is nearly full; a person asked; or the model refused a request as too long. */
  readonly trigger: "auto" | "manual" | "overflow";
  /** The part that shall be shortened; what is kept before or behind it the kernel puts back. */
  readonly messages: readonly Message[];
  /** Estimated tokens of the conversation now. */
  readonly tokens: number;
  /** How many it should have afterwards, at most. */
  readonly target: number;
  /** What the person wants kept, in words. */
  readonly focus?: string;
}

/**
 * A shorter conversation that replaces the request's messages; the request's very own `messages` leave it as it is, and nobody else is
 * asked. One that is not shorter, or that parts a call from its result, is not used: the tap has failed, and the next one is asked.
 */
export interface Compaction {
  readonly messages: readonly Message[];
  /** One line for the person. */
  readonly summary: string;
  /** The plugin that made it. Set by the kernel. */
  readonly by?: string;
}

/**
 * The thirteen hooks, in order of life. This table is the whole set: read it downward and you have read a session.
 *
 * Every tap runs behind one guard: it is skipped when its plugin was removed or its filter does not match, has the
 * deadline of {@link HOOKS}, and is cut off when its turn is interrupted. `undefined` means "no opinion".
 */
export function createHooks() {
  return Object.freeze({
    /**
     * A session has begun, new or resumed. Load what the session needs: its first prompt waits until every tap is done. Whoever adds
     * folders to it taps the stage `first`: others go by them.
     *
     * @example
     * const sessionStart: TapHandler<"sessionStart"> = (session) =>
     *   session.notify({ level: "info", text: `At work in ${session.cwd}.` });
     */
    sessionStart: new AsyncSeriesHook<[session: StartingSession]>(["session"]),
    /**
     * A prompt came in; slash commands have run. Return it changed, or with an `outcome` to deal with it (no model is asked)
     * or to refuse it.
     *
     * @example
     * const input: TapHandler<"input"> = (input) =>
     *   textOf(input.content).includes("hunter2")
     *     ? { ...input, outcome: { kind: "refused", text: "That looks like a password." } }
     *     : undefined;
     */
    input: new AsyncSeriesWaterfallHook<[input: Input, turn: TurnView], Input>(["input", "turn"]),
    /**
     * The prompt is put together, once a turn. Return the draft with sections added or left out, or with fewer tools.
     *
     * @example
     * const promptBuild: TapHandler<"promptBuild"> = (draft) =>
     *   draft.with({ key: "house-rules", cache: "stable", text: "Write British English." });
     */
    promptBuild: new AsyncSeriesWaterfallHook<[draft: PromptDraft, turn: TurnView], PromptDraft>(["draft", "turn"]),
    /**
     * The way to the model is put together, once a generation and session. Return a stream function around the given one; the
     * last tap's is the outermost.
     *
     * @example
     * const modelWrap: TapHandler<"modelWrap"> = (stream) => (request, call) =>
     *   stream({ ...request, maxTokens: 1_000 }, call);
     */
    modelWrap: new SyncWaterfallHook<[stream: StreamFunction, session: SessionView], StreamFunction>([
      "stream",
      "session",
    ]),
    /**
     * A call is about to be judged. Return it with another input, which is validated again; cannot decide.
     *
     * @example
     * const preTool: Tap<"preTool"> = {
     *   only: ["Bash"],
     *   handler: (call) => {
     *     const input = call.input as { readonly command: string };
     *     return { ...call, input: { ...input, command: input.command.trim() } };
     *   },
     * };
     */
    preTool: new AsyncSeriesWaterfallHook<[call: Call, turn: TurnView], Call>(["call", "turn"]),
    /**
     * May this call run? Return a vote; the stricter of all votes wins, and a failing tap denies. A call that nobody voted on
     * runs if its tool only reads, and is asked for otherwise. Name this hook in the manifest's `taps`: then a plugin that cannot
     * be set up denies, and does not keep the host from opening.
     *
     * @example
     * const toolGate: Tap<"toolGate"> = {
     *   only: ["Write", "Edit"],
     *   handler: (_, call) => (JSON.stringify(call.input).includes("CHANGELOG") ? deny("the changelog is generated") : undefined),
     * };
     */
    toolGate: new AsyncSeriesWaterfallHook<[verdict: Verdict, call: Call, turn: TurnView], Verdict>([
      "verdict",
      "call",
      "turn",
    ]),
    /**
     * The votes say ask: someone has to answer. The first answer counts; nobody answering means no.
     *
     * @example
     * const ask: TapHandler<"ask"> = ({ call }) =>
     *   call.tool.owner === "weather" ? { decision: "allow" } : undefined;
     */
    ask: new AsyncSeriesBailHook<[question: Question, turn: TurnView], Answer>(["question", "turn"]),
    /**
     * A call that ran has ended, well or not. Return the result as the model shall see it.
     *
     * @example
     * const postTool: Tap<"postTool"> = {
     *   only: ["Bash"],
     *   onFail: "deny",
     *   handler: ({ data: _, ...result }) => ({
     *     ...result,
     *     content: result.content.map((block) =>
     *       block.type === "text" ? text(block.text.replaceAll("hunter2", "…")) : block,
     *     ),
     *   }),
     * };
     */
    postTool: new AsyncSeriesWaterfallHook<[result: ToolResult, call: Call, turn: TurnView], ToolResult>([
      "result",
      "call",
      "turn",
    ]),
    /**
     * The model wants to stop: no calls, nothing queued. Return a reason to go on, in words for the model; at most ten times a
     * turn.
     *
     * @example
     * const turnStop: TapHandler<"turnStop"> = (turn) =>
     *   turn.continuations === 0 ? "Run the tests before you finish." : undefined;
     */
    turnStop: new AsyncSeriesBailHook<[turn: TurnView], string>(["turn"]),
    /**
     * The conversation fills most of the model's window. Return a shorter one; the first tap that succeeds wins, so put the
     * cheapest first. A tap that returns the very messages of the request wants them left as they are.
     *
     * @example
     * const compact: TapHandler<"compact"> = ({ messages }) => ({
     *   summary: "Left out what tools had answered.",
     *   messages: messages.map((message) => ({
     *     ...message,
     *     content: message.content.map((block) =>
     *       block.type === "tool_result" ? { ...block, content: [text("(left out)")] } : block,
     *     ),
     *   })) as Message[],
     * });
     */
    compact: new AsyncSeriesBailHook<[request: CompactRequest, turn: TurnView], Compaction>(["request", "turn"]),
    /**
     * Something a person may want to know of. All taps at once; the turn does not wait.
     *
     * @example
     * const notify: TapHandler<"notify"> = async ({ level, text }) => {
     *   if (level === "error") await exec.run({ file: "notify-send", args: [text], cwd: "/" });
     * };
     */
    notify: new AsyncParallelHook<[notice: Notice, session: SessionView]>(["notice", "session"]),
    /**
     * Something happened. For observers: what is returned does not count. On the hot path, so be quick.
     *
     * @example
     * const event: TapHandler<"event"> = (event) => {
     *   if (event.type === "assistant") console.error(`${event.model}: ${Math.round(event.ms)} ms`);
     * };
     */
    event: new SyncHook<[event: SessionEvent, session: SessionView]>(["event", "session"]),
    /**
     * A session is ending; its turn, if one ran, has been interrupted. Say goodbye. What belongs in `session.scope` need not be
     * ended here.
     *
     * @example
     * const sessionEnd: TapHandler<"sessionEnd"> = (session, reason) =>
     *   session.record("weather", "end", { reason });
     */
    sessionEnd: new AsyncSeriesHook<[session: SessionView, reason: string]>(["session", "reason"]),
  });
}

/** The hooks of one generation, as tapable made them. */
export type Hooks = ReturnType<typeof createHooks>;

/** The name of a hook. */
export type HookName = keyof Hooks;

/**
 * What the kernel does when a tap throws, rejects or takes too long: `report` it and go on as if the tap had no opinion; `deny`
 * the call; or `fail`: the session is not opened.
 */
export type OnFail = "report" | "deny" | "fail";

/** The rules of one hook. */
export interface HookRules {
  /** How long one tap may take, in milliseconds; 0: as long as its turn, or as it likes where the hook is synchronous. */
  readonly deadlineMs: number;
  readonly onFail: OnFail;
}

/** The failure column of the table, and the deadlines. A tap may tighten its own (`onFail: "deny"`), never loosen it. */
export const HOOKS: Readonly<Record<HookName, HookRules>> = Object.freeze({
  sessionStart: { deadlineMs: 10_000, onFail: "report" },
  input: { deadlineMs: 30_000, onFail: "report" },
  promptBuild: { deadlineMs: 10_000, onFail: "report" },
  modelWrap: { deadlineMs: 0, onFail: "fail" },
  preTool: { deadlineMs: 30_000, onFail: "report" },
  toolGate: { deadlineMs: 60_000, onFail: "deny" },
  ask: { deadlineMs: 0, onFail: "report" },
  postTool: { deadlineMs: 60_000, onFail: "report" },
  turnStop: { deadlineMs: 60_000, onFail: "report" },
  compact: { deadlineMs: 120_000, onFail: "report" },
  notify: { deadlineMs: 10_000, onFail: "report" },
  event: { deadlineMs: 0, onFail: "report" },
  sessionEnd: { deadlineMs: 5_000, onFail: "report" },
});

/**
 * When a tap runs among the taps of its hook. Within a stage, plugin order counts. There is no "before that plugin":
 * plugins do not know each other.
 */
export type Stage = "first" | "early" | "normal" | "late" | "last";

/** tapable's number for each stage. */
export const STAGES: Readonly<Record<Stage, number>> = Object.freeze({
  first: -200,
  early: -100,
  normal: 0,
  late: 100,
  last: 200,
});

type TapArguments<H> = H extends { promise(...args: infer A): unknown } ? A : never;
type TapReturn<H> = H extends { promise(...args: never[]): Promise<infer R> } ? R | void : never;
type IsSync<H extends HookName> = H extends "modelWrap" | "event" ? true : false;

/**
 * A tap's function for one hook, with the arguments and the result of the table.
 *
 * **Contract**: may throw (see the hook's failure column); must not change its arguments, return a value instead;
 * `undefined` means no opinion.
 */
export type TapHandler<H extends HookName> = (
  ...args: TapArguments<Hooks[H]>
) => IsSync<H> extends true ? TapReturn<Hooks[H]> : TapReturn<Hooks[H]> | Promise<TapReturn<Hooks[H]>>;

/**
 * What can be said of a tap as data, so that the host can sort, filter and show it without running it. In the manifest, beside
 * the handler that setup returns, or both: what stands beside the handler wins.
 */
export interface TapOptions {
  /**
   * Only calls of these tools, by name, alias or the family that permission rules know them by; for `preTool`, `toolGate`, `ask` and
   * `postTool`. For `event`: only events of these types, so that a stream of text costs nothing to whom it does not concern.
   */
  readonly only?: readonly string[];
  /** Default `normal`. */
  readonly stage?: Stage;
  /** Tightens the hook's own policy: a failure of this tap denies the call. For `preTool`, `toolGate` and `postTool`. */
  readonly onFail?: "deny";
  /** A shorter deadline than the hook's, in milliseconds; 0: none, for a tap that keeps deadlines of its own for what it waits for. */
  readonly deadlineMs?: number;
}

/** A tap in full. */
export interface Tap<H extends HookName> extends TapOptions {
  readonly handler: TapHandler<H>;
}

/**
 * What setup returns for its taps: for each hook a function, or a function with options.
 *
 * @example
 * const taps: Taps = {
 *   turnStop: () => undefined,
 *   postTool: { only: ["Read"], stage: "late", handler: (result) => result },
 * };
 */
export type Taps = { readonly [H in HookName]?: TapHandler<H> | Tap<H> };
