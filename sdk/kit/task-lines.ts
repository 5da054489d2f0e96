import { type Jobs, newId, type SessionView, type WireTasks } from "gantry/sdk";

/** All background jobs of a session that run, as one line of the stream. */
export function tasksLine(session: SessionView, jobs: Jobs | undefined): WireTasks {
  const running = (jobs?.list(session) ?? []).filter(({ state }) => state === "running");
  const tasks = running.map(({ id, title }) => ({ task_id: id, task_type: "local_bash", description: title }) as const);
  return { type: "system", subtype: "background_tasks_changed", tasks, session_id: session.id, uuid: newId() };
}
