import type { Ended } from "./answer.ts";
import { type Means, type Run, withinTime } from "./job.ts";

/** Calls a function of another program; what it gives is what a script would have printed. */
export function createRunFunction({ clock }: Pick<Means, "clock">): Run<"function"> {
  return (job) =>
    withinTime(job, clock, async (signal): Promise<Ended> => {
      const said = (await job.handler.run(job.input, signal)) ?? {};
      if (typeof said !== "object" || Array.isArray(said)) return { failure: "answered with no JSON object" };
      return { exitCode: 0, stdout: Object.keys(said).length ? JSON.stringify(said) : "", stderr: "" };
    });
}
