import { allow, type Setup } from "gantry/sdk";
import type { toolJobs } from "./index.ts";
import { createJobs } from "./jobs.ts";
import { readOutput } from "./output.ts";
import { outputRenderer, stopRenderer } from "./renderer.ts";
import { stopJob } from "./stop.ts";

const setup: Setup<typeof toolJobs> = () => {
  const jobs = createJobs();
  return {
    services: { jobs },
    renderers: { TaskOutput: outputRenderer, TaskStop: stopRenderer },
    tools: { TaskOutput: readOutput(jobs), TaskStop: stopJob(jobs) },
    taps: { toolGate: () => allow("It can only end what this session has started.") },
  };
};

export default setup;
