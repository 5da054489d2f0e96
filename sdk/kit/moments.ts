/** A conversation as a row of moments: who said what, and which calls came to what. From the log or from messages alike. */
import { type Entry, type Message, textOf, type UserContent } from "gantry/sdk";

/** What somebody said. */
export interface Words {
  readonly by: "person" | "agent";
  readonly text: string;
}

/** A call of a tool, with its result where there is one. */
export interface CallMade {
  readonly by: "call";
  readonly id: string;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** `undefined` while there is no result. */
  readonly isError?: boolean;
  /** What the tool answered. */
  readonly text: string;
  /** The structured result, which only the log knows. */
  readonly data?: unknown;
}

/** One thing that was said or done. */
export type Moment = Words | CallMade;

/** What stands around a command that the person ran, and around what it said. */
const SHELL_TEXT = /^\s*<bash-(input|stdout)>/;
/** What stands around a text that the host has written in a person's place. */
const HOST_TEXT = /^\s*<(system-reminder|conversation-summary)>/;

/**
 * The moments of a log. What compactions left out of the conversation is still there.
 *
 * @example
 * const prompts = momentsOfLog(session.entries).filter(({ by }) => by === "person");
 */
export function momentsOfLog(entries: readonly Entry[]): readonly Moment[] {
  const row = createRow();
  for (const entry of entries) {
    if (entry.type === "user" && !entry.isMeta) row.said(entry.message.content.filter((block) => !isShellText(block)));
    else if (entry.type === "assistant") row.answered(entry.message);
    else if (entry.type === "tool_start" && entry.input !== undefined) row.began(entry.toolUseId, entry.input);
    else if (entry.type === "tool_result") {
      row.ended(entry.toolUseId, entry.outcome !== "ok", textOf(entry.content), entry.data);
    }
  }
  return row.moments;
}

/** The moments of messages. What the host added in a person's name is told by its tags. */
export function momentsOfMessages(messages: readonly Message[]): readonly Moment[] {
  const row = createRow();
  for (const message of messages) {
    if (message.role === "assistant") row.answered(message);
    else {
      for (const block of message.content) {
        if (block.type === "tool_result")
          row.ended(block.tool_use_id, block.is_error === true, textOf(block.content), undefined);
      }
      row.said(message.content.filter((block) => !isHostText(block)));
    }
  }
  return row.moments;
}

/** Whether a block was written by the host and not by the person in whose message it stands. */
export function isHostText(block: UserContent): boolean {
  return isShellText(block) || (block.type === "text" && HOST_TEXT.test(block.text));
}

function isShellText(block: UserContent): boolean {
  return block.type === "text" && SHELL_TEXT.test(block.text);
}

function createRow() {
  const moments: Moment[] = [];
  const places = new Map<string, number>();
  return {
    moments,
    said(content: readonly UserContent[]): void {
      for (const block of content) {
        if (block.type === "text" && block.text.trim()) moments.push({ by: "person", text: block.text });
      }
    },
    answered({ content }: Extract<Message, { role: "assistant" }>): void {
      for (const block of content) {
        if (block.type === "text" && block.text.trim()) moments.push({ by: "agent", text: block.text });
        if (block.type !== "tool_use") continue;
        places.set(block.id, moments.length);
        moments.push({ by: "call", id: block.id, tool: block.name, input: fieldsOf(block.input), text: "" });
      }
    },
    /** A plugin changed what the model had asked for: what ran is what counts. */
    began(id: string, input: unknown): void {
      const place = places.get(id);
      const call = place === undefined ? undefined : moments[place];
      if (place !== undefined && call?.by === "call") moments[place] = { ...call, input: fieldsOf(input) };
    },
    ended(id: string, isError: boolean, text: string, data: unknown): void {
      const place = places.get(id);
      const call = place === undefined ? undefined : moments[place];
      if (place === undefined || call?.by !== "call") return;
      moments[place] = { ...call, isError, text, ...(data !== undefined && { data }) };
    },
  };
}

function fieldsOf(input: unknown): Readonly<Record<string, unknown>> {
  return input && typeof input === "object" ? (input as Readonly<Record<string, unknown>>) : {};
}
