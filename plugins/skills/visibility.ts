/** Who may call a skill: what its file says, and what the person has said of it. */
import { type Settings, z } from "gantry/sdk";
import type { PromptFile } from "gantry/sdk/kit/prompt-files";

export const VISIBILITIES = ["on", "name-only", "user-invocable-only", "off"] as const;
export type Visibility = (typeof VISIBILITIES)[number];

export interface Visible {
  readonly visibility: Visibility;
  readonly isCommand: boolean;
  readonly isForModel: boolean;
}

export function visibilityOf(file: PromptFile, settings: Settings | undefined): Visible {
  const said = settings?.get("skillOverrides", z.record(z.string(), z.unknown())) ?? {};
  const own = Object.hasOwn(said, file.name) ? said[file.name] : undefined;
  const visibility = VISIBILITIES.find((one) => one === own) ?? "on";
  return {
    visibility,
    isCommand: visibility !== "off" && file.isCommand,
    // What does not say what it is for, no model can choose.
    isForModel: ["on", "name-only"].includes(visibility) && file.isForModel && (file.description || file.when) !== "",
  };
}
