/** Who may call a skill: what its file says, and what the person has said of it. */
import { type Settings, z } from "gantry/sdk";
import type { PromptHead } from "gantry/sdk/kit/prompt-head";

export const VISIBILITIES = ["on", "name-only", "user-invocable-only", "off"] as const;
export type Visibility = (typeof VISIBILITIES)[number];

export interface Visible {
  readonly visibility: Visibility;
  readonly isCommand: boolean;
  readonly isForModel: boolean;
}

/** What the person has said of skills, by name. */
export type Overrides = Readonly<Record<string, unknown>>;

export function overridesIn(settings: Settings | undefined): Overrides {
  return settings?.get("skillOverrides", z.record(z.string(), z.unknown())) ?? {};
}

export function visibilityOf(file: PromptHead, overrides: Overrides): Visible {
  const own = Object.hasOwn(overrides, file.name) ? overrides[file.name] : undefined;
  const visibility = VISIBILITIES.find((one) => one === own) ?? "on";
  return {
    visibility,
    isCommand: visibility !== "off" && file.isCommand,
    // What does not say what it is for, no model can choose.
    isForModel: ["on", "name-only"].includes(visibility) && file.isForModel && (file.description || file.when) !== "",
  };
}
