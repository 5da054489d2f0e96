/** What is said of an agent that has ended. */
import type { AgentOutcome, AgentRun } from "gantry/sdk";
import { sentence } from "./clause.ts";

const SILENT = "(The agent has ended and said nothing.)";

/** Its last words; of one that has not come to its end, why, and what it had said by then. */
export function answerOf(
  run: Pick<AgentRun, "definition" | "calls">,
  { state, text: said, error = "it did not end" }: AgentOutcome,
): string {
  if (state === "completed") return said || SILENT;
  const why = `The agent ${run.definition.name} has not done its task: ${sentence(error)}`;
  const done = run.calls ? ` It had made ${run.calls} ${run.calls === 1 ? "call" : "calls"}.` : "";
  return said ? `${why}${done} What it had said last:\n\n${said}` : `${why}${done}`;
}
