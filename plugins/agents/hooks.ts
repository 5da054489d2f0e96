/** Hooks that definitions have. */
import type { AgentDefinition, DeclaredHooks } from "gantry/sdk";

const ELSEWHERE = { flag: "--agents", program: "the program", "built-in": "Gantry" } as const;

/** Those of a definition, as they are added to a session. */
export function declaredBy({ source, path, hooks }: AgentDefinition): readonly DeclaredHooks[] {
  if (!hooks) return [];
  const from = path ?? (source in ELSEWHERE ? ELSEWHERE[source as keyof typeof ELSEWHERE] : source);
  return [{ source: from, isManaged: source === "managed", hooks }];
}

/** Where an agent ends, SubagentStop is fired: whoever writes Stop beside its prompt means that. */
export function belowHooks(hooks: unknown): unknown {
  if (typeof hooks !== "object" || hooks === null) return hooks;
  const { Stop: atStop, SubagentStop: atEnd, ...others } = hooks as Readonly<Record<string, unknown>>;
  const all = [atStop, atEnd].flatMap((groups) => groups ?? []);
  return all.length ? { ...others, SubagentStop: all } : others;
}
