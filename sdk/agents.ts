/** Agents: what kinds there are, and those at work. Each works in a session below the one that has started it. */
import type { DeclaredHooks } from "./hook-events.ts";
import type { Usage } from "./message.ts";
import type { Effort } from "./model.ts";
import type { PermissionMode } from "./permissions.ts";
import { createService } from "./service.ts";
import type { SessionView } from "./session.ts";
import type { PromptSource } from "./skills.ts";

/** A kind of agent. */
export interface AgentDefinition {
  readonly name: string;
  /** What it is for and when to start it. */
  readonly description: string;
  /** Its system prompt. */
  readonly prompt: string;
  /** Who has defined it: a file, the command line, or the program that drives the host. */
  readonly source: PromptSource | "built-in" | "flag" | "program";
  /** Its file, absolute. */
  readonly path?: string;
  /** Its tools as rules name them, such as `Read`, `mcp__tracker` or `Bash(git log:*)`. Default: all that agents may have. */
  readonly tools?: readonly string[];
  /** What it has not, written the same. */
  readonly disallowedTools?: readonly string[];
  /** `provider/id`, id or alias. Default: the model of the session that starts it. */
  readonly model?: string;
  readonly effort?: Effort;
  /** Most requests to the model. */
  readonly maxTurns?: number;
  /** Its own, as far as the session that starts it lets it. */
  readonly permissionMode?: PermissionMode;
  /** Hooks as settings have them, for its sessions alone. */
  readonly hooks?: object;
  /** What a whole session that works as it begins with. */
  readonly initialPrompt?: string;
  /** Skills whose texts it has from the beginning. */
  readonly skills?: readonly string[];
  /** It works in the background unless it is told otherwise. Default false. */
  readonly isBackground?: boolean;
  /** It does without the instruction files and the memory of the project. Default false. */
  readonly isLean?: boolean;
  /** What is wrong with it, for the person: a sentence without its end. */
  readonly problem?: string;
  /** It asks for something that it would be unsafe to do without, and so cannot be started: what, as a sentence without its end. */
  readonly obstacle?: string;
}

/** Something for an agent to do. */
export interface AgentTask {
  /** The name of a definition. */
  readonly type: string;
  readonly prompt: string;
  /** What it is about, in a few words for people. */
  readonly description: string;
  /** What the agent is called. */
  readonly name?: string;
  /**
   * Go on with one that has ended, by its id or the name that it was given: it knows what it has done. Its kind is the one that it was;
   * `type` does not count.
   */
  readonly resume?: string;
  /** In place of the model of its definition. */
  readonly model?: string;
  /** The person has named that model: it may be another provider's than the session's. Default false. */
  readonly isModelByPerson?: boolean;
  /** In place of the effort of its definition. */
  readonly effort?: Effort;
  /** Permission rules that allow and deny for this agent, beside those of the session. Whoever gives them has seen to it that they are approved. */
  readonly allows?: readonly string[];
  readonly denies?: readonly string[];
  /** Hooks for this agent alone, approved as well. */
  readonly hooks?: DeclaredHooks;
  /** The call that starts it, where a model makes one: then it has to be one that the session may start. */
  readonly callId?: string;
}

/** How an agent has ended. */
export interface AgentOutcome {
  /** `stopped`: somebody has interrupted it. */
  readonly state: "completed" | "failed" | "stopped";
  /** What it said last; of one that failed, what it had said until then. */
  readonly text: string;
  /** What went wrong, in one sentence. */
  readonly error?: string;
}

/** An agent at work, or one that has ended. */
export interface AgentRun {
  readonly id: string;
  readonly definition: AgentDefinition;
  readonly task: AgentTask;
  /** `provider/id`. */
  readonly model: string;
  readonly state: "running" | AgentOutcome["state"];
  /** The newest thing it does, on one line. */
  readonly step: string;
  /** What it has done so far, oldest first; of much, the newest. */
  readonly steps: readonly string[];
  /** Calls of tools so far. */
  readonly calls: number;
  /** What its last request has used. */
  readonly usage: Usage;
  /** Milliseconds so far, or in all. */
  readonly ms: number;
  /** Dollars, with what agents of its own have cost; `undefined` where a price is not known. */
  readonly costUsd: number | undefined;
  /** Where its log is, if in a file. */
  readonly transcriptPath: string | undefined;
  /** Resolves when it has ended. Never rejects. */
  readonly ended: Promise<AgentOutcome>;
  /** Ends it. Resolves when it has ended. */
  stop(): Promise<void>;
}

/**
 * The agents of the host.
 *
 * @example
 * const lookInto = async (agents: Agents, session: SessionView, what: string) => {
 *   const run = await agents.start(session, { type: "Explore", prompt: what, description: "Look into it" });
 *   return (await run.ended).text;
 * };
 */
export interface Agents {
  /** The kinds that count, by name; looks at their folders where something may have changed. The session hears what is wrong with files. */
  list(session?: SessionView): Promise<readonly AgentDefinition[]>;
  /**
   * Starts one below a session. It ends with that session.
   *
   * **Contract**: rejects with `GANTRY_AGENT_UNKNOWN` where there is no such kind, with `GANTRY_AGENT_OBSTACLE` where its definition asks for
   * what it would be unsafe without, with `GANTRY_AGENT_UNAPPROVED` where nobody has approved its hooks, with `GANTRY_AGENT_RUNNING` where
   * the one to go on with is still at work, with `GANTRY_AGENT_LIMIT` where it would lie too deep or too many are at work, and with
   * `GANTRY_AGENT_DENIED` where a rule denies agents of this kind, or the session works by a definition that does not give them. Whatever
   * happens to it afterwards is in its outcome.
   */
  start(session: SessionView, task: AgentTask): Promise<AgentRun>;
  /** Those that were started in a session or below it, oldest first: all that are at work, and the last ones that have ended. */
  runs(session: SessionView): readonly AgentRun[];
  /**
   * Calls the listener when one has begun, has taken a step and has ended; `session` is the one that has started it. Returns what ends it.
   *
   * **Contract**: the listener must not throw and should be quick.
   */
  watch(listener: (run: AgentRun, session: SessionView) => void): () => void;
  /**
   * The definitions that the program brings which drives the host, in place of those it has put before: by name, each with `description`,
   * `prompt` and whatever else files may say. Throws `GANTRY_AGENT_JSON` for what is none; then nothing has changed.
   */
  put(definitions: Readonly<Record<string, unknown>>): void;
}
export const Agents = createService<Agents>("agents");
