import { type Span, trace } from "@opentelemetry/api";
import { parseTraceParent } from "@opentelemetry/core";
import type { Environment } from "./switch.ts";

/** The span of whoever has started the program, where it says so. */
export function outerSpan({ TRACEPARENT }: Environment): Span | undefined {
  const context = TRACEPARENT ? parseTraceParent(TRACEPARENT) : null;
  return context ? trace.wrapSpanContext({ ...context, isRemote: true }) : undefined;
}
