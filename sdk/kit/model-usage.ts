import type { Figures, WireModelUsage } from "gantry/sdk";

/** What each model has used, as programs are told of it. A price that nobody knows counts as nothing. */
export function modelUsageOf(figures: Figures | undefined): Record<string, WireModelUsage> {
  const models = Object.entries(figures?.byModel ?? {});
  return Object.fromEntries(
    models.map(([model, { usage, costUsd }]) => [
      model,
      {
        inputTokens: usage.input_tokens,
        outputTokens: usage.output_tokens,
        cacheReadInputTokens: usage.cache_read_input_tokens,
        cacheCreationInputTokens: usage.cache_creation_input_tokens,
        webSearchRequests: 0,
        costUSD: costUsd ?? 0,
      },
    ]),
  );
}
