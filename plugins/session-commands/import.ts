import { type Entry, entrySchema, LOG_VERSION, newId, PluginError, type SessionStore } from "gantry/sdk";
import { EXPORT_MARK } from "./formats.ts";

/** What came of reading a file. */
export interface Imported {
  readonly id: string;
  readonly records: number;
  /** Records that were left out on purpose, or that this version does not know. */
  readonly leftOut: number;
}

/**
 * Takes a session in that was exported, as JSON or as a transcript, under a new id. Every record is checked. What plugins had kept
 * is left out, since a permission given elsewhere is none here; so is what waited to be said.
 */
export async function importSession(
  store: SessionStore,
  text: string,
  { file, cwd, gantry }: { readonly file: string; readonly cwd: string; readonly gantry: string },
): Promise<Imported> {
  const raw = recordsOf(text, file);
  const entries = raw.flatMap((record, at) => checked(record, at + 1, file));
  const id = newId();
  const log = ownLog(entries.filter(isConversation), entries, { id, cwd, gantry });
  if (!log.some(({ type }) => type === "user" || type === "assistant")) throw refused(file, "nothing is said in it");

  const writer = await store.create(id, cwd);
  try {
    for (const entry of log) writer.append(entry);
    await writer.flush();
  } finally {
    await writer.close();
  }
  const renewed = entries.filter(({ type }) => type === "session").length;
  return { id, records: log.length, leftOut: raw.length - renewed - (log.length - 1) };
}

function recordsOf(text: string, file: string): readonly unknown[] {
  const whole = parsed(text);
  if (isObject(whole) && whole.format === EXPORT_MARK) {
    if (typeof whole.version === "number" && whole.version > LOG_VERSION) throw tooNew(file, whole.version);
    if (Array.isArray(whole.entries)) return whole.entries;
    throw refused(file, "it has no entries");
  }
  const lines = text.split("\n").filter((line) => line.trim());
  return lines.map((line, at) => {
    const value = parsed(line);
    if (value === undefined) throw refused(file, `line ${at + 1} is no JSON`);
    return value;
  });
}

function checked(value: unknown, number: number, file: string): readonly Entry[] {
  const result = entrySchema.safeParse(value);
  if (result.success) {
    const entry = value as Entry & { readonly isRepeat?: unknown };
    if (entry.type === "session" && entry.version > LOG_VERSION) throw tooNew(file, entry.version);
    return entry.isRepeat === true ? [] : [entry];
  }
  if (isObject(value) && typeof value.type === "string" && !KNOWN().has(value.type)) return [];
  throw refused(file, `record ${number} is none: ${result.error.issues[0]?.message ?? "it does not fit the schema"}`);
}

function KNOWN(): ReadonlySet<string> {
  return new Set(entrySchema.unwrap().options.map((option) => option.shape.type.value));
}

const STATE = new Set<Entry["type"]>(["session", "plugin", "queued", "dequeued"]);

function isConversation({ type }: Entry): boolean {
  return !STATE.has(type);
}

/** A log of its own: a new beginning, and each record behind the one that was kept before it. */
function ownLog(
  kept: readonly Entry[],
  all: readonly Entry[],
  { id, cwd, gantry }: { readonly id: string; readonly cwd: string; readonly gantry: string },
): readonly Entry[] {
  const [first] = all;
  const head: Entry = {
    type: "session",
    version: LOG_VERSION,
    cwd,
    gantry,
    ...(first && { forkedFrom: { sessionId: first.sessionId, uuid: all.at(-1)?.uuid ?? first.uuid } }),
    uuid: newId(),
    parentUuid: null,
    sessionId: id,
    timestamp: new Date().toISOString(),
  };
  const stays = new Set(kept);
  /** For each record the nearest before it that stays. */
  const stand = new Map<string, string>();
  let previous = head.uuid;
  const log: Entry[] = [head];
  for (const entry of all) {
    const before = entry.parentUuid === null ? head.uuid : (stand.get(entry.parentUuid) ?? previous);
    const isKept = stays.has(entry);
    stand.set(entry.uuid, isKept ? entry.uuid : before);
    previous = isKept ? entry.uuid : before;
    if (!isKept) continue;
    const to = entry.type === "rewind" && entry.to !== null ? { to: stand.get(entry.to) ?? head.uuid } : {};
    log.push({ ...entry, ...to, parentUuid: before, sessionId: id });
  }
  return log;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refused(file: string, problem: string): PluginError {
  return new PluginError(
    "GANTRY_SESSIONS_IMPORT",
    `${file} was not taken in: ${problem}.`,
    "Give a file that gantry sessions export wrote as json or jsonl.",
  );
}

function tooNew(file: string, version: number): PluginError {
  return refused(file, `it has version ${version} of the format, and this program knows ${LOG_VERSION}`);
}
