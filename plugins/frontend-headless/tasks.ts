import { type Job, type Jobs, newId, type Session, type WireMessage } from "gantry/sdk";
import { tasksLine, taskType } from "gantry/sdk/kit/task-lines";

type Write = (line: WireMessage) => void;

/** Tells of the session's background jobs, those that run already first; until the session ends. */
export function tellTasks(session: Session, jobs: Jobs, write: Write): void {
  const known = new Set<string>();
  for (const job of jobs.list(session)) take(job);
  session.scope.own(jobs.watch((job, of) => of.id === session.id && !session.scope.signal.aborted && take(job)));

  function take(job: Job): void {
    if (job.kind === "agent") tellAgent(job);
    else tell(job);
  }

  function tell(job: Job): void {
    const common = () => ({ task_id: job.id, ...callOf(job), session_id: session.id, uuid: newId() });
    if (!known.has(job.id)) {
      known.add(job.id);
      write(tasksLine(session, jobs));
      const about = { description: job.title, task_type: taskType(job), is_backgrounded: true } as const;
      write({ type: "system", subtype: "task_started", ...about, ...common() });
    }
    if (job.state === "running") return;
    const { state, outputFile: output_file } = job;
    const status = state === "stopped" ? "killed" : state;
    write({ type: "system", subtype: "task_updated", patch: { status, end_time: Date.now() }, ...common() });
    write({
      type: "system",
      subtype: "task_notification",
      status: state,
      output_file,
      summary: summaryOf(job),
      ...common(),
    });
    write(tasksLine(session, jobs));
  }

  /** What it does, and that it has ended, is told where agents are told of. */
  function tellAgent(job: Job): void {
    const isNew = !known.has(job.id);
    known.add(job.id);
    const about = { task_id: job.id, ...callOf(job), session_id: session.id, uuid: newId() };
    if (isNew) write({ type: "system", subtype: "task_updated", patch: { is_backgrounded: true }, ...about });
    if (isNew || job.state !== "running") write(tasksLine(session, jobs));
  }
}

function callOf({ callId }: Job) {
  return callId === undefined ? {} : { tool_use_id: callId };
}

function summaryOf({ kind, title, state, exit }: Job): string {
  const code = exit?.exitCode;
  const how =
    state === "stopped"
      ? "was stopped"
      : code === undefined
        ? "was ended by a signal"
        : kind !== "command"
          ? state
          : `has ended: exit code ${code}`;
  return `Background ${kind} "${title}" ${how}.`;
}
