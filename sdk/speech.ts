/** Speech that becomes text, for whoever lets a person speak in place of typing. */
import { createService } from "./service.ts";

/** How speaking begins and ends: while a key is held, from one press to the next, or not at all. */
export type SpeechMode = "hold" | "tap" | "off";

/** What is being spoken. */
export interface Recording {
  /** Resolves when it ends by itself: it has become too long, or nothing records any more. What was said until then still counts. */
  readonly ended: Promise<void>;
  /** Ends it, and gives what was said; an empty text where nothing was. Rejects with a coded error. */
  finish(signal?: AbortSignal): Promise<string>;
  /** Ends it, and drops what was said. Never rejects. */
  cancel(): Promise<void>;
}

/**
 * Records a person and writes down what they say.
 *
 * **Contract**: one recording at a time: a second rejects with `GANTRY_SPEECH_BUSY`. What is spoken leaves the machine only for where the
 * person has said that it is written down, and no file holds it.
 *
 * @example
 * const dictate = async (speech: Speech, isDone: Promise<unknown>) => {
 *   const recording = await speech.record();
 *   await isDone;
 *   return recording.finish();
 * };
 */
export interface Speech {
  /** What the person wants, read anew each time. */
  mode(): SpeechMode;
  /** Why nothing can be recorded or written down, in a sentence; `undefined` where it can. */
  problem(): Promise<string | undefined>;
  /** Begins at once. Rejects with a coded error where nothing can be recorded. */
  record(): Promise<Recording>;
}
export const Speech = createService<Speech>("speech");
