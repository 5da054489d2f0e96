import { isGantryError, PluginError, type SessionStore, type SessionSummary } from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";

/**
 * The one session that is meant: by its id or the start of it, by its name, or by words of its name. Where none fits, the
 * error names the nearest.
 */
export async function findSession(
  store: SessionStore,
  text: string,
  query: { readonly cwd?: string },
): Promise<SessionSummary> {
  const all = await store.list(query);
  const fitting = matching(all, text);
  const [one] = fitting;
  if (!one) throw await absent(store, text, query);
  if (fitting.length > 1) throw ambiguous(text, fitting);
  return one;
}

/** Those that fit best: this very id, else its start, else this very name, else its words. */
function matching(all: readonly SessionSummary[], text: string): readonly SessionSummary[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const tries: readonly ((session: SessionSummary) => boolean)[] = [
    ({ id }) => id.toLowerCase() === wanted,
    ({ id }) => id.toLowerCase().startsWith(wanted),
    ({ title }) => title.toLowerCase() === wanted,
    ({ title }) => hasWords(title, wanted),
  ];
  for (const fits of tries) {
    const found = all.filter(fits);
    if (found.length) return found;
  }
  return [];
}

/** Whether the text has every one of the words. */
export function hasWords(text: string, words: string): boolean {
  const lower = text.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}

/** As much of each id as tells it from the others, at least eight letters. */
export function shortIds(sessions: readonly SessionSummary[]): ReadonlyMap<string, string> {
  const sorted = [...new Set(sessions.map(({ id }) => id))].sort();
  const shared = (a = "", b = "") => {
    let length = 0;
    while (length < a.length && a[length] === b[length]) length++;
    return length;
  };
  return new Map(
    sorted.map((id, at) => {
      const needed = Math.max(shared(id, sorted[at - 1]), shared(id, sorted[at + 1])) + 1;
      return [id, id.slice(0, Math.max(8, needed))];
    }),
  );
}

async function absent(store: SessionStore, text: string, query: { readonly cwd?: string }): Promise<unknown> {
  const elsewhere = query.cwd === undefined ? [] : matching(await store.list({}), text);
  const [one] = elsewhere;
  if (one && elsewhere.length === 1) {
    return new PluginError(
      "GANTRY_SESSIONS_ELSEWHERE",
      `The session ${one.id} belongs to another folder: ${one.cwd}.`,
      "Go there first, or, with gantry sessions, add --all.",
    );
  }
  return store.read(text, query).then(
    // There, but nothing was said in it.
    () => new PluginError("GANTRY_SESSIONS_EMPTY", `Nothing was said in the session ${text}.`, "Choose another one."),
    async (error: unknown) => {
      const isNone = isGantryError(error) && ["GANTRY_SESSION_ABSENT", "GANTRY_SESSION_ID"].includes(error.code);
      return isNone ? noneFits(text, await store.list(query), query.cwd) : error;
    },
  );
}

function noneFits(text: string, all: readonly SessionSummary[], cwd: string | undefined): PluginError {
  const known = all.flatMap(({ id, title }) => [id, title]);
  return new PluginError(
    "GANTRY_SESSIONS_ABSENT",
    `No session${cwd === undefined ? "" : " of this folder"} fits ${JSON.stringify(text)}.${didYouMean(text, known)}`,
    "gantry sessions list, or /sessions in a conversation, shows those that there are.",
  );
}

function ambiguous(text: string, fitting: readonly SessionSummary[]): PluginError {
  const shown = fitting.slice(0, 5).map(({ id, title }) => `${id} (${title})`);
  return new PluginError(
    "GANTRY_SESSIONS_AMBIGUOUS",
    `${fitting.length} sessions fit ${JSON.stringify(text)}: ${shown.join(", ")}${fitting.length > 5 ? ", …" : ""}.`,
    "Give more of the id or of the name.",
  );
}
