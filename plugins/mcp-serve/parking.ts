/** Calls that wait for a client's answer between two of its requests. */
import { randomBytes } from "node:crypto";
import type { Caller, ClientAnswer, ClientQuestion, Offer } from "./offer.ts";

type Result = Awaited<ReturnType<Offer["call"]>>;

/** What a request learns of its call: how it ended, or what it wants to know, and the ticket that an answer has to show. */
export type Round =
  | { readonly kind: "done"; readonly result: Result }
  | { readonly kind: "asks"; readonly question: ClientQuestion; readonly ticket: string };

type Heard = Pick<Caller, "progress" | "log" | "signal">;

export interface Parking {
  start(name: string, heard: Heard, run: (caller: Caller) => Promise<Result>): Promise<Round>;
  /** `undefined` when nothing waits for this ticket, or a call of another name does. A ticket is good once. */
  resume(ticket: string, name: string, answer: ClientAnswer | undefined, heard: Heard): Promise<Round> | undefined;
  /** Ends all of them. */
  close(): void;
}

interface Parked {
  readonly name: string;
  answer(given: ClientAnswer | undefined): void;
  listen(heard: Heard): Promise<Round>;
}

/** So many questions may be open at once: whoever asks never comes back costs no more. */
const MOST = 256;

export function createParking(waitMs: number): Parking {
  const parked = new Map<string, Parked>();
  const ending = new Set<AbortController>();

  return {
    start(name, heard, run) {
      const call = createCall(name);
      call.run(run);
      return call.listen(heard);
    },
    resume(ticket, name, answer, heard) {
      const call = parked.get(ticket);
      if (!call || call.name !== name) return undefined;
      parked.delete(ticket);
      const next = call.listen(heard);
      call.answer(answer);
      return next;
    },
    close() {
      for (const controller of ending) controller.abort(new Error("the server has ended"));
      for (const call of parked.values()) call.answer(undefined);
      parked.clear();
    },
  };

  function createCall(name: string) {
    const controller = new AbortController();
    ending.add(controller);
    let heard: Heard | undefined;
    let tell: (round: Round) => void = () => undefined;
    const rounds: Round[] = [];

    const say = (round: Round) => {
      rounds.push(round);
      tell(round);
    };
    /** Until the request is answered, its end is the call's. */
    const listen = (now: Heard): Promise<Round> => {
      heard = now;
      const stop = () => controller.abort(now.signal.reason);
      now.signal.addEventListener("abort", stop, { once: true });
      return new Promise<Round>((resolve) => {
        tell = (round) => {
          rounds.shift();
          heard = undefined;
          tell = () => undefined;
          now.signal.removeEventListener("abort", stop);
          resolve(round);
        };
        if (rounds[0]) tell(rounds[0]);
      });
    };
    const ask = (question: ClientQuestion): Promise<ClientAnswer | undefined> => {
      if (parked.size >= MOST) return Promise.resolve(undefined);
      const ticket = randomBytes(24).toString("base64url");
      return new Promise((resolve) => {
        const answer = (given: ClientAnswer | undefined) => {
          clearTimeout(timer);
          controller.signal.removeEventListener("abort", giveUp);
          parked.delete(ticket);
          resolve(given);
        };
        const giveUp = () => answer(undefined);
        const timer = setTimeout(giveUp, waitMs);
        timer.unref();
        controller.signal.addEventListener("abort", giveUp, { once: true });
        parked.set(ticket, { name, answer, listen });
        say({ kind: "asks", question, ticket });
      });
    };
    const run = (work: (caller: Caller) => Promise<Result>) => {
      const caller: Caller = {
        signal: controller.signal,
        progress: (text) => heard?.progress(text),
        log: (level, text) => heard?.log(level, text),
        ask,
      };
      const failed = (thrown: unknown): Result => ({
        content: [{ type: "text", text: String(thrown) }],
        isError: true,
      });
      void work(caller)
        .catch(failed)
        .then((result) => say({ kind: "done", result }))
        .finally(() => ending.delete(controller));
    };
    return { listen, run };
  }
}
