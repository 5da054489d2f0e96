/** One agent at work: what it does, as far as it is, and how it ended. */
import {
  type AgentDefinition,
  type AgentOutcome,
  type AgentRun,
  type AgentTask,
  type Meter,
  messageOf,
  NO_USAGE,
  type Session,
  type SessionEvent,
  type TurnEnd,
  type Usage,
} from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";

const LONGEST_STEP = 120;
const MOST_STEPS = 100;

export interface RunParts {
  readonly definition: AgentDefinition;
  readonly task: AgentTask;
  readonly session: Session;
  readonly meter: Meter | undefined;
  /** It has begun, has taken a step, or has ended. */
  onChange(run: AgentRun): void;
}

/** Sends the task, and lets go of the session when it is done. */
export function startRun({ definition, task, session, meter, onChange }: RunParts): AgentRun {
  const startedMs = performance.now();
  const { provider, id } = session.model;
  const now = {
    state: "running" as AgentRun["state"],
    step: "begins",
    calls: 0,
    usage: NO_USAGE as Usage,
    ms: undefined as number | undefined,
    costUsd: undefined as number | undefined,
  };
  const steps: string[] = [];
  /** Nothing of a session that has ended is kept. */
  let open: Session | undefined = session;
  let isStopped = false;

  const run: AgentRun = {
    id: session.id,
    definition,
    task,
    model: `${provider}/${id}`,
    transcriptPath: session.transcriptPath,
    get state() {
      return now.state;
    },
    get step() {
      return now.step;
    },
    steps,
    get calls() {
      return now.calls;
    },
    get usage() {
      return now.usage;
    },
    get ms() {
      return now.ms ?? performance.now() - startedMs;
    },
    get costUsd() {
      return open ? meter?.of(open).costUsd : now.costUsd;
    },
    ended: Promise.resolve().then(work),
    async stop() {
      isStopped = true;
      await open?.interrupt();
      await run.ended;
    },
  };
  return run;

  async function work(): Promise<AgentOutcome> {
    const session = open as Session;
    const said: string[] = [];
    const outcome = await converse(session, said).catch((thrown) => failed(messageOf(thrown), said));
    now.costUsd = meter?.of(session).costUsd;
    now.ms = performance.now() - startedMs;
    now.state = outcome.state;
    now.step = outcome.error ?? "has ended";
    open = undefined;
    await session.close().catch(() => undefined);
    onChange(run);
    return outcome;
  }

  async function converse(session: Session, said: string[]): Promise<AgentOutcome> {
    onChange(run);
    for await (const event of session.send(task.prompt)) {
      if (event.type === "turn_end") return outcomeOf(event.end, said);
      if (take(event, said)) onChange(run);
    }
    return failed("it was ended before it was done", said);
  }

  /** Whether anything is new to whoever looks on. */
  function take(event: SessionEvent, said: string[]): boolean {
    switch (event.type) {
      case "assistant":
        now.usage = event.message.usage;
        for (const block of event.message.content)
          if (block.type === "text" && block.text.trim()) said.push(block.text);
        return true;
      case "tool_start":
        now.calls++;
        now.step = stepOf(event.call.tool.name, event.call.input);
        steps.push(now.step);
        if (steps.length > MOST_STEPS) steps.shift();
        return true;
      case "retry":
        now.step = "waits to ask its model again";
        return true;
      default:
        return false;
    }
  }

  function outcomeOf({ reason, text, error }: TurnEnd, said: readonly string[]): AgentOutcome {
    if (reason === "completed") return { state: "completed", text: text || (said.at(-1) ?? "") };
    if (isStopped || reason === "aborted")
      return { state: "stopped", text: said.at(-1) ?? "", error: "it was stopped" };
    return failed(error ?? reason, said);
  }

  function failed(error: string, said: readonly string[]): AgentOutcome {
    return { state: isStopped ? "stopped" : "failed", text: said.at(-1) ?? "", error };
  }
}

/** `Read src/a.ts`. */
function stepOf(tool: string, input: unknown): string {
  const fields = typeof input === "object" && input !== null ? Object.values(input) : [];
  const telling = fields.find((one) => typeof one === "string") ?? "";
  return visibleLine(`${tool} ${telling}`.trim(), LONGEST_STEP);
}
