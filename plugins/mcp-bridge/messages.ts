/** Messages of servers, read strictly: what two readers could take for two things is an error of the protocol. */
import { messageOf } from "gantry/sdk";
import { parseStrictJson } from "gantry/sdk/kit/strict-json";

export type Message = Record<string, unknown>;

/** The method under which the bridge hears of a request that was refused, and answers it with an error. */
export const REFUSED = "gantry/refused";
/** JSON-RPC's own code for it. */
export const PARSE_ERROR = -32_700;

/** One message, or what stands for one that is refused; `undefined` for what is no message. */
export function readMessage(text: string): Message | undefined {
  let problem: string;
  try {
    return asMessage(parseStrictJson(text));
  } catch (thrown) {
    problem = messageOf(thrown);
  }
  try {
    return refusalOf(asMessage(JSON.parse(text)), problem);
  } catch {
    return undefined;
  }
}

/** Whoever waits for the message learns that it came and was refused: the host for an answer, the server for a request. */
export function refusalOf(message: Message | undefined, problem: string): Message | undefined {
  const id = message?.id;
  if (message === undefined || (typeof id !== "string" && typeof id !== "number")) return undefined;
  const about = `This is no strict JSON: ${problem}`;
  if (typeof message.method === "string") return { jsonrpc: "2.0", id, method: REFUSED, params: { about } };
  return { jsonrpc: "2.0", id, error: { code: PARSE_ERROR, message: about } };
}

function asMessage(value: unknown): Message | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Message) : undefined;
}
