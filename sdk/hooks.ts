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
import type { Input, Notice, SessionView, TurnView } from "./session.ts";
import type { Call, ToolResult } from "./tool.ts";
import type { Answer, Question, Verdict } from "./verdict.ts";

/** A request to shorten the conversation. */
export interface CompactRequest {
  readonly trigger: "auto" | "manual";
  readonly messages: readonly Message[];
  /** Estimated tokens of the conversation now. */
  readonly tokens: number;
  /** How many it should have afterwards, at most. */
  readonly target: number;
  /** What the person wants kept, in words. */
  readonly focus?: string;
}

/** A shorter conversation that replaces the request's messages. */
export interface Compaction {
  readonly messages: readonly Message[];
  /** One line for the person. */
  readonly summary: string;
}

/**
 * The thirteen hooks, in order of life. This table is the whole set: read it downward and you have read a session.
 *
 * Every tap runs behind one guard: it is skipped when its plugin was removed or its filter does not match, has the
 * deadline of {@link HOOKS}, and is cut off when its turn is interrupted. `undefined` means "no opinion".
 */
export function createHooks() {
  return Object.freeze({
    /** A session has begun, new or resumed. Load what the session needs. */
    sessionStart: new AsyncSeriesHook<[session: SessionView]>(["session"]),
    /** A prompt came in. Return it changed, or with an `outcome` to deal with it or refuse it. */
    input: new AsyncSeriesWaterfallHook<[input: Input, turn: TurnView], Input>(["input", "turn"]),
    /** The prompt is put together, once a turn. Return the draft with sections added or left out. */
    promptBuild: new AsyncSeriesWaterfallHook<[draft: PromptDraft, turn: TurnView], PromptDraft>(["draft", "turn"]),
    /** The way to the model is put together, once a generation and session. Return a stream function around the given one. */
    modelWrap: new SyncWaterfallHook<[stream: StreamFunction, session: SessionView], StreamFunction>([
      "stream",
      "session",
    ]),
    /** A call is about to be judged. Return it with another input, which is validated again; cannot decide. */
    preTool: new AsyncSeriesWaterfallHook<[call: Call, turn: TurnView], Call>(["call", "turn"]),
    /** May this call run? Return a vote; the stricter of all votes wins, and a failing tap denies. */
    toolGate: new AsyncSeriesWaterfallHook<[verdict: Verdict, call: Call, turn: TurnView], Verdict>([
      "verdict",
      "call",
      "turn",
    ]),
    /** Someone has to answer. The first answer counts; nobody answering means no. */
    ask: new AsyncSeriesBailHook<[question: Question, turn: TurnView], Answer>(["question", "turn"]),
    /** A call has ended. Return the result as the model shall see it. */
    postTool: new AsyncSeriesWaterfallHook<[result: ToolResult, call: Call, turn: TurnView], ToolResult>([
      "result",
      "call",
      "turn",
    ]),
    /** The model wants to stop. Return a reason to go on, in words for the model. Capped. */
    turnStop: new AsyncSeriesBailHook<[turn: TurnView], string>(["turn"]),
    /** The conversation is too long. Return a shorter one; the first tap that succeeds wins, cheapest first. */
    compact: new AsyncSeriesBailHook<[request: CompactRequest, turn: TurnView], Compaction>(["request", "turn"]),
    /** Something a person may want to know of. The turn does not wait. */
    notify: new AsyncParallelHook<[notice: Notice, session: SessionView]>(["notice", "session"]),
    /** Something happened. For observers; on the hot path, so be quick. */
    event: new SyncHook<[event: SessionEvent, session: SessionView]>(["event", "session"]),
    /** A session is ending. Say goodbye. */
    sessionEnd: new AsyncSeriesHook<[session: SessionView, reason: string]>(["session", "reason"]),
  });
}

/** The hooks of one generation, as tapable made them. */
export type Hooks = ReturnType<typeof createHooks>;

export type HookName = keyof Hooks;

/** What the kernel does when a tap fails: report and go on, deny the call, or fail the start of the session. */
export type OnFail = "report" | "deny" | "fail";

/** The rules of one hook. */
export interface HookRules {
  /** How long one tap may take, in milliseconds; 0: as long as its turn. */
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

/** What can be said of a tap as data. */
export interface TapOptions {
  /** Only calls of these tools; for `preTool`, `toolGate`, `ask` and `postTool`. */
  readonly only?: readonly string[];
  /** Default `normal`. */
  readonly stage?: Stage;
  /** Tightens the hook's own policy: a failure of this tap denies the call. For `preTool`, `toolGate` and `postTool`. */
  readonly onFail?: "deny";
  /** A shorter deadline than the hook's, in milliseconds. */
  readonly deadlineMs?: number;
}

/** A tap in full. */
export interface Tap<H extends HookName> extends TapOptions {
  readonly handler: TapHandler<H>;
}

/** What setup returns for its taps: for each hook a function, or a function with options. */
export type Taps = { readonly [H in HookName]?: TapHandler<H> | Tap<H> };
