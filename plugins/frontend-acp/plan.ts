import type { PlanEntry } from "@agentclientprotocol/sdk/unstable";
import { z } from "gantry/sdk";

const MOST_ENTRIES = 500;

const todosSchema = z.object({
  todos: z
    .array(
      z.object({
        content: z.string().min(1),
        status: z.enum(["pending", "in_progress", "completed"]),
        priority: z.enum(["high", "medium", "low"]).catch("medium"),
      }),
    )
    .max(MOST_ENTRIES),
});

/** The plan in a call whose input is a list of tasks, as that of the field's tools for it is, whatever the tool is called. */
export function planIn(input: unknown): PlanEntry[] | undefined {
  return todosSchema.safeParse(input).data?.todos;
}
