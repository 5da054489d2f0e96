import { type Job, type Jobs, newId, type SessionView, type WireTasks } from "gantry/sdk";

/** The kind of a job, as the stream names kinds of tasks. */
export function taskType({ kind }: Job): "local_bash" | "mcp_call" | "local_agent" {
  return kind === "agent" ? "local_agent" : kind === "call" ? "mcp_call" : "local_bash";
}

/** All background jobs of a session that run, as one line of the stream. */
export function tasksLine(session: SessionView, jobs: Jobs | undefined): WireTasks {
  const running = (jobs?.list(session) ?? []).filter(({ state }) => state === "running");
  const tasks = running.map((job) => ({ task_id: job.id, task_type: taskType(job), description: job.title }));
  return { type: "system", subtype: "background_tasks_changed", tasks, session_id: session.id, uuid: newId() };
}
