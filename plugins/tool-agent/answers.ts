/** What the model is told of an agent. */
import { type AgentOutcome, type AgentRun, type Job, type ToolOutput, text } from "gantry/sdk";
import { answerOf } from "gantry/sdk/kit/agent-answer";
import { tokensOf } from "./figures.ts";

export function ended(run: AgentRun, outcome: AgentOutcome): ToolOutput {
  const said = answerOf(run, outcome);
  const { definition, task, usage, model } = run;
  // Where it is kept, it can be gone on with.
  const id = run.transcriptPath === undefined ? [] : [text(`(agent id: ${run.id})`)];
  return {
    content: [text(said), ...id],
    data: {
      status: outcome.state,
      agentId: run.id,
      agentType: definition.name,
      content: [text(outcome.text)],
      totalToolUseCount: run.calls,
      totalDurationMs: Math.round(run.ms),
      totalTokens: tokensOf(usage),
      usage,
      resolvedModel: model,
      prompt: task.prompt,
      ...(run.steps.length > 0 && { steps: run.steps }),
      ...(outcome.error !== undefined && { error: outcome.error }),
    },
    ...(outcome.state !== "completed" && { isError: true }),
  };
}

export function launched(run: AgentRun, job: Job): ToolOutput {
  return behind(run, job, "works in the background");
}

export function moved(run: AgentRun, job: Job): ToolOutput {
  return behind(run, job, "was moved into the background by the person, and goes on there");
}

function behind({ id, definition, task, model }: AgentRun, job: Job, what: string): ToolOutput {
  return {
    content: `The agent ${definition.name} (${job.id}) ${what}. You are told when it has ended; go on with something else. What it does is written to ${job.outputFile}`,
    data: {
      status: "async_launched",
      agentId: id,
      description: task.description,
      prompt: task.prompt,
      outputFile: job.outputFile,
      resolvedModel: model,
      canReadOutputFile: true,
    },
  };
}
