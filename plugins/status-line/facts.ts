/** What the command reads on its standard input: the documented JSON. */
import {
  type EditorMode,
  type Meter,
  type ModelInfo,
  type Models,
  type OutputStyles,
  perSession,
  type SessionView,
  type Settings,
  z,
} from "gantry/sdk";
import { changedLines } from "gantry/sdk/kit/changed-lines";

interface FactParts {
  readonly meter: Meter | undefined;
  readonly models: Models | undefined;
  readonly styles: OutputStyles | undefined;
  readonly settings: Settings;
  readonly version: string;
  /** When the program began, in milliseconds. */
  readonly started: number;
  /** Of the editor. */
  readonly mode: EditorMode | undefined;
}

const LONG = 200_000;

export async function factsOf(session: SessionView, parts: FactParts) {
  const { meter, models, styles, settings, version, started, mode } = parts;
  const { id, cwd, folders, model, transcriptPath, entries, messages } = session;
  const figures = meter?.of(session);
  const info = await models?.info(session).catch(() => undefined);
  const usage = messages.findLast((message) => message.role === "assistant")?.usage;
  const used = usage
    ? usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens + usage.output_tokens
    : 0;
  const size = info?.contextWindow;
  const percentage = size ? Math.min(100, Math.round((used / size) * 100)) : null;
  const effort = settings.get("effortLevel", z.string());
  const lines = linesOf(session);
  const title = entries.findLast((entry) => entry.type === "title")?.title;
  return {
    hook_event_name: "Status",
    session_id: id,
    ...(title !== undefined && { session_name: title }),
    transcript_path: transcriptPath ?? "",
    cwd,
    version,
    model: { id: model.id, display_name: info?.title ?? model.id },
    workspace: { current_dir: cwd, project_dir: cwd, added_dirs: folders.slice(1) },
    output_style: { name: styles?.nameIn(session) ?? "default" },
    cost: {
      total_cost_usd: figures?.costUsd ?? 0,
      total_duration_ms: Date.now() - started,
      total_api_duration_ms: Math.round(figures?.apiMs ?? 0),
      total_lines_added: lines.added,
      total_lines_removed: lines.removed,
    },
    context_window: {
      total_input_tokens: figures?.usage.input_tokens ?? 0,
      total_output_tokens: figures?.usage.output_tokens ?? 0,
      context_window_size: size ?? null,
      used_percentage: percentage,
      remaining_percentage: percentage === null ? null : 100 - percentage,
      current_usage: usage ?? null,
    },
    exceeds_200k_tokens: used > LONG,
    ...(effort !== undefined && { effort: { level: effort } }),
    thinking: { enabled: settings.get("alwaysThinkingEnabled", z.boolean()) ?? false },
    fast_mode: settings.get("fastMode", z.boolean()) ?? false,
    ...(info?.rateLimits && { rate_limits: limitsOf(info.rateLimits) }),
    ...(mode && { vim: { mode: mode.replace("-", " ").toUpperCase() } }),
  };
}

function limitsOf(windows: NonNullable<ModelInfo["rateLimits"]>) {
  return Object.fromEntries(
    Object.entries(windows).map(([name, { usedPercentage, resetsAt }]) => [
      name,
      { used_percentage: usedPercentage, ...(resetsAt !== undefined && { resets_at: resetsAt }) },
    ]),
  );
}

const counted = perSession(() => ({ entries: 0, added: 0, removed: 0 }));

/** Each entry of the log is looked at once: it is asked for after every tool. */
function linesOf(session: SessionView): { readonly added: number; readonly removed: number } {
  const sum = counted(session);
  const { entries, id } = session;
  if (entries.length < sum.entries) Object.assign(sum, { entries: 0, added: 0, removed: 0 });
  for (const entry of entries.slice(sum.entries)) {
    // What a copy took over was changed by the session that it came from.
    if (entry.type !== "tool_result" || entry.sessionId !== id || entry.outcome !== "ok") continue;
    const changed = changedLines(entry.data);
    sum.added += changed?.added ?? 0;
    sum.removed += changed?.removed ?? 0;
  }
  sum.entries = entries.length;
  return sum;
}
