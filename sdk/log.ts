/**
 * The session log: append-only, one record a line, the only thing that remembers. Messages, and everything else a
 * session shows, are derived from it. The schema is the format of the transcript on disk; see `docs/transcript.md`.
 */
import * as z from "zod";
import type { AssistantMessage, ResultContent, UserContent } from "./message.ts";

/** The version of the transcript format that this program writes. */
export const LOG_VERSION = 2;

/** One line of a transcript. Unknown fields are kept; records of unknown type are kept and skipped. */
export const entrySchema = z.lazy(makeEntrySchema);

/** Made when there is a transcript to read: most starts have none. */
function makeEntrySchema() {
  const contentSchema = z.array(z.looseObject({ type: z.string() }));

  const common = {
    /** Unique id of the record. */
    uuid: z.string(),
    /** The record before it on this branch; `null` for the first. A session is a tree. */
    parentUuid: z.string().nullable(),
    sessionId: z.string(),
    /** ISO 8601, UTC. */
    timestamp: z.string(),
  };

  /** What the first record says of the session. */
  const sessionSchema = z.looseObject({
    ...common,
    type: z.literal("session"),
    version: z.number().int(),
    cwd: z.string(),
    gantry: z.string().describe("version of the program that wrote it"),
    forkedFrom: z.object({ sessionId: z.string(), uuid: z.string() }).optional(),
    /** It is the session of an agent: of which kind, and which call of the session above has started it. */
    agent: z.object({ type: z.string(), name: z.string().optional(), callId: z.string().optional() }).optional(),
  });

  /** A prompt of a person or of the host (`isMeta`: reminders, what hooks add). */
  const userSchema = z.looseObject({
    ...common,
    type: z.literal("user"),
    isMeta: z.boolean().optional(),
    /** The slash command that was typed, where `message` is what came of it. */
    typed: z.string().optional(),
    message: z.looseObject({
      role: z.literal("user"),
      content: z.custom<readonly UserContent[]>((v) => contentSchema.safeParse(v).success),
    }),
  });

  /** A whole answer of a model. */
  const assistantSchema = z.looseObject({
    ...common,
    type: z.literal("assistant"),
    /** `provider/id` that was asked. */
    model: z.string(),
    /** Request to last byte, in milliseconds. */
    ms: z.number(),
    message: z.custom<AssistantMessage>(
      (v) => z.looseObject({ role: z.literal("assistant"), content: contentSchema }).safeParse(v).success,
    ),
  });

  /** A tool call that is about to run; written, and flushed, before a side effect starts. */
  const toolStartSchema = z.looseObject({
    ...common,
    type: z.literal("tool_start"),
    toolUseId: z.string(),
    tool: z.string(),
    /** Present when a plugin changed what the model had asked for. */
    input: z.unknown().optional(),
  });

  /** The one outcome of a tool call. */
  const toolResultSchema = z.looseObject({
    ...common,
    type: z.literal("tool_result"),
    toolUseId: z.string(),
    tool: z.string(),
    outcome: z.enum(["ok", "error", "denied", "invalid", "aborted"]),
    content: z.custom<readonly ResultContent[]>((v) => contentSchema.safeParse(v).success),
    data: z.unknown().optional(),
    ms: z.number(),
  });

  /** The system prompt and the tools, whenever they change. */
  const promptSchema = z.looseObject({
    ...common,
    type: z.literal("prompt"),
    sections: z.array(
      z.object({
        key: z.string(),
        text: z.string(),
        cache: z.enum(["stable", "session", "turn"]),
        owner: z.string().optional(),
      }),
    ),
    tools: z.array(z.string()),
  });

  /** The model in use from here on, as `provider/id`. */
  const modelSchema = z.looseObject({ ...common, type: z.literal("model"), model: z.string() });

  /** From here on the messages up to and including `through` are replaced by `messages`. */
  const compactionSchema = z.looseObject({
    ...common,
    type: z.literal("compaction"),
    /** The plugin that made it. */
    by: z.string(),
    through: z.string(),
    trigger: z.enum(["auto", "manual", "overflow"]).optional(),
    /** Estimated. */
    tokensBefore: z.number().optional(),
    tokensAfter: z.number().optional(),
    /** One line for the person. */
    summary: z.string().optional(),
    messages: z.array(
      z.looseObject({
        role: z.enum(["user", "assistant"]),
        content: z.custom<readonly UserContent[]>((v) => contentSchema.safeParse(v).success),
      }),
    ),
  });

  /**
   * The conversation goes on from another record, which is its `parentUuid`: what came after that stays in the log, on a branch of its
   * own. `to` is that record, or `null` for the beginning.
   */
  const rewindSchema = z.looseObject({
    ...common,
    type: z.literal("rewind"),
    to: z.string().nullable(),
    /** The plugin that asked for it. */
    by: z.string(),
  });

  /** The name that a person gives the session; the last one counts. */
  const titleSchema = z.looseObject({ ...common, type: z.literal("title"), title: z.string() });

  /** Something a person said while a turn ran, which waits; and that it waits no longer. */
  const queuedSchema = z.looseObject({
    ...common,
    type: z.literal("queued"),
    id: z.string(),
    content: z.custom<readonly UserContent[]>((v) => contentSchema.safeParse(v).success),
  });
  const dequeuedSchema = z.looseObject({ ...common, type: z.literal("dequeued"), id: z.string() });

  /** A turn has ended. */
  const turnEndSchema = z.looseObject({
    ...common,
    type: z.literal("turn_end"),
    reason: z.string(),
    ms: z.number(),
  });

  /** A record of a plugin's own kind: its state, kept with the session. */
  const pluginSchema = z.looseObject({
    ...common,
    type: z.literal("plugin"),
    plugin: z.string(),
    kind: z.string(),
    data: z.unknown(),
  });

  return z.discriminatedUnion("type", [
    sessionSchema,
    userSchema,
    assistantSchema,
    toolStartSchema,
    toolResultSchema,
    promptSchema,
    modelSchema,
    compactionSchema,
    rewindSchema,
    titleSchema,
    queuedSchema,
    dequeuedSchema,
    turnEndSchema,
    pluginSchema,
  ]);
}

type Known<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

/** One record of the log. */
export type Entry = EachEntry<z.infer<typeof entrySchema>>;

type EachEntry<E> = E extends unknown ? Readonly<Known<E>> : never;

/** The type of a record. */
export type EntryType = Entry["type"];

/** The record of one type. */
export type EntryOf<T extends EntryType> = Extract<Entry, { readonly type: T }>;

/** What a record says beyond what every record has. */
export type EntryBody<T extends EntryType = EntryType> = T extends EntryType
  ? Omit<EntryOf<T>, "uuid" | "parentUuid" | "sessionId" | "timestamp">
  : never;
