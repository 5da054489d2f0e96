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

/** The plan in what has come of a call that changes one task of a list: all of it, where its input did not say that already. */
export function planAfter(input: unknown, data: unknown): PlanEntry[] | undefined {
  if (planIn(input)) return undefined;
  return planIn({ todos: (data as { readonly newTodos?: unknown } | null | undefined)?.newTodos });
}

/** The plan in a call whose input is a list of tasks, as that of the field's tools for it is, whatever the tool is called. */
export function planIn(input: unknown): PlanEntry[] | undefined {
  return todosSchema.safeParse(input).data?.todos;
}
