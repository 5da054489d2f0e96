/** One run of one tap: how it is settled, whatever the tap does. */
import {
  type Call,
  deny,
  type HookName,
  joinVerdicts,
  messageOf,
  type SessionView,
  type Span,
  type TurnView,
  type Verdict,
} from "gantry/sdk";
import type { Pending, Trace } from "./trace.ts";

/** Thrown out of a hook when its turn was interrupted while a tap was at work. */
export class HookAborted extends Error {}

/** Thrown out of a hook when a tap failed that must not fail open. */
export class TapDenied extends Error {}

export type Callback = (error?: Error | null, result?: unknown) => void;

/** What a run asks of the guard. */
export interface Keeper {
  readonly trace: Trace;
  readonly clock: { now(): number };
  now(): number;
  /** Hands over to the next tap at the time that this one ended. */
  passOn(now: number, done: Callback, error: Error | null, result: unknown): void;
  leave(run: Run): void;
  forgive(session: SessionView, owner: string): void;
  blame(
    hook: HookName,
    owner: string,
    thrown: unknown,
    session: SessionView,
    isTimeout: boolean,
    failsClosed: boolean,
  ): void;
}

/** What is the same for every run of one tap. */
export interface Fixed {
  readonly guard: Keeper;
  readonly hook: HookName;
  readonly owner: string;
  readonly isGate: boolean;
  /** A failure rejects the hook. */
  readonly isRejecting: boolean;
  readonly deadlineMs: number;
  /** Why an answer cannot be used, where that can be told. */
  readonly problem?: (result: unknown, value: unknown) => string | undefined;
}

/** One run of one tap. Those that wait form a ring, so that joining and leaving it costs next to nothing. */
export class Run implements Pending {
  readonly fixed: Fixed;
  readonly sinceMs: number;
  readonly call: Call | undefined;
  readonly session: SessionView;
  readonly signal: AbortSignal | undefined;
  readonly value: unknown;
  readonly done: Callback;
  before: Run | undefined;
  after: Run | undefined;
  isSettled = false;

  constructor(
    fixed: Fixed,
    call: Call | undefined,
    turn: TurnView | undefined,
    session: SessionView,
    value: unknown,
    done: Callback,
  ) {
    this.fixed = fixed;
    this.sinceMs = fixed.guard.now();
    this.call = call;
    this.signal = turn?.signal;
    this.session = session;
    this.value = value;
    this.done = done;
  }

  get plugin() {
    return this.fixed.owner;
  }

  get hook() {
    return this.fixed.hook;
  }

  /** The tap answered. */
  succeed(result: unknown): void {
    if (this.isSettled) return;
    const { guard, isGate, owner } = this.fixed;
    if (isGate && result && !isVerdict(result)) {
      this.fail(new TypeError(`a gate returned ${JSON.stringify(result)}, which is no verdict`));
      return;
    }
    const isSilent = result === undefined || result === null || result === this.value;
    const problem = isSilent ? undefined : this.fixed.problem?.(result, this.value);
    if (problem !== undefined) {
      this.fail(new TypeError(problem));
      return;
    }
    guard.forgive(this.session, owner);
    if (isSilent) this.#settle("passed", null);
    else if (isGate)
      this.#settle("voted", null, joinVerdicts(this.value as Verdict, { ...(result as Verdict), by: owner }));
    else if (this.fixed.problem) this.#settle("changed", null, { ...(result as object), by: owner });
    else this.#settle("changed", null, result);
  }

  /** The tap failed, or took too long: by the hook's policy the call is denied, the hook rejects, or it goes on. */
  fail(thrown: unknown, isTimeout = false): void {
    if (this.isSettled) return;
    const { guard, hook, owner, isGate, isRejecting } = this.fixed;
    guard.blame(hook, owner, thrown, this.session, isTimeout, isGate || isRejecting);
    if (isGate) {
      const vote = { ...deny(`the plugin ${owner} could not judge the call: ${messageOf(thrown)}`), by: owner };
      this.#settle("failed", null, joinVerdicts(this.value as Verdict, vote));
    } else if (isRejecting) {
      this.#settle("failed", new TapDenied(`the plugin ${owner} failed in ${hook}: ${messageOf(thrown)}`));
    } else this.#settle("failed", null);
  }

  /** The turn was interrupted meanwhile. */
  abandon(): void {
    if (this.isSettled) return;
    this.#settle("skipped", new HookAborted(`interrupted while ${this.plugin} was in ${this.hook}`));
  }

  #settle(effect: Span["effect"], error: Error | null, result?: unknown): void {
    this.isSettled = true;
    const { guard } = this.fixed;
    if (this.before) guard.leave(this);
    const now = guard.clock.now();
    guard.trace.record(this, effect, now - this.sinceMs);
    guard.passOn(now, this.done, error, result);
  }
}

function isVerdict(value: unknown): value is Verdict {
  const decision = (value as Verdict | null)?.decision;
  return decision === "none" || decision === "allow" || decision === "ask" || decision === "deny";
}
