/**
 * The guard: the one interceptor between a hook and a tap, the same for every hook. It skips what is retired or filtered,
 * races the tap against its deadline and its turn, joins votes, catches failures, and keeps the trace.
 */
import {
  type Call,
  type Fault,
  HOOKS,
  type HookName,
  messageOf,
  type SessionEvent,
  type SessionView,
  type TapOptions,
  type TurnView,
} from "gantry/sdk";
import { compactionProblem } from "./compaction.ts";
import { Draft } from "./prompt.ts";
import { type Callback, type Fixed, type Keeper, Run, TapDenied } from "./tap-run.ts";
import type { Trace } from "./trace.ts";

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

/** The guard of one generation. */
export class Guard implements Keeper {
  readonly trace: Trace;
  readonly #context: GuardContext;
  /** Kept, since the global is a getter. */
  readonly clock = performance;
  /** The ring of runs that wait; this is its fixed point. */
  readonly #ring = { before: undefined, after: undefined } as unknown as Run;
  readonly #watched = new WeakSet<AbortSignal>();
  #lastSignal: AbortSignal | undefined;
  /** The time, while one tap hands over to the next: reading the clock is a third of what the guard costs. */
  #handover = 0;
  readonly #failures = new WeakMap<SessionView, Map<string, number>>();
  /** Whether any plugin has ever failed: as long as none has, nothing is counted. */
  #hasFailures = false;
  #timer: { readonly handle: NodeJS.Timeout; readonly at: number } | undefined;

  constructor(context: GuardContext) {
    this.#context = context;
    this.trace = context.trace;
    this.#ring.before = this.#ring.after = this.#ring;
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
    const failsClosed = HOOKS[hook].onFail === "fail";
    const only = hook === "event" && tap.only ? new Set(tap.only) : undefined;
    return (subject: unknown, view: unknown) => {
      const session = view as SessionView;
      if (only && !only.has((subject as SessionEvent).type)) return undefined;
      if (failsClosed ? this.#context.isRetired(owner) : this.#isOff(owner, session)) return undefined;
      try {
        const result = tap.fn(subject, session);
        this.forgive(session, owner);
        return result ?? undefined;
      } catch (thrown) {
        if (failsClosed) throw new TapDenied(`the plugin ${owner} failed in ${hook}: ${messageOf(thrown)}`);
        this.blame(hook, owner, thrown, session, false);
        return undefined;
      }
    };
  }

  #async(hook: HookName, tap: GuardedTap) {
    const owner = tap.owner ?? tap.name;
    const { arity, call: callAt, turn: turnAt, session: sessionAt = 0 } = SHAPE[hook];
    const { onFail, deadlineMs } = HOOKS[hook];
    const isGate = onFail === "deny";
    const fixed: Fixed = {
      guard: this,
      hook,
      owner,
      isGate,
      isRejecting: tap.onFail === "deny" || onFail === "fail",
      ...(hook === "compact" && { problem: compactionProblem as NonNullable<Fixed["problem"]> }),
      deadlineMs: tap.deadlineMs === 0 ? Infinity : Math.min(tap.deadlineMs ?? Infinity, deadlineMs || Infinity),
    };
    const failsClosed = isGate || fixed.isRejecting;
    const only = tap.only && new Set(tap.only);
    const isPrompt = hook === "promptBuild";
    const { isStrict } = this.#context;
    const { fn } = tap;

    const dispatch = (a: unknown, b: unknown, c: unknown, done: Callback) => {
      const turn = turnAt === undefined ? undefined : ((turnAt === 0 ? a : turnAt === 1 ? b : c) as TurnView);
      const session = turn ? turn.session : ((sessionAt === 0 ? a : b) as SessionView);
      const call = callAt === undefined ? undefined : callOf(callAt === 0 ? a : b);
      if (failsClosed ? this.#context.isRetired(owner) : this.#isOff(owner, session)) return done(null, undefined);
      if (only && call && !matches(only, call)) return done(null, undefined);
      const first = isPrompt && a instanceof Draft ? a.ownedBy(owner) : a;
      if (isStrict) for (const argument of [a, b, c]) freeze(argument);

      const run = new Run(fixed, call, turn, session, first, done);
      try {
        const value = arity === 1 ? fn(first) : arity === 2 ? fn(first, b) : fn(first, b, c);
        if (!isThenable(value)) return run.succeed(value);
        this.#join(run);
        value.then(
          (result) => run.succeed(result),
          (thrown) => run.fail(thrown),
        );
      } catch (thrown) {
        run.fail(thrown);
      }
    };
    // tapable calls with exactly the hook's arguments and a callback.
    if (arity === 1) return (a: unknown, done: unknown) => dispatch(a, undefined, undefined, done as Callback);
    if (arity === 2) return (a: unknown, b: unknown, done: unknown) => dispatch(a, b, undefined, done as Callback);
    return (a: unknown, b: unknown, c: unknown, done: unknown) => dispatch(a, b, c, done as Callback);
  }

  // ------------------------------------------------------------ who is being waited for

  /** Every run that waits, oldest first. */
  *waiting(): Iterable<Run> {
    for (let run = this.#ring.after as Run; run !== this.#ring; run = run.after as Run) yield run;
  }

  #join(run: Run): void {
    const last = this.#ring.before as Run;
    run.before = last;
    run.after = this.#ring;
    last.after = this.#ring.before = run;
    if (run.signal && run.signal !== this.#lastSignal) this.#watch(run.signal);
    const deadlineAt = run.sinceMs + run.fixed.deadlineMs;
    if (deadlineAt !== Infinity && (!this.#timer || deadlineAt < this.#timer.at)) this.#arm(deadlineAt);
  }

  now(): number {
    const now = this.#handover || this.clock.now();
    this.#handover = 0;
    return now;
  }

  passOn(now: number, done: Callback, error: Error | null, result: unknown): void {
    this.#handover = now;
    done(error, result);
    this.#handover = 0;
  }

  leave(run: Run): void {
    (run.before as Run).after = run.after;
    (run.after as Run).before = run.before;
    run.before = undefined;
  }

  /** One listener a turn, not one a tap. */
  #watch(signal: AbortSignal): void {
    if (signal.aborted) {
      queueMicrotask(() => this.#interrupt(signal));
      return;
    }
    this.#lastSignal = signal;
    if (this.#watched.has(signal)) return;
    this.#watched.add(signal);
    signal.addEventListener("abort", () => this.#interrupt(signal), { once: true });
  }

  #interrupt(signal: AbortSignal): void {
    this.#lastSignal = undefined;
    for (const run of [...this.waiting()]) if (run.signal === signal) run.abandon();
  }

  /** One timer for all deadlines: it fires at the nearest and looks who is late. */
  #arm(at: number): void {
    clearTimeout(this.#timer?.handle);
    const handle = setTimeout(() => this.#expire(), Math.max(0, at - this.clock.now()) + 1).unref();
    this.#timer = { handle, at };
  }

  #expire(): void {
    this.#timer = undefined;
    const now = this.clock.now();
    let next = Infinity;
    for (const run of [...this.waiting()]) {
      const { deadlineMs } = run.fixed;
      if (run.sinceMs + deadlineMs <= now) run.fail(new Error(`no answer within ${deadlineMs} ms`), true);
      else next = Math.min(next, run.sinceMs + deadlineMs);
    }
    if (next !== Infinity) this.#arm(next);
  }

  // ------------------------------------------------------------ failures

  #isOff(owner: string, session: SessionView): boolean {
    if (this.#context.isRetired(owner)) return true;
    return this.#hasFailures && (this.#failures.get(session)?.get(owner) ?? 0) >= QUARANTINE_AFTER;
  }

  /** A success ends a row of failures. */
  forgive(session: SessionView, owner: string): void {
    if (this.#hasFailures) this.#failures.get(session)?.delete(owner);
  }

  /** Counts a failure and reports it. */
  blame(
    hook: HookName,
    owner: string,
    thrown: unknown,
    session: SessionView,
    isTimeout: boolean,
    failsClosed = false,
  ): void {
    this.#hasFailures = true;
    const counts = this.#failures.get(session) ?? new Map<string, number>();
    this.#failures.set(session, counts);
    const failures = (counts.get(owner) ?? 0) + 1;
    counts.set(owner, failures);
    const isQuarantined = failures === QUARANTINE_AFTER && !failsClosed;
    this.#context.onFault(
      { plugin: owner, where: hook, message: messageOf(thrown), ...stackOf(thrown), isTimeout, isQuarantined },
      session,
    );
  }
}

function matches(only: ReadonlySet<string>, { tool }: Call): boolean {
  const { name, aliases = [], permission } = tool;
  return only.has(name) || aliases.some((alias) => only.has(alias)) || only.has(permission?.family ?? name);
}

function stackOf(thrown: unknown): { stack?: string } {
  return thrown instanceof Error && thrown.stack ? { stack: thrown.stack } : {};
}

function callOf(argument: unknown): Call {
  const value = argument as Call | { call: Call };
  return "call" in value ? value.call : value;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
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
