import { type Call, type SessionView, textOf } from "gantry/sdk";

/** A call that was made before. */
export interface PastCall {
  readonly tool: string;
  readonly input: unknown;
  readonly outcome: string;
}

/** What the classifier may know of a session: never what tools gave back, nor what the model said. */
export interface History {
  /** What the person said, oldest first. */
  readonly person: readonly string[];
  readonly olderMessagesLeftOut: number;
  /** Calls that may have changed something, oldest first. */
  readonly calls: readonly PastCall[];
  readonly olderCallsLeftOut: number;
}

/** What the person has said counts most. */
const SHARE_OF_PERSON = 2 / 3;
const LONGEST_MESSAGE = 8_000;
const LONGEST_VALUE = 500;

/** The history of a session up to a call, the newest of it, within a number of characters. */
export function historyOf(
  session: SessionView,
  call: Call,
  readOnly: ReadonlySet<string>,
  mostCharacters: number,
): History {
  const person = newest(personIn(session), mostCharacters * SHARE_OF_PERSON, (said) => said.length);
  const past = callsIn(session, call.id).filter(({ tool }) => !readOnly.has(tool));
  const calls = newest(past, mostCharacters * (1 - SHARE_OF_PERSON), (one) => JSON.stringify(one).length);
  return {
    person: person.kept,
    olderMessagesLeftOut: person.leftOut,
    calls: calls.kept,
    olderCallsLeftOut: calls.leftOut,
  };
}

function personIn({ entries }: SessionView): readonly string[] {
  return entries.flatMap((entry) => {
    if (entry.type !== "user" || entry.isMeta) return [];
    const said = textOf(entry.message.content);
    return said === "" ? [] : [shortened(said, LONGEST_MESSAGE)];
  });
}

function callsIn({ entries }: SessionView, current: string): readonly PastCall[] {
  const asked = new Map<string, unknown>();
  const past = new Map<string, PastCall>();
  const put = (id: string, tool: string, outcome: string) => {
    if (id !== current) past.set(id, { tool, input: shortenedIn(asked.get(id)), outcome });
  };
  for (const entry of entries) {
    if (entry.type === "assistant") {
      for (const block of entry.message.content) if (block.type === "tool_use") asked.set(block.id, block.input);
    }
    if (entry.type === "tool_start") {
      if (entry.input !== undefined) asked.set(entry.toolUseId, entry.input);
      put(entry.toolUseId, entry.tool, "running");
    }
    if (entry.type === "tool_result" && entry.outcome !== "invalid") put(entry.toolUseId, entry.tool, entry.outcome);
  }
  return [...past.values()];
}

function newest<T>(all: readonly T[], most: number, sizeOf: (one: T) => number) {
  let left = most;
  let first = all.length;
  while (first > 0 && left >= sizeOf(all[first - 1] as T)) left -= sizeOf(all[--first] as T);
  return { kept: all.slice(first), leftOut: first };
}

/** The same with long texts cut: what a file was filled with says little about the next call. */
function shortenedIn(value: unknown): unknown {
  if (typeof value === "string") return shortened(value, LONGEST_VALUE);
  if (Array.isArray(value)) return value.map(shortenedIn);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shortenedIn(inner)]));
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)} (${text.length - most} more characters)`;
}
