/** What a hook may answer with, event by event. Unknown fields are let be; a known one of another type makes the answer no answer. */
import { z } from "gantry/sdk";
import type { EventName } from "./events.ts";

/** What stands in `hookSpecificOutput`; an event without an entry has nothing of its own. */
function makeSpecific() {
  const words = z.string().optional();
  const context = { additionalContext: words.describe("for the model") };
  const object = z.record(z.string(), z.unknown()).optional();
  const judgement = (choices: readonly string[]) => ({
    permissionDecision: z.enum(choices).optional(),
    permissionDecisionReason: words,
  });
  const watched = { watchPaths: z.array(z.string()).optional() };
  const elicited = { action: z.enum(["accept", "decline", "cancel"]).optional(), content: object };
  const destination = z.enum(["session", "localSettings", "projectSettings", "userSettings"]);
  const ruleUpdate = z.object({
    type: z.enum(["addRules", "replaceRules", "removeRules"]),
    rules: z.array(z.object({ toolName: z.string(), ruleContent: words })),
    behavior: z.enum(["allow", "deny", "ask"]),
    destination,
  });
  const modeUpdate = z.object({ type: z.literal("setMode"), mode: z.string(), destination: destination.optional() });
  const folderUpdate = z.object({
    type: z.enum(["addDirectories", "removeDirectories"]),
    directories: z.array(z.string()),
    destination: destination.optional(),
  });
  const permissionUpdate = z.discriminatedUnion("type", [ruleUpdate, modeUpdate, folderUpdate]);

  const permission = {
    decision: z
      .object({
        behavior: z.enum(["allow", "deny"]),
        updatedInput: object,
        updatedPermissions: z.array(permissionUpdate).optional(),
        message: words,
        interrupt: z.boolean().optional(),
      })
      .optional(),
  };

  const specific: { readonly [E in EventName]?: z.ZodRawShape } = {
    SessionStart: {
      ...context,
      ...watched,
      initialUserMessage: words,
      sessionTitle: words,
      reloadSkills: z.boolean().optional(),
    },
    Setup: context,
    UserPromptSubmit: { ...context, sessionTitle: words, suppressOriginalPrompt: z.boolean().optional() },
    UserPromptExpansion: context,
    MessageDisplay: { displayContent: words },
    PreToolUse: { ...judgement(["allow", "deny", "ask", "defer"]), ...context, updatedInput: object },
    PermissionRequest: permission,
    PermissionDenied: { retry: z.boolean().optional() },
    PostToolUse: {
      ...context,
      updatedToolOutput: z.unknown().optional(),
      updatedMCPToolOutput: z.unknown().optional(),
      classifierContext: words,
    },
    PostToolUseFailure: context,
    PostToolBatch: context,
    SubagentStart: context,
    SubagentStop: context,
    Stop: context,
    CwdChanged: watched,
    FileChanged: watched,
    WorktreeCreate: { worktreePath: words },
    PreModelSwitch: judgement(["allow", "deny", "ask"]),
    PostModelSwitch: context,
    Elicitation: elicited,
    ElicitationResult: elicited,
  };
  return specific;
}

function makeOutputSchema(event: EventName) {
  const words = z.string().optional();
  return z.looseObject({
    continue: z.boolean().optional().describe("false stops everything"),
    stopReason: words.describe("for the person"),
    suppressOutput: z.boolean().optional(),
    systemMessage: words.describe("for the person"),
    terminalSequence: words,
    decision: z.enum(["approve", "block"]).optional(),
    reason: words,
    hookSpecificOutput: z.looseObject({ hookEventName: z.literal(event), ...makeSpecific()[event] }).optional(),
  });
}

const made = new Map<EventName, ReturnType<typeof makeOutputSchema>>();

/** The schema of what a hook prints. */
export function outputSchema(event: EventName) {
  const schema = made.get(event) ?? makeOutputSchema(event);
  made.set(event, schema);
  return schema;
}

export type Output = z.output<ReturnType<typeof makeOutputSchema>>;

/** The names that make a JSON object an answer. */
export const OUTPUT_FIELDS: readonly string[] = [
  "continue",
  "stopReason",
  "suppressOutput",
  "systemMessage",
  "terminalSequence",
  "decision",
  "reason",
  "hookSpecificOutput",
  "async",
];

/** A change of permissions that a PermissionRequest hook may ask for, as its schema lets it through. */
export type PermissionUpdate =
  | { readonly type: "setMode"; readonly mode: string }
  | { readonly type: "addDirectories" | "removeDirectories"; readonly directories: readonly string[] }
  | {
      readonly type: "addRules" | "replaceRules" | "removeRules";
      readonly rules: readonly { readonly toolName: string; readonly ruleContent?: string }[];
      readonly behavior: "allow" | "deny" | "ask";
      readonly destination: string;
    };
