import { type MemoryScope, PluginError } from "gantry/sdk";

export function closed(scope: MemoryScope, problem: string | undefined): PluginError {
  const why = problem === undefined ? "" : ` ${problem}`;
  return new PluginError(
    "GANTRY_MEMORY_CLOSED",
    `The memory of the ${scope} is closed.${why}`,
    "Open it, or use the other scope.",
  );
}

export function invalid(what: string, remedy: string): PluginError {
  return new PluginError("GANTRY_MEMORY_INVALID", `This is no entry: ${what}.`, remedy);
}

export function secret(title: string, kind: string): PluginError {
  return new PluginError(
    "GANTRY_MEMORY_SECRET",
    `"${title}" holds what looks like a secret (${kind}), and memory keeps none.`,
    "Say where the secret lies, not what it is.",
  );
}

export function absent(id: string, hint: string): PluginError {
  return new PluginError("GANTRY_MEMORY_ABSENT", `There is no entry "${id}".${hint}`, "/memory lists the entries.");
}

export function busy(name: string): PluginError {
  return new PluginError("GANTRY_MEMORY_BUSY", `${name} is being changed by somebody else.`, "Try it again.");
}
