import type { Effort, ModelInfo, ModelRequest } from "gantry/sdk";

/**
 * How a model thinks: `always` by its own measure; `adaptive` by its own measure when asked; `budget` up to a number of
 * tokens when asked.
 */
export type ThinkingStyle = "always" | "adaptive" | "budget";

export interface ClaudeModel extends ModelInfo {
  readonly thinking: ThinkingStyle;
}

const MILLION = { contextWindow: 1_000_000, maxOutputTokens: 128_000 };
const CLASSIC = { contextWindow: 200_000, maxOutputTokens: 64_000 };

/** The models that the SDK names, newest first, with the figures that are published of them. */
export const MODELS: readonly ClaudeModel[] = [
  { id: "claude-fable-5-2", title: "Claude Fable 5.2", thinking: "always", ...MILLION },
  { id: "claude-mythos-5-2", title: "Claude Mythos 5.2", thinking: "always" },
  { id: "claude-haiku-5-5", title: "Claude Haiku 5.5", thinking: "always", ...MILLION },
  { id: "claude-sonnet-5-5", title: "Claude Sonnet 5.5", thinking: "always", ...MILLION },
  { id: "claude-fable-5-1", title: "Claude Fable 5.1", thinking: "always", ...MILLION },
  { id: "claude-opus-5-5", title: "Claude Opus 5.5", thinking: "always", ...MILLION },
  { id: "claude-mythos-5-1", title: "Claude Mythos 5.1", thinking: "always" },
  { id: "claude-sonnet-5", title: "Claude Sonnet 5", thinking: "adaptive", ...MILLION },
  { id: "claude-fable-5", title: "Claude Fable 5", thinking: "always", ...MILLION },
  { id: "claude-mythos-5", title: "Claude Mythos 5", thinking: "always", ...MILLION },
  { id: "claude-opus-5", title: "Claude Opus 5", thinking: "always", ...MILLION },
  { id: "claude-opus-4-8", title: "Claude Opus 4.8", thinking: "adaptive", ...MILLION },
  { id: "claude-opus-4-7", title: "Claude Opus 4.7", thinking: "adaptive", ...MILLION },
  { id: "claude-mythos-preview", title: "Claude Mythos Preview", thinking: "adaptive" },
  { id: "claude-opus-4-6", title: "Claude Opus 4.6", thinking: "adaptive", ...MILLION },
  {
    id: "claude-sonnet-4-6",
    title: "Claude Sonnet 4.6",
    thinking: "adaptive",
    contextWindow: 1_000_000,
    maxOutputTokens: 64_000,
  },
  { id: "claude-haiku-4-5", title: "Claude Haiku 4.5", thinking: "budget", ...CLASSIC },
  { id: "claude-opus-4-5", title: "Claude Opus 4.5", thinking: "budget", ...CLASSIC },
  { id: "claude-sonnet-4-5", title: "Claude Sonnet 4.5", thinking: "budget", ...CLASSIC },
];

/** The first models that take a level have no `xhigh`. */
export function effortOf(wanted: Effort, { id }: ClaudeModel): Effort {
  return wanted === "xhigh" && /-4-6$/.test(id) ? "high" : wanted;
}

/** Asked for with each request that is to be answered fast. */
export const FAST_MODE = "fast-mode-2026-02-01";

/** Whether the answer is to come fast, and the model is one of those that can. */
export function isFast({ isFast, model }: Pick<ModelRequest, "isFast" | "model">): boolean {
  return isFast === true && /^claude-opus-(?:4-[6-9]|[5-9])/.test(model.id);
}

/** The id without the date of a snapshot: `claude-haiku-4-5-20251001` is `claude-haiku-4-5`. */
export function withoutDate(id: string): string {
  return id.replace(/-\d{8}$/, "");
}

/** What is known of a model, by its id with or without a date. */
export function claudeModel(id: string): ClaudeModel | undefined {
  const plain = withoutDate(id);
  return MODELS.find((model) => model.id === plain);
}
