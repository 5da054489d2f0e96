/** A call that starts an agent: waits for it, or leaves it at work in the background. */
import type { AgentOutcome, AgentRun, Agents, HostInfo, Jobs, LaterService, RunTool, ToolContext } from "gantry/sdk";
import { asToolError } from "gantry/sdk/kit/tool-files";
import { ended, launched, moved } from "./answers.ts";
import { adoptRun } from "./background.ts";
import { figuresText } from "./figures.ts";

export interface Input {
  readonly description: string;
  readonly prompt: string;
  readonly subagent_type: string;
  readonly model?: string | undefined;
  readonly run_in_background?: boolean | undefined;
  readonly name?: string | undefined;
  readonly resume?: string | undefined;
}

interface Parts {
  readonly agents: Agents;
  readonly jobs: LaterService<Jobs>;
}

export function createRunAgent({ agents, jobs }: Parts, host: HostInfo): RunTool<Input> {
  return async (input, call) => {
    const { session, id } = call;
    // Nobody would be told of its end where a run ends with its prompt, and an agent's session ends with its answer.
    const mayStay = session.isInteractive && !session.parent;
    const run = await start(input, call);
    const adopt = async () => adoptRun(run, { call, host, jobs: await jobs(), agents });
    const isWanted = input.run_in_background ?? run.definition.isBackground ?? false;
    if (isWanted && mayStay) return launched(run, await adopt());

    const stopTelling = agents.watch((one) => one === run && call.progress(progressOf(run)));
    const offer = mayStay ? (await jobs()).offer.bind(undefined, session, id) : undefined;
    const end = await firstOf(run, call.signal, offer).finally(stopTelling);
    return end === "moved" ? moved(run, await adopt()) : ended(run, end);
  };

  async function start(
    { subagent_type, model, name, resume, prompt, description }: Input,
    { session, id }: ToolContext,
  ) {
    const named = { ...(model && { model }), ...(name && { name }), ...(resume && { resume }) };
    try {
      return await agents.start(session, { type: subagent_type, prompt, description, callId: id, ...named });
    } catch (thrown) {
      throw asToolError(thrown);
    }
  }
}

/** One line: what it does now, and how much it has done. */
function progressOf(run: AgentRun): string {
  return `${run.step} · ${figuresText(run)}`;
}

/** Its end; an interrupted turn ends it. */
async function firstOf(
  run: AgentRun,
  signal: AbortSignal,
  offer: ((move: () => void) => () => void) | undefined,
): Promise<AgentOutcome | "moved"> {
  const stop = () => void run.stop();
  let withdraw: (() => void) | undefined;
  const move = new Promise<"moved">((resolve) => {
    withdraw = offer?.(() => resolve("moved"));
  });
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([run.ended, move]);
  } finally {
    withdraw?.();
    signal.removeEventListener("abort", stop);
  }
}
