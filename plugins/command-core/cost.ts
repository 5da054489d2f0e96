import type { Figures, ModelFigures } from "gantry/sdk";

export function costText(figures: Figures): string {
  const models = Object.entries(figures.byModel);
  const lines = [`In all: ${figuresText(figures)}, ${(figures.apiMs / 1000).toFixed(1)} s of waiting for models.`];
  if (models.length > 1) for (const [name, each] of models) lines.push(`${name}: ${figuresText(each)}`);
  return lines.join("\n");
}

function figuresText({ usage, costUsd, requests }: ModelFigures): string {
  const cached = usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
  const input = count(usage.input_tokens + cached, "token");
  const price = costUsd === undefined ? "price not known" : `$${costUsd.toFixed(4)}`;
  const fromCache = usage.cache_read_input_tokens ? ` (${usage.cache_read_input_tokens} from the cache)` : "";
  return `${price}, ${count(requests, "request")}, ${input} in${fromCache}, ${usage.output_tokens} out`;
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
