/** Which outputs go: whole batches, oldest first, no more than are needed, and none unless that makes enough room. */
import type { CompactRequest, Message, ToolUseBlock, UserContent } from "gantry/sdk";
import { estimateTokens } from "gantry/sdk/kit/tokens";

/** A block of a message that is to stand in a file. */
export interface Piece {
  readonly block: UserContent;
  /** The call that it answers. */
  readonly call: ToolUseBlock | undefined;
}

export interface Limits {
  readonly keepTokens: number;
  readonly minTokens: number;
}

export type Plan =
  | { readonly pieces: readonly Piece[]; readonly saved: number }
  /** Why nothing is done. */
  | { readonly problem: string };

/** The line in its place takes this much. */
const LINE_TOKENS = 80;
/** What saves less than this stays. */
const SMALLEST = 250;
/** Of the conversation, at least so much has to go: in a large window little room is soon filled again. */
const MIN_SHARE = 0.25;

export function planTrim({ messages, target, trigger }: CompactRequest, limits: Limits): Plan {
  const tokens = estimateTokens(messages);
  const wanted = tokens - target;
  const enough = Math.max(tokens * MIN_SHARE, Math.min(limits.minTokens, tokens / 2));
  const pieces: Piece[] = [];
  let saved = 0;
  for (const batch of oldBatches(messages, Math.min(limits.keepTokens, target / 2))) {
    if (saved >= wanted) break;
    for (const piece of batch) {
      pieces.push(piece);
      saved += savedBy(piece.block);
    }
  }
  if (saved < enough) return { problem: `old outputs have ${Math.floor(saved)} tokens, too few to make room` };
  // The request is made again only once, so it has to fit then.
  if (trigger === "overflow" && saved < wanted) return { problem: `old outputs have ${saved} tokens of ${wanted}` };
  return { pieces, saved };
}

/** What is large in each message but the newest ones, oldest message first. */
function oldBatches(messages: readonly Message[], keepTokens: number): readonly (readonly Piece[])[] {
  const calls = new Map<string, ToolUseBlock>();
  const batches: Piece[][] = [];
  for (const message of messages.slice(0, -1)) {
    if (message.role === "assistant") {
      for (const block of message.content) if (block.type === "tool_use") calls.set(block.id, block);
      continue;
    }
    const large = message.content.filter((block) => savedBy(block) >= SMALLEST);
    batches.push(
      large.map((block) => ({ block, call: block.type === "tool_result" ? calls.get(block.tool_use_id) : undefined })),
    );
  }
  let kept = tokensOf(messages.at(-1)?.content as readonly UserContent[]);
  while (batches.length) {
    kept += tokensOf((batches.at(-1) as Piece[]).map(({ block }) => block));
    if (kept > keepTokens) break;
    batches.pop();
  }
  return batches;
}

/** Only what tools said, pictures and documents: words of the person stay. */
function savedBy(block: UserContent): number {
  return block.type === "text" ? 0 : tokensOf([block]) - LINE_TOKENS;
}

function tokensOf(content: readonly UserContent[] = []): number {
  const large = content.filter(({ type }) => type !== "text");
  return estimateTokens([{ role: "user", content: large }]);
}
