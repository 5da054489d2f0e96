/** What a session has used so far. */
import type { Session } from "gantry/sdk";
import { changedLines } from "gantry/sdk/kit/changed-lines";
import { modelUsageOf } from "gantry/sdk/kit/model-usage";
import type { Kit } from "./kit.ts";

/** Of plans and their limits nothing is known: requests are paid for by key. */
export async function usageOf({ session, use, wishes }: Kit): Promise<object> {
  const opened = await session();
  const figures = (await use.meter?.())?.of(opened);
  if (!figures) throw new Error("No plugin counts what sessions use.");
  return {
    session: {
      total_cost_usd: figures.costUsd ?? 0,
      total_api_duration_ms: Math.round(figures.apiMs),
      total_duration_ms: Math.round(performance.now() - (wishes.openedAt ?? performance.now())),
      ...linesOf(opened),
      model_usage: modelUsageOf(figures),
    },
    subscription_type: null,
    rate_limits_available: false,
    rate_limits: null,
    behaviors: null,
  };
}

/** The same in words, as a person reads it. */
export async function costOf({ session, use }: Kit): Promise<object> {
  const text = await use.commands.run(await session(), "cost", "");
  if (typeof text !== "string") throw new Error("No plugin tells what sessions use.");
  return { text };
}

/** What a copy took over was changed by the session that it came from. */
function linesOf({ id, allEntries }: Session) {
  const changes = allEntries.flatMap((entry) => {
    const isOwn = entry.type === "tool_result" && entry.sessionId === id && entry.outcome === "ok";
    return (isOwn && changedLines(entry.data)) || [];
  });
  const sum = (key: "added" | "removed") => changes.reduce((total, change) => total + change[key], 0);
  return { total_lines_added: sum("added"), total_lines_removed: sum("removed") };
}
