import type { AgentRun, Usage } from "gantry/sdk";
import { countedText } from "gantry/sdk/kit/tool-views";

export function tokensOf({
  input_tokens,
  output_tokens,
  cache_read_input_tokens,
  cache_creation_input_tokens,
}: Usage): number {
  return input_tokens + output_tokens + cache_read_input_tokens + cache_creation_input_tokens;
}

/** `12 calls · 23k tokens · 41 s`. */
export function figuresText({ calls, usage, ms }: Pick<AgentRun, "calls" | "usage" | "ms">): string {
  const tokens = tokensOf(usage);
  const shown = tokens < 1_000 ? String(tokens) : `${Math.round(tokens / 1_000)}k`;
  return `${countedText(calls, "call")} · ${shown} tokens · ${Math.round(ms / 1_000)} s`;
}
