import type { Writable } from "node:stream";
import { PluginError } from "gantry/sdk";

/** Standard output, written in as few pieces as can be. */
export interface Output {
  write(text: string): void;
  /** Resolves when everything is written. Throws a coded error when it could not be, unless nobody reads any more. */
  end(): Promise<void>;
  /** Whether the reader has gone away. */
  readonly isDeserted: boolean;
}

/** `onDeserted` is called when the reader goes away, as `head` does: then nothing is worth doing any more. */
export function createOutput(stream: Writable, onDeserted: () => void): Output {
  let pending = "";
  let failure: NodeJS.ErrnoException | undefined;

  stream.on("error", (cause: NodeJS.ErrnoException) => {
    const isFirst = failure === undefined;
    failure ??= cause;
    if (isFirst) onDeserted();
  });

  function flush(done?: () => void) {
    const text = pending;
    pending = "";
    if (failure) done?.();
    else stream.write(text, () => done?.());
  }

  return {
    write(text) {
      if (pending === "") setImmediate(flush);
      pending += text;
    },
    async end() {
      await new Promise<void>((resolve) => flush(resolve));
      // A failed write reports to its callback first and to the stream a moment later.
      await new Promise((resolve) => setImmediate(resolve));
      if (failure && failure.code !== "EPIPE") {
        throw new PluginError(
          "GANTRY_OUTPUT_FAILED",
          `The answer cannot be written: ${failure.message}.`,
          "Check where standard output leads, and that there is space.",
          failure,
        );
      }
    },
    get isDeserted() {
      return failure !== undefined;
    },
  };
}
