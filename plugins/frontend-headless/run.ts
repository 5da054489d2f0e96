/** What one run writes, and how it went: from the events of its session. */
import type {
  ConfigOf,
  FrontendHost,
  JsonObject,
  Notice,
  OpenOptions,
  Session,
  SessionEvent,
  SetupContext,
  TurnEnd,
} from "gantry/sdk";
import { isGantryError, PluginError, rootOf } from "gantry/sdk";
import { leftOutNotice } from "gantry/sdk/kit/claims";
import { hookLine } from "./hook-lines.ts";
import type { frontendHeadless } from "./index.ts";
import { createMirror } from "./mirror.ts";
import type { Output } from "./output.ts";
import { createPartial } from "./partial.ts";
import { failedResult } from "./result.ts";
import type { Structured } from "./structured.ts";
import { count, createTally } from "./tally.ts";
import { isSuccess, jsonLine, VIEWS } from "./view.ts";

export const EXIT = { ok: 0, failed: 1, interrupted: 130, deserted: 141, terminated: 143 } as const;

export type Config = ConfigOf<typeof frontendHeadless>;

/** What the runs of this plugin have in common. */
export interface Kit {
  readonly host: FrontendHost;
  readonly config: Config;
  readonly use: SetupContext<typeof frontendHeadless>["use"];
  readonly output: Output;
  /** What of agents is told. */
  readonly telling: { agentText: boolean };
  /** What answers have to fit, where they have to. */
  structured(): Structured | undefined;
  requireOutput(schema: JsonObject): Promise<void>;
}

export interface Run {
  readonly session: Session;
  take(event: SessionEvent): void;
  /** Writes what has been recorded and not been told, where that is wanted. */
  flush(): void;
  /** How the last turn ended. */
  readonly last: TurnEnd | undefined;
}

interface Options {
  readonly isInteractive: boolean;
  /** Which session; absent: the one of the command line, with which a run begins. */
  readonly options?: OpenOptions | undefined;
  readonly replay?: (session: Session) => readonly object[];
  /** A result was written. */
  readonly onEnd?: () => void;
}

/** Opens the session and begins to tell of it. */
export async function startRun(kit: Kit, { isInteractive, options, replay, onEnd }: Options): Promise<Run> {
  const { host, config, use, output } = kit;
  const isStream = config.outputFormat === "stream-json";
  const isFirst = options === undefined;
  // Whatever this program has begun it has told of already.
  const goesOn = (options?.resume !== undefined && !options.fork) || undefined;
  if (isFirst && isStream && config.hookEvents) {
    (await use.hookEvents?.())?.watch((activity, of) => output.write(jsonLine(hookLine(activity, rootOf(of).id))));
  }
  const session = isFirst ? await open(kit, isInteractive) : await host.open({ ...options, isInteractive });
  const view = VIEWS[config.outputFormat]({
    ...use,
    host,
    session,
    output,
    notices: isFirst ? await noticesOf(host) : [],
    mcp: await use.mcp?.(),
    heartbeatMs: config.heartbeatMs,
    skills: ((await (await use.skills?.())?.list(session)) ?? []).map(({ name }) => name),
    agentNames: ((await (await use.agents?.())?.list(session)) ?? []).map(({ name }) => name),
    tellsAgentText: () => kit.telling.agentText,
    partial: config.partialMessages ? createPartial(session.id) : undefined,
    replay: replay && config.replayPrompts ? () => replay(session) : undefined,
  });
  const mirror = isStream && config.mirror ? createMirror(session, host.info, goesOn) : undefined;
  const flush = () => {
    for (const line of mirror?.lines() ?? []) output.write(jsonLine(line));
  };
  let tally = createTally();
  let last: TurnEnd | undefined;

  return {
    session,
    get last() {
      return last;
    },
    flush,
    take(event) {
      flush();
      if (event.type === "turn_start") kit.structured()?.reset();
      count(tally, event);
      view.event(event);
      // Ctrl-C ends the turn, which has a result; a run that is ended from outside has none and can be resumed.
      const isTerminated = host.signal.aborted && host.signal.reason !== "SIGINT";
      if (event.type !== "turn_end" || isTerminated) return;
      const structured = kit.structured();
      last = settled(event.end, structured);
      view.end(last, tally, structured?.output);
      tally = createTally();
      onEnd?.();
    },
  };
}

/** An answer that has to fit a schema and does not is none. */
function settled(end: TurnEnd, structured: Structured | undefined): TurnEnd {
  if (!structured || structured.output || end.reason !== "completed") return end;
  return { ...end, reason: "max_structured_output_retries", error: noOutput(structured.failures) };
}

export function noOutput(attempts: number): string {
  return `No answer fitted the schema after ${attempts} ${attempts === 1 ? "attempt" : "attempts"}.`;
}

export function exitOf(last: TurnEnd | undefined): number {
  return last && isSuccess(last) ? EXIT.ok : EXIT.failed;
}

export function noPrompt(): PluginError {
  return new PluginError(
    "GANTRY_HEADLESS_PROMPT",
    "The prompt is empty.",
    'Give it as argument or on standard input: gantry -p "What does this project do?"',
  );
}

/** With what is left out of an untrusted folder: nobody can be asked about it. */
async function noticesOf(host: FrontendHost): Promise<readonly Notice[]> {
  const left = leftOutNotice(await host.untrusted());
  return left ? [...host.notices, left] : host.notices;
}

/** A session that cannot be opened is a result too, for whoever reads results. */
async function open({ host, config, output }: Kit, isInteractive: boolean): Promise<Session> {
  try {
    const session = await host.open({ isInteractive });
    if (config.resumeAt !== undefined) session.rewind(config.resumeAt, "frontend-headless");
    return session;
  } catch (cause) {
    if (config.outputFormat !== "text" && isGantryError(cause)) {
      output.write(jsonLine(failedResult(cause.message)));
      await output.end();
    }
    throw cause;
  }
}
