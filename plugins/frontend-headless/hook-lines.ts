import { type HookActivity, newId, type WireHookResponse, type WireHookStarted } from "gantry/sdk";

/** What a hook at work is on the wire. */
export function hookLine(
  { id, name, event, ended }: HookActivity,
  sessionId: string,
): WireHookStarted | WireHookResponse {
  const about = { hook_id: id, hook_name: name, hook_event: event, session_id: sessionId, uuid: newId() };
  if (!ended) return { type: "system", subtype: "hook_started", ...about };
  const { stdout, stderr, exitCode, outcome } = ended;
  return {
    type: "system",
    subtype: "hook_response",
    ...about,
    output: [stdout, stderr].filter(Boolean).join("\n"),
    stdout,
    stderr,
    ...(exitCode !== undefined && { exit_code: exitCode }),
    outcome,
  };
}
