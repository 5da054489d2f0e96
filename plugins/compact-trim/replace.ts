import type { Message, UserContent } from "gantry/sdk";

/** The messages with some blocks put in place of others. Whatever holds none of them keeps its identity. */
export function replaced(
  messages: readonly Message[],
  inPlace: ReadonlyMap<UserContent, UserContent>,
): readonly Message[] {
  return messages.map((message) => {
    if (message.role !== "user" || !message.content.some((block) => inPlace.has(block))) return message;
    return { role: "user", content: message.content.map((block) => inPlace.get(block) ?? block) };
  });
}
