import type { ToolContext } from "gantry/sdk";

const FIRST_MS = 500;
const EVERY_MS = 250;
const SHOWN_BYTES = 1000;

/** Shows the newest output of a command that takes long enough for somebody to wait. */
export interface Progress {
  show(chunk: Uint8Array): void;
  stop(): void;
}

export function reportProgress(call: ToolContext): Progress {
  let next = performance.now() + FIRST_MS;
  return {
    show(chunk) {
      const now = performance.now();
      if (now < next) return;
      next = now + EVERY_MS;
      call.progress(new TextDecoder().decode(chunk.subarray(-SHOWN_BYTES)));
    },
    stop() {
      next = Number.POSITIVE_INFINITY;
    },
  };
}
