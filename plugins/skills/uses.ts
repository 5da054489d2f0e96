/** How often skills are called, over all sessions: where there is no room for all, the list keeps those that are used. */
import fs from "node:fs";
import { join } from "node:path";
import type { HostInfo } from "gantry/sdk";
import { writeSettings } from "gantry/sdk/kit/settings-write";

export interface Uses {
  of(name: string): number;
  count(name: string): Promise<void>;
}

export function createUses({ stateFolder }: HostInfo): Uses {
  const file = join(stateFolder, "skill-uses.json");
  /** As it was when somebody first asked, so that the list stays as it is while a session lasts. */
  let known: Readonly<Record<string, unknown>> | undefined;
  return {
    of(name) {
      known ??= read(file);
      const count = Object.hasOwn(known, name) ? known[name] : 0;
      return typeof count === "number" ? count : 0;
    },
    count: (name) =>
      writeSettings(file, (current) => ({ ...current, [name]: (Number(current[name]) || 0) + 1 }), { waitMs: 1_000 }),
  };
}

function read(file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    // Nobody has called one yet; or it is broken, and then nothing but an order is lost.
    return {};
  }
}
