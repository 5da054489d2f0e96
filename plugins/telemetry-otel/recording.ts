/** Telemetry that is on: what is watched, what is kept of it, and where it goes. */
import { messageOf, newId, type SessionView, type SetupContext } from "gantry/sdk";
import { realClock } from "gantry/sdk/kit/clock";
import { createBatch } from "./batch.ts";
import { createContent } from "./content.ts";
import { createEmit, type Sinks } from "./emit.ts";
import { outerContext } from "./ids.ts";
import type { telemetryOtel } from "./index.ts";
import { createMetrics } from "./metrics.ts";
import { watchModel } from "./model-calls.ts";
import type { LogRecord, Sender, Span } from "./otlp.ts";
import { createPump, type Pump, type Source } from "./pump.ts";
import { createSend, type Outcome, shownUrl } from "./send.ts";
import { createSessions } from "./sessions.ts";
import type { Environment } from "./switch.ts";
import { readTargets, resourceOf, type Target } from "./targets.ts";
import { type TelemetryTaps, tell } from "./tell.ts";

type Context = Pick<SetupContext<typeof telemetryOtel>, "use" | "host" | "log" | "scope">;

/** What the end of a session waits for the collector, at most. */
const END_MS = 2_000;

export async function startRecording({ use, host, log, scope }: Context, env: Environment): Promise<TelemetryTaps> {
  const { targets, problems } = readTargets(env);
  const notices = [...problems];
  const open = new Set<SessionView>();
  const http = await use.http?.();
  if (!http) notices.push("Telemetry is not sent: no plugin provides the service http.");

  const sender: Sender = { resource: resourceOf(env, host, newId()), version: host.version };
  const spans = createBatch<Span>("traces", sender);
  const records = createBatch<LogRecord>("logs", sender);
  const metrics = createMetrics(sender, realClock, isDelta(env));
  const sources: Readonly<Record<Target["signal"], Source>> = { traces: spans, metrics, logs: records };

  let isTold = false;
  const onFailure = (target: Target) => (outcome: Outcome) => {
    const text = `Telemetry is not delivered to ${shownUrl(target.url)}: ${outcome.problem}. Nothing else depends on it.`;
    log(text);
    const [session] = open;
    if (isTold || !session) return;
    isTold = true;
    tell(session, [text]);
  };

  const pumps = new Map<Target["signal"], Pump>();
  for (const target of http ? targets : []) {
    const send = createSend(target, http as NonNullable<typeof http>, host.version);
    const { signal, everyMs } = target;
    pumps.set(
      signal,
      createPump({ source: sources[signal], send, clock: realClock, everyMs, onFailure: onFailure(target) }),
    );
  }
  scope.own(() => {
    for (const pump of pumps.values()) pump.close();
  });

  const emit = createEmit(sinksOf(pumps), realClock, env, host.version);
  const inspector = await use.inspector();
  const [permissions, meter] = [await use.permissions?.(), await use.meter?.()];
  const sessions = createSessions({
    emit,
    content: createContent(env),
    permissions,
    inspector,
    outer: outerContext(env),
  });
  const safely = (work: () => void) => {
    try {
      work();
    } catch (thrown) {
      log(`something was not recorded: ${messageOf(thrown)}`);
    }
  };
  scope.own(inspector.watch((span, session) => safely(() => sessions.tapped(span, session))));

  function sinksOf(wanted: ReadonlyMap<Target["signal"], Pump>): Sinks {
    const into = <A extends readonly unknown[]>(signal: Target["signal"], add: (...args: A) => void) => {
      const pump = wanted.get(signal);
      return (
        pump && {
          [signal]: (...args: A) => {
            add(...args);
            pump.wake();
          },
        }
      );
    };
    return { ...into("traces", spans.add), ...into("logs", records.add), ...into("metrics", metrics.record) };
  }

  return {
    sessionStart(session) {
      open.add(session);
      session.scope.own(() => void open.delete(session));
      tell(session, notices.splice(0));
      safely(() => sessions.begin(session));
    },
    modelWrap: (stream, session) => watchModel(stream, session, { emit, meter, safely }),
    event: (event, session) => safely(() => sessions.saw(event, session)),
    async sessionEnd() {
      const enough = AbortSignal.timeout(END_MS);
      await Promise.all([...pumps.values()].map((pump) => pump.flush(enough)));
    },
  };
}

function isDelta({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: wanted }: Environment): boolean {
  return /^(delta|lowmemory)$/i.test(wanted?.trim() ?? "");
}
