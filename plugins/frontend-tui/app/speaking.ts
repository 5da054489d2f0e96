/** Speaking in place of typing: Space, held or tapped where nothing is typed, records until it is let go or tapped again. */
import type { Recording, Speech, SpeechMode } from "gantry/sdk";
import type { Clock } from "gantry/sdk/kit/clock";
import type { ComposerHandle } from "../input/composer.tsx";
import type { KeyPress } from "../input/keys.ts";
import { durationText } from "./lines.ts";

export interface SpeakingParts {
  readonly clock: Clock;
  /** As the plugins have it now; looked up beforehand, since a key cannot wait. */
  speech(): Promise<Speech | undefined>;
  editor(): ComposerHandle | undefined;
  /** One line while it records or writes down; `undefined`: neither. */
  show(line: string | undefined): void;
  tell(text: string): void;
  problem(cause: unknown): void;
}

export interface Speaking {
  /** Looks up the service anew. */
  adopt(): Promise<void>;
  /** True: the key was meant for this, and types nothing. */
  key(press: KeyPress, action: string | undefined): boolean;
  close(): void;
}

/** One time of speaking, from the key that begins it to the text. */
interface Talk {
  readonly mode: Exclude<SpeechMode, "off">;
  readonly dropping: AbortController;
  /** Resolves when the key is let go, or tapped again. */
  readonly released: Promise<void>;
  release(): void;
  /** What was said is being written down. */
  isWriting: boolean;
}

/** A key that is held comes again at least so often; nobody taps as fast. */
const REPEAT_MS = 150;
/** A key that has not come for so long is held no more. */
const RELEASE_MS = 300;
const TICK_MS = 1000;

export function createSpeaking(parts: SpeakingParts): Speaking {
  const { clock } = parts;
  let speech: Speech | undefined;
  let talk: Talk | undefined;
  let spaceAt = Number.NEGATIVE_INFINITY;
  let stopReleasing = () => {};

  return {
    async adopt() {
      speech = await parts.speech();
    },
    key(press, action) {
      const isSpace = press.name === "space" && press.text === " ";
      const isRepeat = isSpace && clock.elapsed() - spaceAt < REPEAT_MS;
      spaceAt = isSpace ? clock.elapsed() : Number.NEGATIVE_INFINITY;
      if (talk) return talkKey(talk, { isSpace, isRepeat, press, action });
      return isSpace && beginKey(isRepeat);
    },
    close: () => talk?.dropping.abort(),
  };

  /** Space where nothing is typed. Held, it types until it has come again: the first could be a blank. */
  function beginKey(isRepeat: boolean): boolean {
    const editor = parts.editor();
    const mode = speech?.mode() ?? "off";
    if (!speech || !editor || mode === "off" || editor.view().search) return false;
    const typed = editor.text();
    const isBegun = mode === "hold" ? isRepeat && typed.trim() === "" : typed === "" && !isRepeat;
    if (!isBegun) return false;
    if (typed !== "") editor.setText("");
    talk = createTalk(mode);
    if (mode === "hold") releaseSoon(talk);
    void follow(talk, speech);
    return true;
  }

  function talkKey(
    one: Talk,
    key: { isSpace: boolean; isRepeat: boolean; press: KeyPress; action: string | undefined },
  ): boolean {
    if (key.press.name === "escape" || key.action === "app:interrupt") {
      one.dropping.abort();
      return true;
    }
    // Nobody is listened to while the program is stopped.
    if (key.action === "app:suspend") one.dropping.abort();
    if (one.mode === "hold" && key.isSpace) releaseSoon(one);
    else if (one.mode === "hold" || (key.isSpace && !key.isRepeat)) one.release();
    // Whoever types on meanwhile types blanks, too.
    const isTyped = one.isWriting && !key.isRepeat && parts.editor()?.text() !== "";
    return key.isSpace && !isTyped;
  }

  function releaseSoon(one: Talk): void {
    stopReleasing();
    stopReleasing = clock.after(RELEASE_MS, one.release);
  }

  /** Until what was said stands in the editor, or nothing comes of it. */
  async function follow(one: Talk, by: Speech): Promise<void> {
    const { signal } = one.dropping;
    try {
      const text = await listen(one, by);
      if (signal.aborted) return;
      if (text === "") parts.tell("Nothing was understood.");
      else if (text !== undefined) parts.editor()?.insert(text);
    } catch (cause) {
      if (!signal.aborted) parts.problem(cause);
    } finally {
      parts.show(undefined);
      // What is held on to must not begin anew.
      if (one.mode === "hold") await one.released;
      talk = undefined;
    }
  }

  async function listen(one: Talk, by: Speech): Promise<string | undefined> {
    const problem = await by.problem();
    if (problem !== undefined) parts.tell(problem);
    const { signal } = one.dropping;
    if (problem !== undefined || signal.aborted) return undefined;
    const recording = await by.record();
    const stopTicking = tick(one.mode);
    await Promise.race([one.released, recording.ended, aborted(signal)]);
    stopTicking();
    if (signal.aborted) return drop(recording);
    parts.show("Writing down what was said… Esc drops it");
    one.isWriting = true;
    return Promise.race([recording.finish(signal), aborted(signal).then(() => undefined)]);
  }

  async function drop(recording: Recording): Promise<undefined> {
    parts.show(undefined);
    await recording.cancel();
  }

  /** Says each second that it records; returns what ends that. */
  function tick(mode: Talk["mode"]): () => void {
    const startedAt = clock.elapsed();
    const how = mode === "hold" ? "let go of Space to end" : "Space ends it";
    let stop = () => {};
    const say = () => {
      const seconds = Math.round((clock.elapsed() - startedAt) / TICK_MS);
      parts.show(`● Recording, ${seconds ? durationText(seconds * TICK_MS) : "0 s"}: ${how}, Esc drops it`);
      stop = clock.after(TICK_MS, say);
    };
    say();
    return () => stop();
  }
}

function createTalk(mode: Talk["mode"]): Talk {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { mode, dropping: new AbortController(), released, release, isWriting: false };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
