/** What a hook may answer with, event by event. Unknown fields are let be; a known one of another type makes the answer no answer. */
import { z } from "gantry/sdk";
import { permissionUpdateSchema } from "gantry/sdk/kit/permission-updates";
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
  const permission = {
    decision: z
      .object({
        behavior: z.enum(["allow", "deny"]),
        updatedInput: object,
        updatedPermissions: z.array(permissionUpdateSchema()).optional(),
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
