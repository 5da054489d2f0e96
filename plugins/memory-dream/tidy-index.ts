/** The step that keeps an index in order: a line for each entry, none for what is gone, and not too many. */
import type { MemoryScope } from "gantry/sdk";
import { INDEX_NAME, idsIn, indexWith, indexWithout, tidiedIndex } from "gantry/sdk/kit/memory-text";
import { hasSecrets } from "gantry/sdk/kit/secrets";
import { keptIn, type Step, type Texts } from "./steps.ts";

/** `changed`: the names of the entries whose lines may say what holds no more. */
export function indexStep(
  scope: MemoryScope,
  texts: Texts,
  { day, most, changed }: { readonly day: string; readonly most: number; readonly changed: ReadonlySet<string> },
): Step | undefined {
  const before = texts.get(INDEX_NAME);
  const entries = keptIn(scope, texts, day).map(({ entry }) => entry);
  let after = before ?? "";
  // People order and group their lines as they like, so that no more of them change than must.
  for (const id of idsIn(after)) if (!texts.has(`${id}.md`)) after = indexWithout(after, id);
  for (const entry of entries) if (changed.has(`${entry.id}.md`)) after = indexWith(after, entry);
  const named = new Set(idsIn(after));
  const missing = entries.filter(({ id }) => !named.has(id));
  const lines = after === "" ? 0 : after.trimEnd().split("\n").length;
  if (lines + missing.length > most) after = tidiedIndex(after, entries, most);
  else for (const entry of missing.sort((a, b) => (a.updated < b.updated ? -1 : 1))) after = indexWith(after, entry);
  if (after === (before ?? "") || hasSecrets(before ?? "")) return undefined;
  return { scope, reason: "a line for each entry", changes: [{ name: INDEX_NAME, before, after }] };
}
