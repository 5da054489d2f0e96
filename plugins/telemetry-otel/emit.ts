/** From what has happened to spans, log records and figures: what all of them say is added here. */
import { perSession, type SessionView } from "gantry/sdk";
import type { Clock } from "gantry/sdk/kit/clock";
import type { SpanContext } from "./ids.ts";
import type { InstrumentName } from "./instruments.ts";
import { type Attributes, KIND, keyValues, type LogRecord, nanoseconds, type Span, STATUS_ERROR } from "./otlp.ts";
import { type Environment, isYes } from "./switch.ts";

/** Where things go; nothing happens to a signal that is not wanted. */
export interface Sinks {
  readonly traces?: (span: Span) => void;
  readonly logs?: (record: LogRecord) => void;
  readonly metrics?: (name: InstrumentName, value: number, attributes: Attributes) => void;
}

/** A span that has ended. Times in milliseconds since 1970. */
export interface EndedSpan {
  readonly name: string;
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly kind?: keyof typeof KIND;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly isError?: boolean;
}

export interface Emit {
  /** Milliseconds since 1970, with fractions that never go back. */
  now(): number;
  span(session: SessionView, span: EndedSpan): void;
  event(session: SessionView, name: string, attributes: Attributes, at?: SpanContext): void;
  count(session: SessionView, name: InstrumentName, value: number, attributes?: Attributes): void;
}

const INFO = { severityNumber: 9, severityText: "INFO" };
const ERROR = { severityNumber: 17, severityText: "ERROR" };
const OF_ERRORS = /_error$|_fault$|_exhausted$/;

export function createEmit(sinks: Sinks, clock: Clock, env: Environment, version: string): Emit {
  const now = createNow(clock);
  const sequences = perSession(() => ({ next: 0 }));
  const hasSession = env.OTEL_METRICS_INCLUDE_SESSION_ID === undefined || isYes(env.OTEL_METRICS_INCLUDE_SESSION_ID);
  const ofMetrics: Attributes = isYes(env.OTEL_METRICS_INCLUDE_VERSION) ? { "app.version": version } : {};

  return {
    now,
    span(session, { name, context, parent, kind = "internal", startMs, endMs, attributes, isError }) {
      sinks.traces?.({
        ...context,
        ...(parent && { parentSpanId: parent.spanId }),
        name,
        kind: KIND[kind],
        startTimeUnixNano: nanoseconds(startMs),
        endTimeUnixNano: nanoseconds(Math.max(startMs, endMs)),
        attributes: keyValues({ "session.id": session.id, "gen_ai.conversation.id": session.id, ...attributes }),
        ...(isError && { status: { code: STATUS_ERROR } }),
      });
    },
    event(session, name, attributes, at) {
      const time = nanoseconds(now());
      sinks.logs?.({
        timeUnixNano: time,
        observedTimeUnixNano: time,
        ...(OF_ERRORS.test(name) ? ERROR : INFO),
        eventName: `gantry.${name}`,
        body: { stringValue: `gantry.${name}` },
        attributes: keyValues({ "session.id": session.id, "event.sequence": sequences(session).next++, ...attributes }),
        ...at,
      });
    },
    count(session, name, value, attributes = {}) {
      if (value > 0)
        sinks.metrics?.(name, value, { ...ofMetrics, ...(hasSession && { "session.id": session.id }), ...attributes });
    },
  };
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
