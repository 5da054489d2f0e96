import { type Settings, z } from "gantry/sdk";
import type { Flavor } from "./bindings.ts";

/** Which keys the person has in their fingers, as the settings say it. */
export function flavorOf(settings: Settings | undefined): Flavor {
  return settings?.get("keybindingFlavor", z.string()) === "readline" ? "readline" : "classic";
}
