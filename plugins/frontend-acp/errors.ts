import { RequestError } from "@agentclientprotocol/sdk/unstable";
import { isGantryError, messageOf } from "gantry/sdk";

const NOT_FOUND = -32002;
const AUTH_REQUIRED = -32000;
const INVALID_PARAMS = -32602;
const INTERNAL = -32603;

/** What a code of ours is in the protocol; anything else is an internal error. */
const MEANINGS: Readonly<Record<string, number>> = {
  GANTRY_SESSION_ABSENT: NOT_FOUND,
  GANTRY_SESSION_NONE: NOT_FOUND,
  GANTRY_FOLDER_ABSENT: INVALID_PARAMS,
  GANTRY_MODEL_UNKNOWN: INVALID_PARAMS,
  GANTRY_MODEL_UNUSABLE: INVALID_PARAMS,
  GANTRY_MODEL_NONE: AUTH_REQUIRED,
};

/** A handler whose failures are errors of the protocol, in words for the person. */
export function answered<Context, Result>(
  handler: (context: Context) => Result | Promise<Result>,
): (context: Context) => Promise<Result> {
  return async (context) => {
    try {
      return await handler(context);
    } catch (thrown) {
      throw asRequestError(thrown);
    }
  };
}

export function asRequestError(thrown: unknown): RequestError {
  if (thrown instanceof RequestError) return thrown;
  if (!isGantryError(thrown)) return new RequestError(INTERNAL, messageOf(thrown));
  const { code, message, remedy } = thrown;
  const number = MEANINGS[code] ?? (code.startsWith("GANTRY_PERMIT_") ? INVALID_PARAMS : INTERNAL);
  return new RequestError(number, [message, remedy].filter(Boolean).join(" "), { code });
}

export function invalid(problem: string): RequestError {
  return new RequestError(INVALID_PARAMS, problem);
}

export function authRequired(problem: string): RequestError {
  return new RequestError(AUTH_REQUIRED, problem);
}

export function failed(problem: string, data?: Readonly<Record<string, unknown>>): RequestError {
  return new RequestError(INTERNAL, problem, data);
}
