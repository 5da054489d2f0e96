import { createService } from "./service.ts";
import type { SessionView } from "./session.ts";
import type { SettingsLayer } from "./settings.ts";
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
  /**
   * Calls the listener when a hook begins and when it has ended. Returns what ends it.
   *
   * **Contract**: the listener must not throw and should be quick.
   */
  watch(listener: (activity: HookActivity, session: SessionView) => void): () => void;
}
export const HookEvents = createService<HookEvents>("hook-events");

/** A hook that is configured, whether or not it runs. */
export interface HookListing {
  readonly event: string;
  /** Empty where it has none. */
  readonly matcher: string;
  readonly layer: SettingsLayer;
  /** The file or flag, or who has set it. */
  readonly source: string;
  /** `command`, `http`, `mcp_tool`, `prompt`, `agent` or `function`. */
  readonly type: string;
  /** What it runs, on one line. */
  readonly text: string;
  /** The one permission rule that a call must fit. */
  readonly condition?: string;
  /** Seconds. */
  readonly timeout: number;
  /** What people see while it runs. */
  readonly statusMessage?: string;
  readonly isInBackground: boolean;
  /** Why it does not run; absent when it does. */
  readonly whyOff?: string;
}

/** Everything that is configured of hooks. */
export interface HookList {
  /** In the order in which they run, event by event. */
  readonly hooks: readonly HookListing[];
  /** Every event that hooks may be for, in the order of a session. */
  readonly events: readonly { readonly name: string; readonly summary: string; readonly takesMatcher: boolean }[];
  /** Whose hooks are turned off. */
  readonly off: "nobody's" | "others" | "everybody's";
  /** The administrator's alone may run. */
  readonly isOnlyManaged: boolean;
  /** What is wrong with the files, in sentences. */
  readonly problems: readonly string[];
}

/** One hook at work. */
export interface HookActivity {
  /** The same at its beginning and at its end. */
  readonly id: string;
  readonly event: string;
  /** The event and what it is about, such as `PreToolUse:Bash`. */
  readonly name: string;
  /** Absent while it runs. */
  readonly ended?: {
    readonly stdout: string;
    readonly stderr: string;
    /** Absent where it is no program, or did not come to an end. */
    readonly exitCode?: number;
    readonly outcome: "success" | "error" | "cancelled";
  };
}

/** A hook that is a function, as a program has it that drives the host. */
export interface HookFunction {
  /** As in settings, such as `PreToolUse`. */
  readonly event: string;
  /** As in settings; absent: all. */
  readonly matcher?: string;
  /** What people see of it, on one line. */
  readonly name: string;
  /** Seconds. Default: those of the event. */
  readonly timeout?: number;
  /** What a failure means. Default: `deny` where the event is a gate, else `report`. */
  readonly onFail?: "deny" | "report";
  /**
   * Gets what a script would read, and resolves to what a script would print as JSON; `undefined`, or an empty object, says nothing.
   *
   * **Contract**: a rejection is a failed hook. Heeds the signal.
   */
  run(input: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown>;
}

/** Hooks as settings have them, for one session and for a time: such as those of a skill. */
export interface DeclaredHooks {
  /** The file they stand in. */
  readonly source: string;
  /** It is an administrator's, and counts where no other hooks do. */
  readonly isManaged: boolean;
  /** What `hooks` has in a settings file. One that says `once` runs no more than once. */
  readonly hooks: unknown;
}

/**
 * Hooks beside those of the settings. They pass the same matchers and the same rules: they are run with the others of their event,
 * what they say is checked as a script's output is and merged with what the others say, and a person or an administrator who turns
 * hooks off turns them off, too.
 *
 * @example
 * const audit = (sources: HookSources) =>
 *   sources.set("audit", [{ event: "PostToolUse", matcher: "Bash", name: "audit", run: async (input) => void console.error(input) }]);
 */
export interface HookSources {
  /** The events that hooks may be for. */
  readonly events: readonly string[];
  /**
   * The hooks of one source, in place of those it has set before.
   *
   * **Contract**: throws `GANTRY_HOOKS_UNKNOWN` for an event that nobody knows, and `GANTRY_HOOKS_MATCHER` for a matcher that cannot be
   * read; then nothing has changed.
   */
  set(source: string, hooks: readonly HookFunction[]): void;
  /**
   * Hooks for this session, until what is returned is called, or it ends. What cannot be read of them is told the person and left out.
   *
   * **Contract**: never throws. They run without further questions: whoever adds them has seen to it that they are approved.
   */
  add(session: SessionView, hooks: DeclaredHooks): () => void;
  /** All hooks there are, those of the settings too, for whoever shows them; without what looks like a secret. */
  list(): HookList;
}
export const HookSources = createService<HookSources>("hook-sources");
