import type { Exec } from "gantry/sdk";

const MAX_BYTES = 64 << 20;

export function createRun(start: Exec["start"]): Exec["run"] {
  return async ({ maxBytes = MAX_BYTES, timeoutMs, ...spec }) => {
    const output = { stdout: gather(maxBytes), stderr: gather(maxBytes) };
    const child = await start({
      ...spec,
      onOutput(chunk, stream) {
        output[stream].push(chunk);
        spec.onOutput?.(chunk, stream);
      },
    });
    let isTimedOut = false;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            isTimedOut = true;
            void child.kill();
          }, timeoutMs);
    const exit = await child.exited;
    clearTimeout(timer);
    // Nobody could ever see or stop it.
    if (exit.hasLeftovers) void child.kill();
    return { ...exit, isTimedOut, stdout: output.stdout.text(), stderr: output.stderr.text() };
  };
}

function gather(maxBytes: number) {
  const chunks: Uint8Array[] = [];
  let room = maxBytes;
  return {
    push(chunk: Uint8Array) {
      if (room <= 0) return;
      chunks.push(chunk.subarray(0, room));
      room -= chunk.length;
    },
    text: () => Buffer.concat(chunks).toString("utf8"),
  };
}
