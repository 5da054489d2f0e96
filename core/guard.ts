/**
 * The guard: the one interceptor between a hook and a tap, the same for every hook. It skips what is retired or filtered,
 * races the tap against its deadline and its turn, joins votes, catches failures, and keeps the trace.
 */
import {
  type Call,
  deny,
  type Fault,
  HOOKS,
  type HookName,
  joinVerdicts,
  messageOf,
  type SessionView,
  type Span,
  type TapOptions,
  type TurnView,
  type Verdict,
} from "gantry/sdk";
import { Draft } from "./prompt.ts";
import type { Pending, Trace } from "./trace.ts";

/** A tap as tapable hands it to the interceptor, with what `withOptions` and the kernel put on it. */
export interface GuardedTap extends TapOptions {
  readonly name: string;
  readonly type: "sync" | "async" | "promise";
  readonly fn: (...args: unknown[]) => unknown;
  /** The plugin. */
  readonly owner?: string;
}

/** What the guard asks of the kernel. */
export interface GuardContext {
  readonly trace: Trace;
  readonly isRetired: (plugin: string) => boolean;
  readonly onFault: (fault: Fault, session: SessionView | undefined) => void;
  /** Freeze what taps are given, and check what they return, as tests do. */
  readonly isStrict: boolean;
}

/** After this many failures in a row a plugin's taps are off for the session. */
const QUARANTINE_AFTER = 3;

/** Thrown out of a hook when its turn was interrupted while a tap was at work. */
export class HookAborted extends Error {}

/** Thrown out of a hook when a tap failed that must not fail open. */
export class TapDenied extends Error {}

/** How many arguments a hook has, and which of them says what the tap is about. */
const SHAPE: Readonly<Record<HookName, { arity: number; call?: number; turn?: number; session?: number }>> = {
  sessionStart: { arity: 1, session: 0 },
  input: { arity: 2, turn: 1 },
  promptBuild: { arity: 2, turn: 1 },
  modelWrap: { arity: 2, session: 1 },
  preTool: { arity: 2, call: 0, turn: 1 },
  toolGate: { arity: 3, call: 1, turn: 2 },
  ask: { arity: 2, call: 0, turn: 1 },
  postTool: { arity: 3, call: 1, turn: 2 },
  turnStop: { arity: 1, turn: 0 },
  compact: { arity: 2, turn: 1 },
  notify: { arity: 2, session: 1 },
  event: { arity: 2, session: 1 },
  sessionEnd: { arity: 2, session: 0 },
};

interface Waiting extends Pending {
  readonly deadlineAt: number;
  readonly signal: AbortSignal | undefined;
  readonly settle: (why: "late" | "aborted") => void;
}

type Callback = (error?: Error | null, result?: unknown) => void;

/** The guard of one generation. */
export class Guard {
  readonly #context: GuardContext;
  readonly #waiting = new Set<Waiting>();
  readonly #watched = new WeakSet<AbortSignal>();
  readonly #failures = new WeakMap<SessionView, Map<string, number>>();
  #timer: { readonly handle: NodeJS.Timeout; readonly at: number } | undefined;

  constructor(context: GuardContext) {
    this.#context = context;
  }

  /** The `register` interceptor of one hook. */
  register(hook: HookName): (tap: GuardedTap) => GuardedTap {
    const isSync = hook === "event" || hook === "modelWrap";
    return (tap) =>
      isSync
        ? { ...tap, type: "sync", fn: this.#sync(hook, tap) }
        : { ...tap, type: "async", fn: this.#async(hook, tap) };
  }

  #sync(hook: HookName, tap: GuardedTap) {
    const owner = tap.owner ?? tap.name;
    const { onFail } = HOOKS[hook];
    return (...args: unknown[]) => {
      const session = args[1] as SessionView;
      if (this.#isOff(owner, session)) return undefined;
      try {
        const result = tap.fn(...args);
        if (this.#isFailing(session, owner)) this.#succeed(session, owner);
        return result ?? undefined;
      } catch (thrown) {
        if (onFail === "fail") throw thrown;
        this.#fail(hook, owner, thrown, session, false);
        return undefined;
      }
    };
  }

  #async(hook: HookName, tap: GuardedTap) {
    const owner = tap.owner ?? tap.name;
    const { arity, call: callAt, turn: turnAt, session: sessionAt = -1 } = SHAPE[hook];
    const rules = HOOKS[hook];
    const isGate = rules.onFail === "deny";
    const only = tap.only && new Set(tap.only);
    const deadlineMs = Math.min(tap.deadlineMs || Infinity, rules.deadlineMs || Infinity);

    return (...args: unknown[]) => {
      const done = args[arity] as Callback;
      args.length = arity;
      const turn = turnAt === undefined ? undefined : (args[turnAt] as TurnView);
      const session = turn ? turn.session : (args[sessionAt] as SessionView);
      const call = callAt === undefined ? undefined : callOf(args[callAt]);
      if (isGate ? this.#context.isRetired(owner) : this.#isOff(owner, session)) return done(null, undefined);
      if (only && call && !only.has(call.tool.name) && !call.tool.aliases?.some((name) => only.has(name))) {
        return done(null, undefined);
      }
      if (hook === "promptBuild" && args[0] instanceof Draft) args[0] = args[0].ownedBy(owner);
      if (this.#context.isStrict) for (const arg of args) freeze(arg);

      const started = performance.now();
      let waiting: Waiting | undefined;
      let isSettled = false;

      const settle = (effect: Span["effect"], error: Error | null, result?: unknown) => {
        isSettled = true;
        if (waiting) this.#forget(waiting);
        this.#context.trace.record({
          plugin: owner,
          hook,
          callId: call?.id,
          effect,
          ms: performance.now() - started,
        });
        done(error, result);
      };
      const succeed = (value: unknown) => {
        if (isSettled) return;
        if (this.#isFailing(session, owner)) this.#succeed(session, owner);
        if (value === undefined || value === null) return settle("passed", null);
        if (isGate) {
          if (!isVerdict(value))
            return fail(new TypeError(`a gate returned ${JSON.stringify(value)}, which is no verdict`));
          const joined = joinVerdicts(args[0] as Verdict, { ...value, by: owner });
          return settle("voted", null, joined);
        }
        settle(value === args[0] ? "passed" : "changed", null, value);
      };
      const fail = (thrown: unknown, isTimeout = false) => {
        if (isSettled) return;
        this.#fail(hook, owner, thrown, session, isTimeout);
        if (isGate) {
          const vote = {
            ...deny(`the plugin ${owner} could not judge the call: ${messageOf(thrown)}`),
            by: owner,
          };
          return settle("failed", null, joinVerdicts(args[0] as Verdict, vote));
        }
        if (tap.onFail === "deny" || rules.onFail === "fail") {
          return settle(
            "failed",
            new TapDenied(`the plugin ${owner} failed in ${hook}: ${messageOf(thrown)}`),
          );
        }
        settle("failed", null);
      };

      let value: unknown;
      try {
        value = tap.fn(...args);
      } catch (thrown) {
        return fail(thrown);
      }
      if (!isThenable(value)) return succeed(value);

      waiting = {
        plugin: owner,
        hook,
        sinceMs: started,
        deadlineAt: started + deadlineMs,
        signal: turn?.signal,
        settle: (why) => {
          if (why === "late") return fail(new Error(`no answer within ${deadlineMs} ms`), true);
          if (!isSettled) settle("skipped", new HookAborted(`interrupted while ${owner} was in ${hook}`));
        },
      };
      this.#await(waiting);
      value.then(succeed, fail);
    };
  }

  // ------------------------------------------------------------ who is being waited for

  #await(waiting: Waiting): void {
    this.#waiting.add(waiting);
    this.#context.trace.pending.add(waiting);
    const { signal, deadlineAt } = waiting;
    if (signal) this.#watch(signal);
    if (deadlineAt !== Infinity && (!this.#timer || deadlineAt < this.#timer.at)) this.#arm(deadlineAt);
  }

  #forget(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    this.#context.trace.pending.delete(waiting);
  }

  /** One listener a turn, not one a tap. */
  #watch(signal: AbortSignal): void {
    if (this.#watched.has(signal)) {
      if (signal.aborted) queueMicrotask(() => this.#interrupt(signal));
      return;
    }
    this.#watched.add(signal);
    if (signal.aborted) queueMicrotask(() => this.#interrupt(signal));
    else signal.addEventListener("abort", () => this.#interrupt(signal), { once: true });
  }

  #interrupt(signal: AbortSignal): void {
    for (const waiting of [...this.#waiting]) if (waiting.signal === signal) waiting.settle("aborted");
  }

  /** One timer for all deadlines: it fires at the nearest and looks who is late. */
  #arm(at: number): void {
    clearTimeout(this.#timer?.handle);
    const handle = setTimeout(() => this.#expire(), Math.max(0, at - performance.now()) + 1).unref();
    this.#timer = { handle, at };
  }

  #expire(): void {
    this.#timer = undefined;
    const now = performance.now();
    let next = Infinity;
    for (const waiting of [...this.#waiting]) {
      if (waiting.deadlineAt <= now) waiting.settle("late");
      else next = Math.min(next, waiting.deadlineAt);
    }
    if (next !== Infinity) this.#arm(next);
  }

  // ------------------------------------------------------------ failures

  #isOff(owner: string, session: SessionView): boolean {
    return (
      this.#context.isRetired(owner) || (this.#failures.get(session)?.get(owner) ?? 0) >= QUARANTINE_AFTER
    );
  }

  #isFailing(session: SessionView, owner: string): boolean {
    return this.#failures.get(session)?.has(owner) ?? false;
  }

  #succeed(session: SessionView, owner: string): void {
    this.#failures.get(session)?.delete(owner);
  }

  #fail(hook: HookName, owner: string, thrown: unknown, session: SessionView, isTimeout: boolean): void {
    const counts = this.#failures.get(session) ?? new Map<string, number>();
    this.#failures.set(session, counts);
    const failures = (counts.get(owner) ?? 0) + 1;
    counts.set(owner, failures);
    const isQuarantined = failures === QUARANTINE_AFTER && HOOKS[hook].onFail !== "deny";
    this.#context.onFault(
      {
        plugin: owner,
        where: hook,
        message: messageOf(thrown),
        ...stackOf(thrown),
        isTimeout,
        isQuarantined,
      },
      session,
    );
  }
}

function stackOf(thrown: unknown): { stack?: string } {
  return thrown instanceof Error && thrown.stack ? { stack: thrown.stack } : {};
}

function callOf(argument: unknown): Call {
  const value = argument as Call | { call: Call };
  return "call" in value ? value.call : value;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}

function isVerdict(value: unknown): value is Verdict {
  const decision = (value as Verdict | null)?.decision;
  return decision === "none" || decision === "allow" || decision === "ask" || decision === "deny";
}

/** Freezes plain data all the way down; leaves class instances and functions alone. */
export function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
  return value;
}
