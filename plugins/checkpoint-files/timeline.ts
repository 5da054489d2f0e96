import { type Entry, type EntryOf, perSession, type SessionView, z } from "gantry/sdk";
import { typedText } from "gantry/sdk/kit/typed";
import { type FileState, stateSchema } from "./state.ts";

/** The plugin's name in the log. */
export const PLUGIN = "checkpoint-files";

/** One change of one path. */
export interface Change {
  /** Where in the log it was written down. */
  readonly at: number;
  /** The prompt that it belongs to; `null` before the first. */
  readonly prompt: string | null;
  readonly call: string;
  readonly path: string;
  readonly before: FileState;
  /** `undefined` where the host was cut off before it could look. */
  readonly after: FileState | undefined;
}

/** A rewind, as the log has it. */
export interface RewindRecord {
  readonly id: string;
  /** The rewind that this one undoes. */
  readonly undoes?: string | undefined;
  readonly isConversation: boolean;
  /** The newest record of the conversation before it. */
  readonly from: string | null;
}

/** What the log of a session says of files, in the order of time: a conversation branches, a disk does not. */
export interface Timeline {
  readonly changes: readonly Change[];
  readonly rewinds: readonly RewindRecord[];
  /** What each path was left as. */
  readonly last: ReadonlyMap<string, FileState | undefined>;
  /** Prompts that have changed files, oldest first. */
  readonly checkpoints: readonly (string | null)[];
  /** Where in the log each record is. */
  readonly places: ReadonlyMap<string, number>;
  /** The newest prompt. */
  readonly prompt: string | null;
}

/** A rewind's own changes are written down as those of a call with this in front of its id. */
export const REWIND = "rewind:";

const beforeSchema = z.object({
  prompt: z.string().nullable(),
  call: z.string(),
  files: z.array(z.object({ path: z.string(), before: stateSchema })),
});
const afterSchema = z.object({
  prompt: z.string().nullable(),
  call: z.string(),
  files: z.array(z.object({ path: z.string(), before: stateSchema, after: stateSchema })),
});
const rewindSchema = z.object({
  id: z.string(),
  undoes: z.string().optional(),
  isConversation: z.boolean(),
  from: z.string().nullable(),
});
/** What a call is about to change; what it has changed. */
export type BeforeRecord = z.infer<typeof beforeSchema>;
export type AfterRecord = z.infer<typeof afterSchema>;

interface State {
  read: number;
  readonly changes: Change[];
  readonly rewinds: RewindRecord[];
  readonly last: Map<string, FileState | undefined>;
  readonly checkpoints: (string | null)[];
  readonly places: Map<string, number>;
  prompt: string | null;
  /** Calls that have begun, by id. */
  readonly open: Map<string, { readonly at: number; readonly record: BeforeRecord }>;
}

const stateIn = perSession<State>(() => ({
  read: 0,
  changes: [],
  rewinds: [],
  last: new Map(),
  checkpoints: [],
  places: new Map(),
  prompt: null,
  open: new Map(),
}));

/** Reads what is new in the log. */
export function timelineOf(session: SessionView): Timeline {
  const state = stateIn(session);
  const entries = wholeLog(session);
  for (; state.read < entries.length; state.read++) take(state, entries[state.read] as Entry, state.read);
  return state;
}

/** The same between turns, when no call runs any more. */
export function settledTimelineOf(session: SessionView): Timeline {
  timelineOf(session);
  settle(stateIn(session));
  return stateIn(session);
}

/** A call that was cut off has left its files in a state that nobody knows. */
function settle(state: State): void {
  for (const [call, { at, record }] of state.open) {
    for (const { path, before } of record.files) {
      add(state, { at, prompt: record.prompt, call, path, before, after: undefined });
    }
  }
  state.open.clear();
}

/** Records of other branches count, too: what was said is taken back, what was done to files is not. */
export function wholeLog(session: SessionView): readonly Entry[] {
  return session.allEntries;
}

function take(state: State, entry: Entry, at: number): void {
  state.places.set(entry.uuid, at);
  if (isPrompt(entry)) {
    settle(state);
    state.prompt = entry.uuid;
  }
  if (entry.type !== "plugin" || entry.plugin !== PLUGIN) return;
  switch (entry.kind) {
    case "before": {
      const { data: record } = beforeSchema.safeParse(entry.data);
      if (record) state.open.set(record.call, { at, record });
      break;
    }
    case "after": {
      const { data } = afterSchema.safeParse(entry.data);
      if (!data) break;
      state.open.delete(data.call);
      for (const file of data.files) add(state, { ...file, at, prompt: data.prompt, call: data.call });
      break;
    }
    case "rewind": {
      const { data } = rewindSchema.safeParse(entry.data);
      if (data) state.rewinds.push(data);
    }
  }
}

function add(state: State, change: Change): void {
  state.changes.push(change);
  state.last.set(change.path, change.after);
  if (!state.checkpoints.includes(change.prompt)) state.checkpoints.push(change.prompt);
}

/** Something that a person, or whoever speaks for one, has asked. */
export function isPrompt(entry: Entry): entry is EntryOf<"user"> {
  return entry.type === "user" && !entry.isMeta;
}

/** The prompts of the conversation as it is now, oldest first. */
export function promptsOf(session: SessionView): readonly EntryOf<"user">[] {
  return session.entries.filter(isPrompt);
}

/** What was asked, in one line. */
export function firstLineOf(entry: EntryOf<"user">): string {
  const line = typedText(entry).trim().split("\n", 1)[0] ?? "";
  return line || entry.message.content.map(({ type }) => `[${type}]`).join(" ");
}
