import { isatty } from "node:tty";

/**
 * Ends the program. With the modes of a terminal that is gone Node cannot do what it does at its end, and aborts; the signal that says
 * the same ends it in peace.
 */
export function exit(code: number): never {
  if (isTerminalGone()) {
    process.emit("exit", code);
    process.removeAllListeners("SIGHUP");
    process.kill(process.pid, "SIGHUP");
  }
  process.exit(code);
}

export function isTerminalGone(): boolean {
  return process.stdout.isTTY && !isatty(1);
}
