/** The envelope of the protocol: requests and answers in both directions, each with an id. */
import {
  messageOf,
  newId,
  type WireControlCancel,
  type WireControlRequest,
  type WireControlResponse,
  z,
} from "gantry/sdk";

/** A request that came in. */
export type Request = WireControlRequest["request"];

/** Carries a request out. What it resolves to is the answer; a rejection is an error, in words for the sender. */
export type Handle = (request: Request, signal: AbortSignal) => Promise<object | undefined>;

export interface Line {
  /** Takes a line that came in. Never throws. */
  take(line: Readonly<Record<string, unknown>>): void;
  /** Asks the other side. Rejects when it answers with an error, when the signal fires, and when nothing more comes. */
  ask(request: Request, signal: AbortSignal): Promise<unknown>;
  /** The questions of this kind that were asked and not answered yet. */
  pending(subtype: string): readonly object[];
  /** Resolves when the requests that came so far and had to be carried out in order are. */
  ready(): Promise<void>;
  /** Resolves when every request that came is answered. */
  end(): Promise<void>;
}

interface Parts {
  readonly write: (line: object) => void;
  readonly complain: (text: string) => void;
  readonly handle: Handle;
  /** Carried out one after the other, and before the prompt that comes next. */
  readonly isInOrder: (subtype: string) => boolean;
}

interface Waiting {
  readonly line: WireControlRequest;
  readonly settle: (answer: z.output<ReturnType<typeof makeSchemas>["answer"]>["response"]) => void;
  readonly fail: (error: Error) => void;
}

export function createLine({ write, complain, handle, isInOrder }: Parts): Line {
  const schemas = makeSchemas();
  const waiting = new Map<string, Waiting>();
  const atWork = new Map<string, AbortController>();
  const working = new Set<Promise<void>>();
  let inOrder: Promise<unknown> = Promise.resolve();
  let isEnded = false;

  return {
    take(line) {
      if (line.type === "control_request") request(line);
      else if (line.type === "control_response") answer(line);
      else if (line.type === "control_cancel_request") cancel(line);
      else complain(`A line of the type ${JSON.stringify(line.type)} came, which is no part of the control protocol.`);
    },
    ask,
    pending: (subtype) => [...waiting.values()].flatMap(({ line }) => (line.request.subtype === subtype ? [line] : [])),
    ready: async () => void (await inOrder),
    async end() {
      isEnded = true;
      for (const { fail } of [...waiting.values()]) fail(new Error(GONE));
      await Promise.all(working);
    },
  };

  // ---------------------------------------------------------------- what the other side asks

  function request(line: unknown): void {
    const parsed = schemas.request.safeParse(line);
    if (!parsed.success) {
      const id = (line as { readonly request_id?: unknown }).request_id;
      const [issue] = parsed.error.issues;
      const problem = `The request is not valid: "${issue?.path.join(".")}": ${issue?.message}.`;
      if (typeof id === "string") reply({ subtype: "error", request_id: id, error: problem });
      else complain(problem);
      return;
    }
    const { request_id, request } = parsed.data;
    // The same request may be sent again by whoever is not sure that it came.
    if (atWork.has(request_id)) return;
    const stop = new AbortController();
    atWork.set(request_id, stop);
    const work = isInOrder(request.subtype) ? inOrder.then(() => carryOut()) : carryOut();
    if (isInOrder(request.subtype)) inOrder = work;
    const tracked = work.finally(() => working.delete(tracked));
    working.add(tracked);

    async function carryOut(): Promise<void> {
      try {
        const response = (await handle(request, stop.signal)) ?? {};
        const { pending_permission_requests, ...rest } = response as Readonly<Record<string, unknown>>;
        const more = pending_permission_requests === undefined ? {} : { pending_permission_requests };
        reply({ subtype: "success", request_id, response: rest, ...more });
      } catch (thrown) {
        reply({ subtype: "error", request_id, error: messageOf(thrown) });
      } finally {
        atWork.delete(request_id);
      }
    }
  }

  function reply(response: WireControlResponse["response"]): void {
    write({ type: "control_response", response } satisfies WireControlResponse);
  }

  /** Whatever is at work ends or not; its answer is no longer waited for. */
  function cancel(line: Readonly<Record<string, unknown>>): void {
    atWork.get(String(line.request_id))?.abort();
  }

  // ---------------------------------------------------------------- what the other side answers

  function ask(request: Request, signal: AbortSignal): Promise<unknown> {
    if (isEnded || signal.aborted) return Promise.reject(new Error(isEnded ? GONE : WITHDRAWN));
    const request_id = newId();
    const line: WireControlRequest = { type: "control_request", request_id, request };
    return new Promise((resolve, reject) => {
      const forget = () => {
        waiting.delete(request_id);
        signal.removeEventListener("abort", withdraw);
      };
      const fail = (error: Error) => {
        forget();
        reject(error);
      };
      const withdraw = () => {
        write({ type: "control_cancel_request", request_id } satisfies WireControlCancel);
        fail(new Error(WITHDRAWN));
      };
      signal.addEventListener("abort", withdraw, { once: true });
      waiting.set(request_id, {
        line,
        fail,
        settle(response) {
          forget();
          if (response.subtype === "success") resolve(response.response);
          else reject(new Error(response.error));
        },
      });
      write(line);
    });
  }

  /** An answer to what nobody asks any more is passed over, as is a second one. */
  function answer(line: unknown): void {
    const parsed = schemas.answer.safeParse(line);
    if (parsed.success) {
      waiting.get(parsed.data.response.request_id)?.settle(parsed.data.response);
      return;
    }
    const id = (line as { readonly response?: { readonly request_id?: unknown } }).response?.request_id;
    const asked = typeof id === "string" ? waiting.get(id) : undefined;
    if (asked) asked.fail(new Error("the answer is none: it has neither a response nor an error"));
    else complain("An answer came that says neither to what nor what.");
  }
}

const GONE = "nobody is there to answer any more";
const WITHDRAWN = "the question was withdrawn";

function makeSchemas() {
  const request = z.object({
    request_id: z.string(),
    request: z.looseObject({ subtype: z.string() }),
  });
  const answer = z.object({
    response: z.discriminatedUnion("subtype", [
      z.object({ subtype: z.literal("success"), request_id: z.string(), response: z.unknown() }),
      z.object({ subtype: z.literal("error"), request_id: z.string(), error: z.string() }),
    ]),
  });
  return { request, answer };
}
