import { type FailureKind, type GantryError, type ModelFailure, messageOf } from "gantry/sdk";

/** What a provider answers when its request was aborted. */
export const ABORTED: ModelFailure = Object.freeze({
  kind: "aborted",
  message: "The request was aborted.",
  isRetryable: false,
});

const TRANSIENT: ReadonlySet<FailureKind> = new Set(["network", "overloaded", "rate_limit", "server", "timeout"]);

/** Whether the same request may succeed later, as far as the kind of failure tells. */
export function isTransient(kind: FailureKind): boolean {
  return TRANSIENT.has(kind);
}

const KIND_OF_CODE: Readonly<Record<string, FailureKind>> = {
  GANTRY_HTTP_NETWORK: "network",
  GANTRY_HTTP_TIMEOUT: "timeout",
  GANTRY_HTTP_ABORTED: "aborted",
  GANTRY_HTTP_URL: "invalid_request",
  GANTRY_SSE_TOO_LONG: "protocol",
};

/** The failure that a coded error on the way to a model is; `otherwise` for codes that are not the way's own. */
export function failureOfCoded(error: GantryError, otherwise: FailureKind): ModelFailure {
  const kind = KIND_OF_CODE[error.code] ?? otherwise;
  return {
    kind,
    message: messageOf(error),
    isRetryable: isTransient(kind),
    ...(error.remedy && { remedy: error.remedy }),
  };
}
