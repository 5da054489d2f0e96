import { randomBytes } from "node:crypto";
import type { Environment } from "./switch.ts";

/** Where in which trace a span stands. */
export interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
}

const NO_ID = /^0+$/;

/** A place for a new span: below another, or at the root of a new trace. */
export function newContext(parent: SpanContext | undefined): SpanContext {
  return { traceId: parent?.traceId ?? randomId(16), spanId: randomId(8) };
}

/** The span of whoever has started the program, where it says so. */
export function outerContext(env: Environment): SpanContext | undefined {
  const [, traceId = "", spanId = ""] =
    /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}$/.exec(env.TRACEPARENT ?? "") ?? [];
  return traceId && !NO_ID.test(traceId) && !NO_ID.test(spanId) ? { traceId, spanId } : undefined;
}

function randomId(bytes: number): string {
  const id = randomBytes(bytes).toString("hex");
  return NO_ID.test(id) ? randomId(bytes) : id;
}
