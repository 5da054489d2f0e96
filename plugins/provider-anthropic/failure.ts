import { APIError } from "@anthropic-ai/sdk/core/error";
import { type FailureKind, isGantryError, type ModelFailure, messageOf } from "gantry/sdk";
import { ABORTED, failureOfCoded, isTransient } from "gantry/sdk/kit/model-failure";

/** A request that failed, on its way out of the reader. */
export class RequestFailed extends Error {
  readonly failure: ModelFailure;
  constructor(failure: ModelFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The answer is not what the protocol says. */
export function broken(message: string, isRetryable = true, remedy?: string): RequestFailed {
  return new RequestFailed({ kind: "protocol", message, isRetryable, ...(remedy && { remedy }) });
}

/** The connection ended within the answer. */
export function cutOff(error: unknown): RequestFailed {
  const why = messageOf(error);
  return new RequestFailed({
    kind: "network",
    message: `The connection broke in the middle of the answer (${why}).`,
    isRetryable: true,
  });
}

export function noCredentials(): RequestFailed {
  return new RequestFailed({
    kind: "auth",
    message: "There is no key for Anthropic.",
    remedy: "Set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN, keep a key with /login, or choose another model.",
    isRetryable: false,
  });
}

export function badBaseUrl(): RequestFailed {
  return new RequestFailed({
    kind: "invalid_request",
    message: "ANTHROPIC_BASE_URL is not an address.",
    remedy: "Set ANTHROPIC_BASE_URL to an address like https://api.anthropic.com, or unset it.",
    isRetryable: false,
  });
}

/** Any thrown value as a failure of the request, without secrets. */
export function failureOf(thrown: unknown, signal: AbortSignal, secrets: readonly string[]): ModelFailure {
  const failure = signal.aborted ? ABORTED : classify(thrown);
  return { ...failure, message: withoutSecrets(failure.message, secrets) };
}

function classify(thrown: unknown): ModelFailure {
  if (thrown instanceof RequestFailed) return thrown.failure;
  const cause = thrown instanceof Error && thrown.cause ? thrown.cause : thrown;
  if (isGantryError(cause)) return failureOfCoded(cause, "protocol");
  if (thrown instanceof APIError && thrown.status !== undefined) return ofStatus(thrown);
  return { kind: "protocol", message: messageOf(thrown), isRetryable: false };
}

/** Whether the server will not have thinking back that was written in what it takes for another conversation. */
export function refusesThinking(thrown: unknown): boolean {
  if (!(thrown instanceof APIError) || thrown.status !== 400) return false;
  return /thinking\W+blocks?|signature/i.test(thrown.apiMessage ?? "");
}

/** A response that is no answer. */
function ofStatus(error: APIError): ModelFailure {
  const status = error.status as number;
  const header = (name: string) => error.headers?.get(name) ?? undefined;
  if (status >= 300 && status < 400) return redirected(status, header("location"));
  const type = typeof error.type === "string" ? error.type : undefined;
  const text = error.apiMessage ?? wordsFor(error, header("content-type"));
  const kind = kindOf(type, status, text, error.errorCode);
  const retryAfterMs = readRetryAfter(header("retry-after-ms"), header("retry-after"));
  const code = error.errorCode ?? type;
  return {
    kind,
    message: `API Error: ${status} ${text}`,
    status,
    isRetryable: saysWhether(header("x-should-retry")) ?? (isTransient(kind) || status === 409),
    ...(REMEDIES[kind] && { remedy: REMEDIES[kind] }),
    ...(code && { code }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** An `error` event of a stream that had begun well. */
export function ofErrorEvent(error: { readonly type?: unknown; readonly message?: unknown }): RequestFailed {
  const type = typeof error.type === "string" ? error.type : "api_error";
  const text = typeof error.message === "string" && error.message ? error.message : type;
  const kind = kindOf(type, undefined, text, null);
  return new RequestFailed({
    kind,
    message: `API Error: ${text}`,
    code: type,
    isRetryable: isTransient(kind),
    ...(REMEDIES[kind] && { remedy: REMEDIES[kind] }),
  });
}

const REMEDIES: Readonly<Partial<Record<FailureKind, string>>> = {
  auth: "Check ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN.",
  billing: "Check credit and spend limits at https://platform.claude.com.",
  context_overflow: "Compact the conversation, or start a new one.",
  not_found: "Check the name of the model and ANTHROPIC_BASE_URL.",
};

const KIND_OF_TYPE: Readonly<Record<string, FailureKind>> = {
  authentication_error: "auth",
  permission_error: "auth",
  billing_error: "billing",
  rate_limit_error: "rate_limit",
  overloaded_error: "overloaded",
  api_error: "server",
  timeout_error: "timeout",
  not_found_error: "not_found",
  request_too_large: "context_overflow",
  invalid_request_error: "invalid_request",
};

const KIND_OF_STATUS: Readonly<Record<number, FailureKind>> = {
  401: "auth",
  402: "billing",
  403: "auth",
  404: "not_found",
  408: "timeout",
  413: "context_overflow",
  429: "rate_limit",
  504: "timeout",
  529: "overloaded",
};

function kindOf(type: string | undefined, status: number | undefined, text: string, code: string | null): FailureKind {
  if (code && /spend_limit/.test(code)) return "billing";
  if (/credit balance is too low/i.test(text)) return "billing";
  const known = (type && KIND_OF_TYPE[type]) || (status && KIND_OF_STATUS[status]);
  if (known === "invalid_request" && /prompt is too long|exceed(s|ed)? (the )?context/i.test(text)) {
    return "context_overflow";
  }
  if (known) return known;
  return status !== undefined && status < 500 ? "invalid_request" : "server";
}

/** A redirect is not followed: whoever sends it would receive the conversation. */
function redirected(status: number, location: string | undefined): ModelFailure {
  const target = location && URL.canParse(location) ? new URL(location).origin : "another address";
  return {
    kind: "protocol",
    message: `API Error: ${status} The server redirects to ${target}, which is not followed.`,
    remedy: "If that is where the conversation shall go, set ANTHROPIC_BASE_URL to it.",
    status,
    isRetryable: false,
  };
}

function wordsFor(error: APIError, contentType = ""): string {
  if (contentType.includes("html")) return "The server answered with a web page.";
  const text = error.message.replace(/^\d+ /, "");
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}

function saysWhether(header: string | undefined): boolean | undefined {
  return header === "true" ? true : header === "false" ? false : undefined;
}

/** Milliseconds, seconds or a date; `undefined` when the server asks for no wait. */
function readRetryAfter(milliseconds: string | undefined, after: string | undefined): number | undefined {
  const candidates = [Number.parseFloat(milliseconds ?? ""), Number(after || Number.NaN) * 1000];
  if (after) candidates.push(Date.parse(after) - Date.now());
  return candidates.find((ms) => Number.isFinite(ms) && ms > 0);
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) clean = clean.replaceAll(secret, "[secret]");
  return clean;
}
