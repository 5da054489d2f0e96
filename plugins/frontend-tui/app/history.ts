/** What was said before, when a session goes on. */
import type { Session, ToolResult } from "gantry/sdk";
import { type CallMade, momentsOfLog } from "gantry/sdk/kit/moments";
import { type PaintOptions, paintBlocks } from "../paint/blocks.ts";
import { type Painting, promptLines, saidLines } from "./lines.ts";
import type { ToolLines } from "./tool-lines.ts";

/** As much as somebody looks back on; the transcript view has all of it. */
const MOST_MOMENTS = 60;

/** What has been said until now. */
export async function paintingOfHistory(session: Session, tools: ToolLines): Promise<Painting> {
  const all = momentsOfLog(session.entries);
  const shown = all.slice(-MOST_MOMENTS);
  await Promise.all(shown.map((one) => (one.by === "call" ? tools.load(session, one.tool) : undefined)));
  const earlier = all.length - shown.length;
  return (options) => [
    ...(earlier ? ["", ...saidLines(`${earlier} earlier messages and calls: Ctrl-O shows them.`, "dim", options)] : []),
    ...shown.flatMap((one) => {
      if (one.by === "person") return promptLines(one.text, options);
      if (one.by === "call") return ["", ...tools.done(shownCall(one, session), options)];
      return answerLines(one.text, options);
    }),
  ];
}

/** A call of the log, as it is drawn. */
export function shownCall({ id, tool, input, text, isError, data }: CallMade, session: Session) {
  const result: ToolResult = {
    outcome: isError === undefined ? "aborted" : isError ? "error" : "ok",
    content: [{ type: "text", text }],
    ms: 0,
    ...(data !== undefined && { data }),
  };
  return { call: { id, tool: { name: tool }, input }, result, session };
}

/** An answer that is whole, as it looks once it has been streamed. */
export function answerLines(text: string, options: PaintOptions): string[] {
  const lines = paintBlocks([{ type: "markdown", text }], { ...options, width: Math.max(1, options.width - 2) });
  return ["", ...lines.map((line, at) => (at === 0 ? options.theme.style("text", "● ") : line && "  ") + line)];
}
