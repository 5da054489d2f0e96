import type { RunTool } from "gantry/sdk";
import { findJob, stateOf } from "./find.ts";
import type { OwnJobs } from "./jobs.ts";

type Input = { readonly task_id?: string | undefined; readonly shell_id?: string | undefined };

export function stopJob(jobs: OwnJobs): RunTool<Input> {
  return async ({ task_id, shell_id }, { session }) => {
    const job = findJob(jobs, session, task_id ?? shell_id);
    const wasRunning = job.state === "running";
    await jobs.stop(session, job.id);
    const message = wasRunning
      ? `Stopped job ${job.id} (${job.title}). Its output stays in ${job.outputFile}`
      : `Job ${job.id} (${job.title}) had ended already: ${stateOf(job)}.`;
    return {
      content: message,
      data: { message, task_id: job.id, task_type: job.kind === "command" ? "shell" : job.kind, command: job.title },
    };
  };
}
