import { open } from "node:fs/promises";
import { messageOf, type RunTool, ToolError } from "gantry/sdk";
import { createWindow } from "gantry/sdk/kit/window";
import { findJob, stateOf } from "./find.ts";
import type { OwnJob, OwnJobs } from "./jobs.ts";

type Input = {
  readonly task_id?: string | undefined;
  readonly bash_id?: string | undefined;
  readonly block?: boolean | undefined;
  readonly timeout?: number | undefined;
};

const SHOWN_CHARACTERS = 30_000;
const DEFAULT_WAIT_MS = 30_000;
const MAX_WAIT_MS = 600_000;

export function readOutput(jobs: OwnJobs): RunTool<Input> {
  return async ({ task_id, bash_id, block, timeout = DEFAULT_WAIT_MS }, { session, signal }) => {
    const job = findJob(jobs, session, task_id ?? bash_id);
    if (block) await endOf(job, Math.min(Math.max(timeout, 0), MAX_WAIT_MS), signal);
    const output = await newOutput(job);
    return {
      content: `Job ${job.id} (${job.title}): ${stateOf(job)}. All output: ${job.outputFile}\n\n${output || "(no new output)"}`,
      data: {
        task_id: job.id,
        status: job.state,
        exitCode: job.exit?.exitCode ?? null,
        output,
        outputFile: job.outputFile,
      },
    };
  };
}

async function endOf(job: OwnJob, ms: number, signal: AbortSignal): Promise<void> {
  const enough = AbortSignal.any([signal, AbortSignal.timeout(ms)]);
  if (enough.aborted) return;
  await Promise.race([job.ended, new Promise((resolve) => enough.addEventListener("abort", resolve, { once: true }))]);
}

/** What came since the last call, its middle left out where it is long. */
async function newOutput(job: OwnJob): Promise<string> {
  const window = createWindow(SHOWN_CHARACTERS);
  const file = await open(job.outputFile, "r").catch((error) => {
    throw new ToolError(`The output of job ${job.id} cannot be read any more: ${messageOf(error)}`);
  });
  try {
    const chunk = new Uint8Array(1 << 16);
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, job.readBytes);
      if (bytesRead === 0) break;
      job.readBytes += bytesRead;
      window.push(chunk.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
  return window.excerpt().text;
}
