/** Puts a shortened conversation together. */
import { type Message, text, type UserContent } from "gantry/sdk";
import { BEGIN } from "./earlier.ts";
import type { Parts } from "./parts.ts";

/** What the summary says, by part. */
export interface Story {
  /** Of the turns that are over. */
  readonly older: string;
  /** Of the first part of the turn at work. */
  readonly begun: string;
  /** What was gathered without a model, and stands there whatever a model wrote. */
  readonly facts: string;
}

/** The summary, the request at work word for word, and the messages that stay. */
export function compose({ asked, kept }: Parts, story: Story): readonly Message[] {
  const head: readonly UserContent[] = [text(summaryText(story)), ...asked];
  const [first, ...rest] = kept;
  if (first?.role !== "user") return [{ role: "user", content: head }, ...kept];
  return [{ role: "user", content: [...head, ...first.content] }, ...rest];
}

function summaryText({ older, begun, facts }: Story): string {
  const parts = [
    BEGIN,
    "The conversation before this was shortened to make room; this stands in its place. The person does not see it. Go on where it ends, and do not speak of it.",
    older && `<summary>\n${older}\n</summary>`,
    begun && `<so-far>\nWhat was done so far for the request at work:\n${begun}\n</so-far>`,
    facts && `<facts>\n${facts}\n</facts>`,
    "</conversation-summary>",
  ];
  return parts.filter(Boolean).join("\n\n");
}
