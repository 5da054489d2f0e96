import type { SessionView } from "gantry/sdk";

const PLUGIN = "output-styles";
const KIND = "chosen";

/** The style that a person has chosen in this session: the log knows, so that going back chooses the earlier one again. */
export function chosenIn({ entries }: SessionView): string | undefined {
  const entry = entries.findLast((entry) => entry.type === "plugin" && entry.plugin === PLUGIN && entry.kind === KIND);
  const name = entry?.type === "plugin" ? (entry.data as { readonly name?: unknown } | null)?.name : undefined;
  return typeof name === "string" ? name : undefined;
}

export function noteChosen(session: SessionView, name: string): void {
  session.record(PLUGIN, KIND, { name });
}
