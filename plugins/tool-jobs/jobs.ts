import {
  type ExecExit,
  type Job,
  type JobAbout,
  type Jobs,
  type JobWork,
  perSession,
  type SessionView,
  text,
} from "gantry/sdk";

/** A job with what only its owner may touch. */
export interface OwnJob extends Job {
  /** Resolves when its program has ended. Never rejects. */
  readonly ended: Promise<void>;
  /** How much of its output the model has read. */
  readBytes: number;
}

export interface OwnJobs extends Jobs {
  list(session: SessionView): readonly OwnJob[];
  get(session: SessionView, id: string): OwnJob | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The session is going and has five seconds in all: who does not heed TERM within this time is killed. */
const SESSION_END_GRACE_MS = 2000;

export function createJobs(): OwnJobs {
  const listeners = new Set<(job: Job, session: SessionView) => void>();
  const jobsOf = perSession((session) =>
    openList(session, (job) => {
      for (const listener of [...listeners]) listener(job, session);
    }),
  );
  const offers = perSession((): Map<string, () => void> => new Map());

  return {
    adopt: (session, work, about) => jobsOf(session).adopt(work, about),
    watch(listener) {
      const own = (job: Job, session: SessionView) => listener(job, session);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    offer(session, callId, move) {
      const open = offers(session);
      open.set(callId, move);
      return () => void (open.get(callId) === move && open.delete(callId));
    },
    background(session, callId) {
      const open = offers(session);
      const wanted = [...open].filter(([id]) => callId === undefined || id === callId);
      for (const [id, move] of wanted) {
        open.delete(id);
        move();
      }
      return wanted.length;
    },
    list: (session) => [...jobsOf(session).jobs.values()],
    get: (session, id) => jobsOf(session).jobs.get(id),
    stop: (session, id) => jobsOf(session).stop(id),
  };
}

function openList(session: SessionView, tell: (job: Job) => void) {
  const jobs = new Map<string, Mutable<OwnJob>>();
  const running = new Map<string, JobWork>();

  session.scope.own(async () => {
    const ending = [...running.values()];
    running.clear();
    await Promise.all(ending.map((process) => process.kill(SESSION_END_GRACE_MS)));
  });

  function adopt(work: JobWork, { kind = "command", id = `b${jobs.size + 1}`, report, ...about }: JobAbout): Job {
    const ended = work.exited.then((exit) => {
      job.exit = exit;
      // Whoever stopped it knows already, and a session that has ended wants to hear nothing.
      const isNews = running.delete(id);
      job.state = isNews ? (exit.exitCode === 0 ? "completed" : "failed") : "stopped";
      if (exit.hasLeftovers) void work.kill();
      tell(job);
      if (isNews) session.enqueue({ content: [text(noticeOf(job, exit, report?.()))], origin: "plugin", isMeta: true });
    });
    const job: Mutable<OwnJob> = { ...about, id, kind, state: "running", ended, readBytes: 0 };
    jobs.set(id, job);
    running.set(id, work);
    tell(job);
    return job;
  }

  async function stop(id: string): Promise<Job | undefined> {
    const job = jobs.get(id);
    const process = running.get(id);
    if (!job || !process) return job;
    running.delete(id);
    await process.kill();
    await job.ended;
    return job;
  }

  return { jobs, adopt, stop };
}

function noticeOf(job: Job, exit: ExecExit, report: string | undefined): string {
  const how = job.kind === "command" ? howOf(exit) : job.state;
  return [
    "<task-notification>",
    `<task-id>${job.id}</task-id>`,
    `<status>${job.state}</status>`,
    `<summary>Background ${job.kind} "${job.title}" has ended: ${how}.</summary>`,
    `<output-file>${job.outputFile}</output-file>`,
    ...(report === undefined
      ? []
      : [`<result>${report.replace(/<(?=\/?(?:result|task-notification)\b)/gi, "&lt;")}</result>`]),
    "</task-notification>",
  ].join("\n");
}

function howOf({ exitCode, signal }: ExecExit): string {
  return exitCode === undefined ? `ended by ${signal}` : `exit code ${exitCode}`;
}
