import type { JsonObject } from "gantry/sdk";
import type { Conversation, Step } from "./conversation.ts";

/** A call that a plan wants made. */
export interface Ask {
  readonly tool: string;
  readonly input: JsonObject;
}

/** What a plan comes to. */
export interface Answer {
  /** For the person. */
  readonly said: string;
  /** For a file, when the person wants it there: all of it. */
  readonly saved: string;
  /** Nothing was found: there is nothing to write down. */
  readonly isEmpty?: boolean;
}

/**
 * A plan reads like the work it does: it yields a call, goes on with what came of it, and returns the answer. It is run
 * anew for every request, from the start, with the results so far: so it remembers nothing and must be deterministic.
 */
export type Plan<Result = Answer> = Generator<Ask, Result, Step>;

/** What plans are made with. */
export interface PlanContext extends Pick<Conversation, "resolve" | "earlier"> {
  /** The file that the answer will be written to: what it holds from before is no finding. */
  readonly target?: string;
}

/** Ends a plan early; the message is the answer. */
export class Stopped extends Error {}
