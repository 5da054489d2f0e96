/** What a person typed, where that is not what the model was sent. */
import { type EntryOf, textOf } from "gantry/sdk";

/**
 * A prompt as it stands in lists: a slash command as it was typed, and not the text that came of it.
 *
 * @example
 * const prompts = session.entries.flatMap((entry) => (entry.type === "user" && !entry.isMeta ? [typedText(entry)] : []));
 */
export function typedText({ typed, message }: Pick<EntryOf<"user">, "typed" | "message">): string {
  return typed ?? textOf(message.content);
}
