import { type SessionView, ToolError } from "gantry/sdk";
import type { OwnJob, OwnJobs } from "./jobs.ts";

export function findJob(jobs: OwnJobs, session: SessionView, id: string | undefined): OwnJob {
  const job = id === undefined ? undefined : jobs.get(session, id);
  if (job) return job;
  const known = jobs.list(session).map((one) => `${one.id} (${one.state})`);
  const rest = known.length ? `Jobs of this session: ${known.join(", ")}.` : "This session has no jobs.";
  throw new ToolError(id === undefined ? `Give task_id. ${rest}` : `There is no job "${id}". ${rest}`);
}

/** State and exit code in words. */
export function stateOf(job: OwnJob): string {
  const code = job.exit?.exitCode;
  return code === undefined || job.kind !== "command" ? job.state : `${job.state}, exit code ${code}`;
}
