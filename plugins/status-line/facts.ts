/** What the command reads on its standard input: the documented JSON. */
import type { Meter, Models, OutputStyles, SessionView } from "gantry/sdk";

interface FactParts {
  readonly meter: Meter | undefined;
  readonly models: Models | undefined;
  readonly styles: OutputStyles | undefined;
  readonly version: string;
  /** When the program began, in milliseconds. */
  readonly started: number;
}

const LONG = 200_000;

export async function factsOf(session: SessionView, { meter, models, styles, version, started }: FactParts) {
  const { id, cwd, folders, model, transcriptPath, entries, messages } = session;
  const figures = meter?.of(session);
  const info = await models?.info(session).catch(() => undefined);
  const usage = messages.findLast((message) => message.role === "assistant")?.usage;
  const used = usage
    ? usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens + usage.output_tokens
    : 0;
  const size = info?.contextWindow;
  const percentage = size ? Math.min(100, Math.round((used / size) * 100)) : null;
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
  };
}
