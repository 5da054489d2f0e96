import type { ToolSpec } from "./model.ts";

/**
 * How long a section stays the same, and so where it goes: `stable` (for every session of this set of plugins) and
 * `session` (for this session) make up the system prompt in this order and are cached by the provider; `turn` is new
 * each turn and is attached to the person's message, so that nothing before it changes.
 */
export type CacheClass = "stable" | "session" | "turn";

/** One keyed piece of the prompt. */
export interface PromptSection {
  /** Unique within the prompt, such as `env`. A section with the key of an earlier one replaces it. */
  readonly key: string;
  readonly text: string;
  readonly cache: CacheClass;
  /** The plugin that wrote it. Set by the kernel. */
  readonly owner?: string;
}

/**
 * The prompt while it is being built. Immutable: each method returns the next draft.
 *
 * @example
 * const promptBuild: TapHandler<"promptBuild"> = (draft) =>
 *   draft.with({ key: "house-rules", cache: "stable", text: "Write British English." });
 */
export interface PromptDraft {
  readonly sections: readonly PromptSection[];
  /** The tools that the model will see. */
  readonly tools: readonly ToolSpec[];
  /** Adds a section, or replaces the one with the same key in its place. */
  with(section: PromptSection): PromptDraft;
  /** Leaves a section out. */
  without(key: string): PromptDraft;
  /** Leaves out the tools for which `keep` is false. */
  filterTools(keep: (tool: ToolSpec) => boolean): PromptDraft;
}
