/** Tokens, estimated: for decisions that may be off by a quarter, never for bills. */
import type { Message } from "gantry/sdk";

/** English text and code have about four characters a token in the tokenizers of today. */
const CHARACTERS = 4;
/** What providers reckon for a picture of the size that is sent, and about what they reckon for a page. */
const PICTURE = 1_600;
/** Bytes of base64 for about one page of a PDF. */
const PAGE_BYTES = 70_000;

/**
 * About how many tokens messages have.
 *
 * @example
 * const isLong = estimateTokens(session.messages) > 100_000;
 */
export function estimateTokens(messages: readonly Message[]): number {
  return messages.reduce((sum, { content }) => sum + tokensOf(content), 0);
}

/** About how many tokens a text has. */
export function textTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS);
}

type Block = Message["content"][number];

function tokensOf(content: readonly Block[]): number {
  let sum = 0;
  for (const block of content) {
    switch (block.type) {
      case "text":
        sum += textTokens(block.text);
        break;
      case "thinking":
        sum += textTokens(block.thinking);
        break;
      case "image":
        sum += PICTURE;
        break;
      case "document":
        sum += PICTURE * Math.max(1, Math.ceil((block.source?.data?.length ?? 0) / PAGE_BYTES));
        break;
      case "tool_result":
        sum += tokensOf(block.content);
        break;
      case "tool_use":
        sum += textTokens(block.name + JSON.stringify(block.input ?? {}));
        break;
      default:
        sum += textTokens(JSON.stringify(block));
    }
  }
  return sum;
}
