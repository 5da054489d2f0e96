/** Ctrl-C, in the hands of the conversation. */
export interface Interrupts {
  /** Hands Ctrl-C back to the program, with the one that just came. */
  passOn(): void;
  /** Hands Ctrl-C back to the program. */
  release(): void;
}

/** While a conversation runs, Ctrl-C is a word in it and not the end of the program. */
export function heedInterrupts(onInterrupt: () => void): Interrupts {
  const others = process.listeners("SIGINT");
  process.removeAllListeners("SIGINT");
  process.on("SIGINT", onInterrupt);
  let isHeld = true;

  function release() {
    if (!isHeld) return;
    isHeld = false;
    process.off("SIGINT", onInterrupt);
    for (const other of others) process.on("SIGINT", other);
  }
  return {
    release,
    passOn() {
      release();
      for (const other of others) other("SIGINT");
    },
  };
}
