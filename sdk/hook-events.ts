import { createService } from "./service.ts";
import type { SessionView } from "./session.ts";
import type { Call } from "./tool.ts";
import type { Decision } from "./verdict.ts";

/** A moment that hook scripts may listen to, as its owner tells of it. */
export interface HookMoment {
  /** The event's name as it stands in settings, such as `SubagentStop`. */
  readonly event: string;
  /** What matchers are compared with: a tool's name, the type of an agent, a trigger. */
  readonly subject?: string;
  /** Further names of the subject, which exact matchers find too. */
  readonly aliases?: readonly string[];
  /** What a script reads beyond `session_id`, `cwd` and what else every event has. Must be JSON. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The call that it is about, for the `if` of a hook. */
  readonly call?: Call;
  /** Ends the scripts. Default: the end of the session. */
  readonly signal?: AbortSignal;
}

/** What all hooks of one moment said together. */
export interface HookOutcome {
  /**
   * The strictest of all: none < allow < ask < deny. For a moment that asks for no permission, `deny` is what a script means by
   * exit 2 or `"decision": "block"`.
   */
  readonly decision: Decision;
  /** Why, from every hook that decided so, one a line. */
  readonly reason?: string;
  /** What the model shall know, in the order of the configuration. */
  readonly context: readonly string[];
  /** A hook wants everything to stop, and what the person is told; empty where it does not say. */
  readonly stop?: string;
  /** The input of the call, rewritten. */
  readonly input?: Readonly<Record<string, unknown>>;
  /** What else the event lets a script answer, by the name in `hookSpecificOutput`: lists joined, of anything else the last. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** A hook that denies when it fails has failed, and so nobody knows what it would have said. */
  readonly isFailed?: true;
  /** How many hooks ran. */
  readonly count: number;
}

/**
 * The hook scripts of the settings. The plugin that owns a moment fires it and heeds what comes back; notices and failures have been
 * told to the person by then.
 *
 * **Contract**: `fire` never rejects. A hook that fails is a `deny` where the event is a gate or the hook says so, and a notice
 * otherwise. An unknown event has no hooks.
 *
 * @example
 * const moment = { event: "TaskCreated", input: { task_id: "1", task_subject: "Write the tests" } };
 * const { decision, reason } = await hookEvents.fire(session, moment);
 * if (decision === "deny") throw new ToolError(`The task was not created: ${reason}`);
 */
export interface HookEvents {
  /** Whether anything is configured for the event; so quick that an owner may ask before it puts an input together. */
  has(event: string): boolean;
  fire(session: SessionView, moment: HookMoment): Promise<HookOutcome>;
}
export const HookEvents = createService<HookEvents>("hook-events");
