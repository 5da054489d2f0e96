/** The log of a session that is opened: a new one, one that goes on, or a copy of another. */
import {
  LOG_VERSION,
  type Entry as LogEntry,
  type Notice,
  newId,
  type OpenOptions,
  type SessionAgent,
  type SessionStore,
  type SessionWriter,
} from "gantry/sdk";
import { branchOf } from "gantry/sdk/kit/branch";
import { error } from "./errors.ts";
import { VERSION } from "./version.ts";

/** A session's log, opened for writing. */
export interface SessionLog {
  readonly id: string;
  readonly entries: readonly LogEntry[];
  readonly writer: SessionWriter;
  readonly notices: readonly Notice[];
}

/** `parent`: the session that an agent works for, whose log its own lies with. */
export async function openLog(
  { resume, continueLatest, fork, id }: OpenOptions,
  cwd: string,
  store: SessionStore | undefined,
  parent?: string,
): Promise<SessionLog> {
  if (resume === undefined && !continueLatest) {
    if (fork) throw error("GANTRY_SESSION_FORK", {});
    return newLog(id ?? newId(), cwd, store, parent);
  }
  if (id !== undefined && !fork) throw error("GANTRY_SESSION_KEEPS_ID", { id });
  if (!store) throw error("GANTRY_SESSION_UNKEPT", {});
  const wanted = resume ?? (await store.list({ cwd }))[0]?.id;
  if (wanted === undefined) throw error("GANTRY_SESSION_NONE", { cwd });
  if (fork) return forkedLog(wanted, id ?? newId(), cwd, store);
  const log = await store.open(wanted, cwd, parent);
  return { id: log.entries[0]?.sessionId ?? wanted, ...log };
}

async function newLog(id: string, cwd: string, store: SessionStore | undefined, parent?: string): Promise<SessionLog> {
  return { id, entries: [], notices: [], writer: store ? await store.create(id, cwd, parent) : memoryWriter() };
}

async function forkedLog(from: string, id: string, cwd: string, store: SessionStore): Promise<SessionLog> {
  const { entries: before, notices } = await store.read(from, { cwd });
  const entries = copyOf(before, id, cwd);
  const writer = await store.create(id, cwd);
  for (const entry of entries) writer.append(entry);
  return { id, entries, writer, notices };
}

/** The records of the branch that counts, which keep their ids, behind a beginning of their own. */
function copyOf(entries: readonly LogEntry[], sessionId: string, cwd: string): readonly LogEntry[] {
  const [first, ...rest] = branchOf(entries);
  const forkedFrom = { sessionId: first?.sessionId ?? "", uuid: rest.at(-1)?.uuid ?? first?.uuid ?? "" };
  const copied: LogEntry[] = [{ ...beginning(cwd), forkedFrom, ...identity(sessionId, null) }];
  for (const entry of rest) copied.push({ ...entry, sessionId, parentUuid: copied.at(-1)?.uuid ?? null });
  return copied;
}

/** What the first record of a log says. */
export function beginning(cwd: string, { type, name, callId }: Partial<SessionAgent> = {}) {
  const agent = type !== undefined && { agent: { type, ...(name && { name }), ...(callId && { callId }) } };
  return { type: "session", version: LOG_VERSION, cwd, gantry: VERSION, ...agent } as const;
}

/** What every record has. */
export function identity(sessionId: string, parentUuid: string | null) {
  return { uuid: newId(), parentUuid, sessionId, timestamp: new Date().toISOString() };
}

/** A writer for sessions that nobody keeps. */
function memoryWriter(): SessionWriter {
  return { path: undefined, append: () => undefined, flush: async () => undefined, close: async () => undefined };
}
