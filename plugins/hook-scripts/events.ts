/** Every event that a hook may be written for, and what holds for it. */

/** What exit code 2 does: keep something from happening, speak to the model or to the person, or nothing. */
type ExitTwo = "block" | "model" | "person" | "nothing";

export interface EventRules {
  /** What matchers are compared with; absent: a matcher is ignored. */
  readonly matches?: string;
  readonly exitTwo: ExitTwo;
  /** A hook of it that fails denies. */
  readonly isGate?: true;
  /** Output that is no JSON is context for the model. */
  readonly isPlainTextContext?: true;
  /** Whether a model may be the hook. */
  readonly takesModels?: true;
  /** Commands and MCP tools alone. */
  readonly isEarly?: true;
  /** It is about a call of a tool. */
  readonly isAboutTool?: true;
  /** Seconds for a hook that names no time-out. */
  readonly timeout?: number;
  /** The hook gets CLAUDE_ENV_FILE. */
  readonly hasEnvironmentFile?: true;
  /** This plugin fires it; any other waits for a plugin that owns the moment. */
  readonly isFired?: true;
}

const tool = { matches: "the tool's name", isAboutTool: true, takesModels: true, isFired: true } as const;
const task = { exitTwo: "block", takesModels: true } as const;
const model = { matches: "the model's name", timeout: 30 } as const;
const server = { matches: "the MCP server's name", exitTwo: "block" } as const;
const narrow = /^[A-Za-z0-9_|]*$/;

export const EVENTS = Object.freeze({
  SessionStart: {
    matches: "startup, resume, clear, compact or fork",
    exitTwo: "person",
    isPlainTextContext: true,
    isEarly: true,
    hasEnvironmentFile: true,
    isFired: true,
  },
  Setup: { matches: "init or maintenance", exitTwo: "nothing", isEarly: true, hasEnvironmentFile: true },
  InstructionsLoaded: { matches: "why it was loaded", exitTwo: "nothing" },
  UserPromptSubmit: {
    exitTwo: "block",
    isGate: true,
    isPlainTextContext: true,
    takesModels: true,
    timeout: 30,
    isFired: true,
  },
  UserPromptExpansion: {
    matches: "the command's name",
    exitTwo: "block",
    isPlainTextContext: true,
    takesModels: true,
    isFired: true,
  },
  MessageDisplay: { exitTwo: "nothing", timeout: 10 },
  PreToolUse: { ...tool, exitTwo: "block", isGate: true },
  PermissionRequest: { ...tool, exitTwo: "nothing", isGate: true },
  PermissionDenied: { ...tool, exitTwo: "nothing" },
  PostToolUse: { ...tool, exitTwo: "block" },
  PostToolUseFailure: { ...tool, exitTwo: "model" },
  PostToolBatch: { exitTwo: "block", takesModels: true, isFired: true },
  Notification: { matches: "the kind of notification", exitTwo: "nothing", isFired: true },
  SubagentStart: { matches: "the agent's type", exitTwo: "person", isFired: true },
  SubagentStop: { matches: "the agent's type", exitTwo: "block", takesModels: true, isFired: true },
  TaskCreated: task,
  TaskCompleted: task,
  Stop: { exitTwo: "block", takesModels: true, isFired: true },
  StopFailure: { matches: "the kind of error", exitTwo: "nothing", isFired: true },
  TeammateIdle: task,
  ConfigChange: { matches: "which settings", exitTwo: "block", isFired: true },
  CwdChanged: { exitTwo: "person", hasEnvironmentFile: true, isFired: true },
  DirectoryAdded: { matches: "how it was added", exitTwo: "nothing", isFired: true },
  FileChanged: { matches: "names of files", exitTwo: "person", hasEnvironmentFile: true },
  WorktreeCreate: { exitTwo: "block" },
  WorktreeRemove: { exitTwo: "block" },
  PreCompact: { matches: "manual or auto", exitTwo: "block", isFired: true },
  PostCompact: { matches: "manual or auto", exitTwo: "person", isFired: true },
  PreModelSwitch: { ...model, exitTwo: "block" },
  PostModelSwitch: { ...model, exitTwo: "person", isPlainTextContext: true },
  SessionEnd: { matches: "why it ends", exitTwo: "person", isFired: true },
  Elicitation: server,
  ElicitationResult: server,
} as const satisfies Record<string, EventRules>);

export type EventName = keyof typeof EVENTS;

export const EVENT_NAMES = Object.freeze(Object.keys(EVENTS) as EventName[]);

export function isEventName(name: string): name is EventName {
  return Object.hasOwn(EVENTS, name);
}

export function rulesOf(event: EventName): EventRules {
  return EVENTS[event];
}

/** The letters of which a matcher is a list of names and no regular expression. */
export function namesOnly(event: EventName): RegExp {
  return event === "FileChanged" || event === "StopFailure" ? narrow : /^[A-Za-z0-9_\- ,|]*$/;
}
