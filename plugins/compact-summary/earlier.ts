/** Summaries of earlier compactions, as they stand in the conversation. */

export const BEGIN = "<conversation-summary>";

/** Whether a block is the summary of an earlier compaction. */
export function isSummary(block: { readonly type: string; readonly text?: unknown }): boolean {
  return block.type === "text" && typeof block.text === "string" && block.text.startsWith(BEGIN);
}

/** What an earlier summary told, without what is gathered anew each time. */
export function storyIn(summary: string): string {
  const rest = summary.replace(/<facts>[\s\S]*<\/facts>/, "");
  const told = [...rest.matchAll(/<(summary|so-far)>\n([\s\S]*?)\n<\/\1>/g)].map(([, , words]) => words);
  return told.join("\n\n") || rest;
}
