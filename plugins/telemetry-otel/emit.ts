/** From what has happened to spans, log records and figures: what all of them say is added here. */
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { perSession, rootOf, type SessionView } from "gantry/sdk";
import type { Clock } from "gantry/sdk/kit/clock";
import { createInstruments, type InstrumentName } from "./instruments.ts";
import type { Providers } from "./providers.ts";
import { type Environment, isYes } from "./switch.ts";

/** A span that begins. Times in milliseconds since 1970. */
export interface Beginning {
  readonly parent: Span | undefined;
  readonly startMs: number;
  /** A request to somebody else. */
  readonly isRequest?: boolean;
}

export interface Ending {
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly isError?: boolean;
}

/** Attributes that are undefined are left out. */
export interface Emit {
  /** Milliseconds since 1970, with fractions that never go back. */
  now(): number;
  begin(session: SessionView, name: string, beginning: Beginning): Span;
  end(span: Span, ending: Ending): void;
  event(session: SessionView, name: string, attributes: Attributes, at?: Span): void;
  count(session: SessionView, name: InstrumentName, value: number, attributes?: Attributes): void;
}

const INFO = { severityNumber: SeverityNumber.INFO, severityText: "INFO" };
const ERROR = { severityNumber: SeverityNumber.ERROR, severityText: "ERROR" };
const OF_ERRORS = /_error$|_fault$|_exhausted$/;

export function createEmit(providers: Providers, clock: Clock, env: Environment, version: string): Emit {
  const now = createNow(clock);
  const tracer = providers.traces.getTracer("gantry", version);
  const logger = providers.logs.getLogger("gantry", version);
  const instruments = createInstruments(providers.metrics.getMeter("gantry", version));
  const sequences = perSession(() => ({ next: 0 }));
  const hasSession = env.OTEL_METRICS_INCLUDE_SESSION_ID === undefined || isYes(env.OTEL_METRICS_INCLUDE_SESSION_ID);
  const ofMetrics: Attributes = isYes(env.OTEL_METRICS_INCLUDE_VERSION) ? { "app.version": version } : {};

  return {
    now,
    begin(session, name, { parent, startMs, isRequest }) {
      const kind = isRequest ? SpanKind.CLIENT : SpanKind.INTERNAL;
      const { id } = rootOf(session);
      const ofAgent = session.parent && { "gen_ai.agent.id": session.id };
      const attributes = { "session.id": id, "gen_ai.conversation.id": id, ...ofAgent };
      return tracer.startSpan(name, { kind, startTime: startMs, attributes }, contextOf(parent));
    },
    end(span, { endMs, attributes, isError }) {
      span.setAttributes(attributes);
      if (isError) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(endMs);
    },
    event(from, name, attributes, at) {
      const session = rootOf(from);
      const time = now();
      logger.emit({
        timestamp: time,
        observedTimestamp: time,
        ...(OF_ERRORS.test(name) ? ERROR : INFO),
        eventName: `gantry.${name}`,
        body: `gantry.${name}`,
        attributes: defined({ "session.id": session.id, "event.sequence": sequences(session).next++, ...attributes }),
        context: contextOf(at),
      });
    },
    count(session, name, value, attributes = {}) {
      if (value <= 0) return;
      const all = defined({ ...ofMetrics, ...(hasSession && { "session.id": rootOf(session).id }), ...attributes });
      instruments[name](value, all);
    },
  };
}

/** Never what is active in the process: that belongs to whoever runs the host in theirs. */
function contextOf(span: Span | undefined): Context {
  return span ? trace.setSpan(ROOT_CONTEXT, span) : ROOT_CONTEXT;
}

function defined(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

/** The time of day, as fine as the clock that only counts; put right where the machine has slept or was set. */
function createNow(clock: Clock): () => number {
  let offset = clock.now() - clock.elapsed();
  return () => {
    const measured = clock.now() - clock.elapsed();
    if (Math.abs(measured - offset) > 1_000) offset = measured;
    return clock.elapsed() + offset;
  };
}
