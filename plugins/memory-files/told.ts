import type { SessionView } from "gantry/sdk";
import type { Instruction } from "./instruction.ts";

const PLUGIN = "memory-files";
const KIND = "loaded";

/** What the model was told of while it worked and still has before its eyes: the log knows, so that going back forgets it, too. */
export function toldIn({ entries }: SessionView): ReadonlySet<string> {
  const told = new Set<string>();
  const shortened = entries.findLast((entry) => entry.type === "compaction")?.through;
  for (let at = entries.length - 1; at >= 0 && entries[at]?.uuid !== shortened; at--) {
    const entry = entries[at];
    if (entry?.type !== "plugin" || entry.plugin !== PLUGIN || entry.kind !== KIND) continue;
    const { paths } = (entry.data ?? {}) as { readonly paths?: unknown };
    if (Array.isArray(paths)) for (const path of paths) told.add(path);
  }
  return told;
}

export function noteTold(session: SessionView, instructions: readonly Instruction[]): void {
  session.record(PLUGIN, KIND, { paths: instructions.map(({ realPath }) => realPath) });
}
