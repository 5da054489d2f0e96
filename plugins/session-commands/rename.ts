import { newId, PluginError, type SessionStore, type SessionSummary } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";

const MOST_LETTERS = 200;

/** The name on one line; an error where another session that is open has it, since names choose among those. */
export async function checkedTitle(store: SessionStore, text: string, id: string): Promise<string> {
  const title = visibleLine(text.trim(), MOST_LETTERS);
  if (!title)
    throw new PluginError("GANTRY_SESSIONS_NAME", "A session's name cannot be empty.", "Give it a word or two.");
  const taken = (await store.list({})).find((one) => one.isLive && one.id !== id && isSame(one.title, title));
  if (!taken) return title;
  throw new PluginError(
    "GANTRY_SESSIONS_NAME",
    `Another open session is called ${JSON.stringify(title)}: ${taken.id}.`,
    "Choose another name.",
  );
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Gives a session that nobody has open a name. */
export async function renameSession(store: SessionStore, { id, cwd }: SessionSummary, title: string): Promise<void> {
  const { entries, writer } = await store.open(id, cwd);
  try {
    writer.append({
      type: "title",
      title,
      uuid: newId(),
      parentUuid: entries.at(-1)?.uuid ?? null,
      sessionId: id,
      timestamp: new Date().toISOString(),
    });
  } finally {
    await writer.close();
  }
}
