import { text, type UserContent } from "gantry/sdk";
import { cut } from "gantry/sdk/kit/digest-text";
import { estimateTokens } from "gantry/sdk/kit/tokens";

/**
 * The request at work within a number of tokens. What the person wrote stays word for word, whatever it takes; what came along with it,
 * such as files that were mentioned, keeps its beginning and end.
 */
export function fitRequest(
  content: readonly UserContent[],
  written: ReadonlySet<string>,
  tokens: number,
): readonly UserContent[] {
  if (tokensOf(content) <= tokens) return content;
  const isWritten = (block: UserContent) => block.type === "text" && written.has(block.text);
  const others = content.filter((block) => !isWritten(block));
  const share = Math.max(0, tokens - tokensOf(content.filter(isWritten))) / Math.max(1, others.length);
  return content.map((block) => {
    if (isWritten(block) || tokensOf([block]) <= share) return block;
    return text(block.type === "text" ? cut(block.text, share) : `[${block.type} left out to make room]`);
  });
}

function tokensOf(content: readonly UserContent[]): number {
  return estimateTokens([{ role: "user", content }]);
}
