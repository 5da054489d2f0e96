import { perSession, type ReadFile, type SessionView, type ToolOutput, textOf } from "gantry/sdk";
import type { Request } from "./read.ts";

/**
 * Answers a repeated reading of an unchanged file with a line instead of the whole text, as long as the model still has the
 * text before its eyes.
 */
export function createRepeats() {
  const readingsIn = perSession(() => new Map<string, { readonly hash: string; readonly id: string }>());

  return (
    session: SessionView,
    id: string,
    file: ReadFile,
    { path, offset, limit, pages }: Request,
    output: ToolOutput,
  ): ToolOutput => {
    const readings = readingsIn(session);
    const key = JSON.stringify([path, offset, limit, pages]);
    const earlier = readings.get(key);
    if (earlier?.hash === file.stamp.hash && isStillShown(session, earlier.id, output.content)) {
      return {
        content: `"${path}" is unchanged since it was last read; what was shown then still holds.`,
        data: { type: "file_unchanged", file: { filePath: path } },
      };
    }
    readings.set(key, { hash: file.stamp.hash, id });
    return output;
  };
}

/** Compaction may have taken the earlier result away, or shortened it. */
function isStillShown(session: SessionView, id: string, content: ToolOutput["content"]): boolean {
  if (typeof content !== "string") return false;
  for (const message of session.messages) {
    if (message.role !== "user") continue;
    for (const block of message.content) {
      if (block.type === "tool_result" && block.tool_use_id === id) {
        return textOf(block.content).includes(content);
      }
    }
  }
  return false;
}
