/** An agent as a background job of its session. */
import { mkdirSync, writeFileSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentOutcome, AgentRun, Agents, ExecExit, HostInfo, Job, Jobs, ToolContext } from "gantry/sdk";
import { answerOf } from "gantry/sdk/kit/agent-answer";
import { shellFolder } from "gantry/sdk/kit/shell-folder";

interface Means {
  readonly call: Pick<ToolContext, "id" | "session">;
  readonly host: HostInfo;
  readonly jobs: Jobs;
  readonly agents: Agents;
}

/** Characters of its last words that the model is told with its end; the file has all. */
const MOST_TOLD = 20_000;

export function adoptRun(run: AgentRun, { call, host, jobs, agents }: Means): Job {
  const folder = shellFolder(host, call.session);
  const outputFile = join(folder, `agent-${run.id.slice(-12)}.txt`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(outputFile, "", { mode: 0o600 });
  let writing: Promise<unknown> = Promise.resolve();
  const write = (line: string) => {
    // Who cannot write it says so by what is not there: the end is told to the model all the same.
    writing = writing.then(() => appendFile(outputFile, `${line}\n`)).catch(() => undefined);
  };
  let last = "";
  const stopTelling = agents.watch((one) => {
    if (one !== run || run.step === last || run.state !== "running") return;
    last = run.step;
    write(last);
  });
  let outcome: AgentOutcome | undefined;
  const exited = run.ended.then(async (end): Promise<ExecExit> => {
    outcome = end;
    stopTelling();
    write(`\n${answerOf(run, end)}`);
    await writing;
    const isDone = end.state === "completed";
    return { exitCode: isDone ? 0 : 1, signal: undefined, isKilled: end.state === "stopped", ms: run.ms };
  });
  return jobs.adopt(
    call.session,
    { exited, kill: () => run.stop() },
    {
      id: run.id,
      kind: "agent",
      title: `${run.definition.name}: ${run.task.description}`,
      outputFile,
      callId: call.id,
      report: () => outcome && answerOf(run, outcome).slice(0, MOST_TOLD),
    },
  );
}
