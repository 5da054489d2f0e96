import { randomUUID } from "node:crypto";
import { type Entry, type EntryBody, LOG_VERSION } from "gantry/sdk";

/** Records for tests. */
export const ID = "01234567-89ab-4def-8123-456789abcdef";
export const CWD = "/project/my shop";

/** A record; by default one that hangs on nothing. */
export function record(body: EntryBody, parentUuid: string | null = null, sessionId = ID): Entry {
  const common = { uuid: randomUUID(), parentUuid, sessionId, timestamp: "2026-01-02T03:04:05.678Z" };
  return { ...body, ...common } as Entry;
}

export function begin(version: number = LOG_VERSION, cwd = CWD): EntryBody<"session"> {
  return { type: "session", version, cwd, gantry: "0.0.0" };
}

export function prompt(text: string): EntryBody<"user"> {
  return { type: "user", message: { role: "user", content: [{ type: "text", text }] } };
}

export function title(text: string): EntryBody<"title"> {
  return { type: "title", title: text };
}

/** Records, each hanging on the one before. */
export function chain(...bodies: readonly EntryBody[]): readonly Entry[] {
  const entries: Entry[] = [];
  for (const body of bodies) entries.push(record(body, entries.at(-1)?.uuid ?? null));
  return entries;
}
