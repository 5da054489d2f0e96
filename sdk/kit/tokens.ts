/**
 * How much of a model's window something takes, without asking the model. All parts of the host estimate by the same measure, so
 * that what one of them calls smaller is smaller to the others.
 */
import type { AssistantContent, Message, UserContent } from "gantry/sdk";

/** UTF-8 bytes of a token, on average. */
const BYTES = 4;
/** What a picture takes at the size to which providers scale it. */
const IMAGE = 1_600;
/** A page of a document is read and looked at; about so many bytes of base64 make a page. */
const PAGE = 2_400;
const PAGE_CHARACTERS = 60_000;
/** What goes around a message, and around a block. */
const FRAME = 4;

/**
 * Estimated tokens of a text.
 *
 * @example
 * tokensOfText("12 °C in Oslo"); // 4
 */
export function tokensOfText(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES);
}

/** Estimated tokens of a list of blocks. */
export function tokensOfContent(content: readonly (UserContent | AssistantContent)[]): number {
  return content.reduce((sum, block) => sum + FRAME + tokensOfBlock(block), 0);
}

/**
 * Estimated tokens of messages. A message is counted once and remembered, so asking again costs little.
 *
 * @example
 * const isSmaller = tokensOfMessages(shorter) < tokensOfMessages(session.messages);
 */
export function tokensOfMessages(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + tokensOfMessage(message), 0);
}

const counted = new WeakMap<Message, number>();

function tokensOfMessage(message: Message): number {
  const known = counted.get(message);
  if (known !== undefined) return known;
  const tokens = FRAME + tokensOfContent(message.content);
  counted.set(message, tokens);
  return tokens;
}

function tokensOfBlock(block: UserContent | AssistantContent): number {
  switch (block.type) {
    case "text":
      return tokensOfText(block.text);
    case "thinking":
      return tokensOfText(block.thinking);
    case "redacted_thinking":
      return tokensOfText(block.data);
    case "image":
      return IMAGE;
    case "document":
      return Math.ceil(block.source.data.length / PAGE_CHARACTERS) * PAGE;
    case "tool_use":
      return tokensOfText(block.name) + tokensOfText(JSON.stringify(block.input) ?? "");
    case "tool_result":
      return tokensOfContent(block.content);
    default:
      // A block that only its provider knows.
      return tokensOfText(JSON.stringify(block));
  }
}
