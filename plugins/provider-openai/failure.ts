import { type HttpResponse, isGantryError, type ModelFailure, messageOf } from "gantry/sdk";
import { failureOfCoded, isTransient } from "gantry/sdk/kit/model-failure";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Endpoint } from "./endpoint.ts";

type Kind = ModelFailure["kind"];

/** What a server says of its error, wherever in the body it says it. */
interface Said {
  readonly message: string;
  readonly code: string;
}

/** The failure that a response other than 200 is. */
export async function failureOfResponse(response: HttpResponse, endpoint: Endpoint): Promise<ModelFailure> {
  const { status, headers } = response;
  const body = await response.text(256 * 1024).catch(() => "");
  if (status >= 300 && status < 400) {
    return {
      ...protocol(`${endpoint.name} sends requests on to another address, which is not followed.`),
      status,
      remedy: "Set OPENAI_BASE_URL to the final address.",
    };
  }
  const said = saidIn(body);
  const kind = kindOf(status, said);
  const wait = retryAfter(headers);
  return {
    kind,
    message: `${status} ${clean(said.message, endpoint) || "with no explanation"}`,
    status,
    ...(said.code && { code: said.code }),
    ...remedyFor(kind, endpoint),
    ...(wait !== undefined && { retryAfterMs: wait }),
    isRetryable: isTransient(kind) && headers["x-should-retry"] !== "false",
  };
}

/** The failure that an `error` inside a stream is. */
export function failureOfError(error: unknown, endpoint: Endpoint): ModelFailure {
  const said = saidBy({ error });
  const status = Number(said.code) || undefined;
  const kind = kindOf(status ?? statusOfWords(said), said);
  return {
    kind,
    message: clean(said.message, endpoint) || "The server reported an error without saying which.",
    ...(said.code && { code: said.code }),
    ...(status !== undefined && { status }),
    ...remedyFor(kind, endpoint),
    isRetryable: isTransient(kind),
  };
}

/** The failure behind a thrown value: no connection, a cut one, too long a silence. */
export function failureOfThrown(thrown: unknown): ModelFailure {
  if (isGantryError(thrown))
    return failureOfCoded(thrown, thrown.code === "GANTRY_OPENAI_SILENCE" ? "timeout" : "network");
  return { kind: "network", message: `The connection was cut: ${messageOf(thrown)}.`, isRetryable: true };
}

/** A server that does not keep to the protocol. */
export function protocol(message: string, isRetryable = false): ModelFailure {
  return { kind: "protocol", message, isRetryable };
}

// ---------------------------------------------------------------- classes

const OVERFLOW =
  /context[ _](length|window|size)|maximum context|too many tokens|prompt is too long|input is too long|reduce the length|exceed\w* the (available )?context/i;

function kindOf(status: number, { message, code }: Said): Kind {
  if (/context_length_exceeded|exceed_context_size/.test(code) || OVERFLOW.test(message)) return "context_overflow";
  if (/insufficient_quota|billing/.test(code) || status === 402) return "billing";
  if (status === 401 || status === 403) return "auth";
  if (status === 404 || /model.{0,120}(not found|does not exist)|model_not_found/is.test(`${code} ${message}`)) {
    return "not_found";
  }
  if (status === 408) return "timeout";
  if (status === 413) return "context_overflow";
  if (status === 429) return "rate_limit";
  if (status === 503 || status === 529 || /overloaded/i.test(`${code} ${message}`)) return "overloaded";
  return status >= 500 || status === 409 ? "server" : "invalid_request";
}

/** The status that an error in a stream would have had. */
function statusOfWords({ message, code }: Said): number {
  const words = `${code} ${message}`;
  if (/rate.?limit/i.test(words)) return 429;
  if (/invalid|unsupported/i.test(words)) return 400;
  return 500;
}

function remedyFor(kind: Kind, { isOpenAi, baseUrl }: Endpoint): { readonly remedy?: string } {
  if (kind === "auth") return { remedy: "Check OPENAI_API_KEY." };
  if (kind === "not_found" && !isOpenAi && !/\/v\d+\w*$/.test(baseUrl)) {
    return { remedy: "Check the model, and OPENAI_BASE_URL, which usually ends in /v1." };
  }
  if (kind === "not_found") return { remedy: "Choose another model with --model or OPENAI_MODEL." };
  return {};
}

// ---------------------------------------------------------------- what the server said

/** How servers spell it: `{error: {message, code, type}}`, `{error: "…"}`, `{message}`, `{detail}`. */
function saidIn(body: string): Said {
  try {
    return saidBy(JSON.parse(body));
  } catch {
    return { message: body.trimStart().startsWith("<") ? "(a web page)" : body, code: "" };
  }
}

function saidBy(body: unknown): Said {
  const outer = fields(body);
  const error = typeof outer.error === "string" ? { message: outer.error } : fields(outer.error ?? body);
  const message = error.message ?? outer.message ?? outer.detail ?? "";
  const code = [error.code, error.type].find((value) => typeof value === "string" || typeof value === "number");
  return { message: typeof message === "string" ? message : JSON.stringify(message), code: String(code ?? "") };
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A server's words, for a person's screen: on one line, short, and without the key. */
function clean(message: string, { key }: Endpoint): string {
  return visibleLine(key ? message.replaceAll(key, "…") : message, 400);
}

function retryAfter(headers: HttpResponse["headers"]): number | undefined {
  const ms = Number(headers["retry-after-ms"] ?? Number.NaN);
  if (ms >= 0) return ms;
  const said = headers["retry-after"];
  if (said === undefined) return undefined;
  const wait = /^\d+(\.\d+)?$/.test(said) ? Number(said) * 1000 : Date.parse(said) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
