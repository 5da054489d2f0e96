/** What a hook reads on its standard input, event by event. The reference and the published JSON Schemas are made from this. */
import { z } from "gantry/sdk";
import type { EventName } from "./events.ts";

/** Made when somebody asks: no session needs them. */
function fieldsOf() {
  const anything = z.record(z.string(), z.unknown());
  const call = { tool_name: z.string(), tool_input: anything.describe("its paths are absolute") };
  const identified = { ...call, tool_use_id: z.string() };
  const job = z.looseObject({ id: z.string(), type: z.string(), status: z.string(), description: z.string() });
  const stop = {
    stop_hook_active: z.boolean().describe("a Stop hook has made it go on before"),
    last_assistant_message: z.string(),
    background_tasks: z.array(job),
    session_crons: z.array(z.looseObject({ id: z.string(), schedule: z.string(), recurring: z.boolean() })),
  };
  const agent = { agent_id: z.string(), agent_type: z.string() };
  const task = {
    task_id: z.string(),
    task_subject: z.string(),
    task_description: z.string().optional(),
    teammate_name: z.string().optional(),
    team_name: z.string().optional(),
  };
  const compactTrigger = z.enum(["manual", "auto"]);
  const modelSwitch = {
    from_model: z.string(),
    to_model: z.string(),
    requested_model: z.string().nullable(),
    source: z.string(),
    context_tokens: z.number().optional(),
  };

  return {
    SessionStart: {
      source: z.enum(["startup", "resume", "clear", "compact", "fork"]),
      model: z.string().optional(),
      agent_type: z.string().optional(),
      session_title: z.string().optional(),
    },
    Setup: { trigger: z.enum(["init", "maintenance"]) },
    InstructionsLoaded: {
      file_path: z.string(),
      memory_type: z.string(),
      load_reason: z.string(),
      globs: z.array(z.string()).optional(),
      trigger_file_path: z.string().optional(),
      parent_file_path: z.string().optional(),
    },
    UserPromptSubmit: { prompt: z.string() },
    UserPromptExpansion: {
      expansion_type: z.enum(["slash_command", "mcp_prompt"]),
      command_name: z.string(),
      command_args: z.string(),
      command_source: z.string().optional(),
      prompt: z.string().describe("what the command expanded to"),
    },
    MessageDisplay: {
      turn_id: z.string(),
      message_id: z.string(),
      index: z.number(),
      final: z.boolean(),
      delta: z.string(),
    },
    PreToolUse: identified,
    PermissionRequest: { ...call, permission_suggestions: z.array(anything).optional() },
    PermissionDenied: { ...identified, reason: z.string() },
    PostToolUse: {
      ...identified,
      tool_response: z.unknown().describe("the structured result; the text where there is none"),
      duration_ms: z.number().optional(),
    },
    PostToolUseFailure: {
      ...identified,
      error: z.string(),
      is_interrupt: z.boolean().optional(),
      duration_ms: z.number().optional(),
    },
    PostToolBatch: { tool_calls: z.array(z.object({ ...identified, tool_response: z.unknown() })) },
    Notification: { message: z.string(), title: z.string().optional(), notification_type: z.string() },
    SubagentStart: agent,
    SubagentStop: { ...stop, ...agent, agent_transcript_path: z.string().optional() },
    TaskCreated: task,
    TaskCompleted: task,
    Stop: stop,
    StopFailure: {
      error: z.string(),
      error_details: z.string().optional(),
      last_assistant_message: z.string().optional(),
    },
    TeammateIdle: { teammate_name: z.string(), team_name: z.string().optional() },
    ConfigChange: { source: z.string(), file_path: z.string().optional() },
    CwdChanged: { old_cwd: z.string(), new_cwd: z.string() },
    DirectoryAdded: { directory: z.string(), source: z.string() },
    FileChanged: { file_path: z.string(), event: z.enum(["change", "add", "unlink"]) },
    WorktreeCreate: { name: z.string() },
    WorktreeRemove: { worktree_path: z.string() },
    PreCompact: { trigger: compactTrigger, custom_instructions: z.string().nullable() },
    PostCompact: { trigger: compactTrigger, compact_summary: z.string() },
    PreModelSwitch: modelSwitch,
    PostModelSwitch: modelSwitch,
    SessionEnd: { reason: z.enum(["clear", "resume", "logout", "prompt_input_exit", "other"]) },
    Elicitation: {
      mcp_server_name: z.string(),
      message: z.string(),
      mode: z.enum(["form", "url"]).optional(),
      url: z.string().optional(),
      elicitation_id: z.string().optional(),
      requested_schema: anything.optional(),
    },
    ElicitationResult: {
      mcp_server_name: z.string(),
      action: z.enum(["accept", "decline", "cancel"]),
      mode: z.string().optional(),
      elicitation_id: z.string().optional(),
      content: anything.optional(),
    },
  } satisfies Record<EventName, z.ZodRawShape>;
}

/** The whole input of an event. */
export function inputSchema(event: EventName) {
  return z.looseObject({
    session_id: z.string(),
    prompt_id: z.string().optional().describe("absent before the first prompt"),
    transcript_path: z.string().describe("empty where the session is not kept"),
    cwd: z.string(),
    hook_event_name: z.literal(event),
    permission_mode: z.string().optional(),
    ...fieldsOf()[event],
  });
}
