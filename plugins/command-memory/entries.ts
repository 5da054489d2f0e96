/** Which entry a person means, and how entries are shown. */
import { type Memory, type MemoryEntry, type MemoryPlace, PluginError } from "gantry/sdk";
import { dayOf } from "gantry/sdk/kit/memory-text";
import { nearest } from "gantry/sdk/kit/nearest";
import { visible, visibleLine } from "gantry/sdk/kit/visible";

/** The entry with an id, written `ID`, `project/ID` or `user/ID`. */
export async function entryOf(memory: Memory, word: string | undefined): Promise<MemoryEntry> {
  if (!word) throw new PluginError("GANTRY_MEMORY_WORD", "It is not said which entry is meant.", "Give its id.");
  const all = await memory.list({ isExpiredToo: true });
  const found = all.filter(({ id, scope }) => word === id || word === `${scope}/${id}`);
  const [entry] = found;
  if (!entry) throw absent(word, all);
  if (found.length > 1)
    throw new PluginError(
      "GANTRY_MEMORY_AMBIGUOUS",
      `"${word}" is an entry of the project and one of yours.`,
      `Write project/${word} or user/${word}.`,
    );
  return entry;
}

function absent(word: string, all: readonly MemoryEntry[]): PluginError {
  const meant = nearest(
    word,
    all.map(({ id }) => id),
  );
  const hint = meant === undefined ? "List the entries to see their ids." : `Did you mean "${meant}"?`;
  return new PluginError("GANTRY_MEMORY_ABSENT", `There is no entry "${visibleLine(word, 80)}".`, hint);
}

export function listText(entries: readonly MemoryEntry[], places: readonly MemoryPlace[]): string {
  const today = dayOf(Date.now());
  const width = Math.min(40, Math.max(0, ...entries.map(({ id }) => id.length)));
  const lines = entries.map(({ id, scope, type, updated, title, isPinned, expires }) =>
    [
      visibleLine(id, 60).padEnd(width),
      scope.padEnd(7),
      type.padEnd(9),
      updated,
      `${visibleLine(title, 80)}${isPinned ? "  (pinned)" : ""}${expires && expires < today ? "  (expired)" : ""}`,
    ].join("  "),
  );
  const where = places.map(({ scope, folder = "", problem }) => `${scope}: ${folder}${problem ? ` (${problem})` : ""}`);
  return [...(lines.length ? lines : ["Nothing is remembered yet."]), "", ...where].join("\n");
}

export function entryText(entry: MemoryEntry): string {
  const { title, type, scope, tags, date, updated, expires, session, isPinned, path, text } = entry;
  const facts = [
    `${type} of the ${scope === "user" ? "person" : "project"}`,
    `written ${date}${updated === date ? "" : `, changed ${updated}`}`,
    ...(expires ? [`holds until ${expires}`] : []),
    ...(isPinned ? ["pinned"] : []),
    ...(tags.length ? [`tags: ${tags.join(", ")}`] : []),
    ...(session ? [`from session ${session}`] : []),
  ];
  return visible([title, facts.join("; "), ...(path ? [path] : []), "", text].join("\n"));
}
