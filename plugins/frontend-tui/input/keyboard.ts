/** From the bytes of a terminal to whoever listens for a key. */
import { useEffect, useRef } from "react";
import type { KeyBindings } from "./bindings.ts";
import { keyOf } from "./chords.ts";
import { createKeyDecoder, type KeyDecoderOptions, type KeyPress } from "./keys.ts";

export type { KeyBindings } from "./bindings.ts";

/** True: the key was meant for it, and nobody else hears it. */
export type KeyHandler = (press: KeyPress, action: string | undefined) => boolean;
/** Where its keys are looked up, the nearest first. A function is asked at each key. */
export type KeyContexts = readonly string[] | (() => readonly string[]);

/** Who hears a key: the last that was added first; those who listen to `Global` alone after all others. */
export interface Keyboard {
  listen(contexts: KeyContexts, handler: KeyHandler): () => void;
  feed(bytes: Buffer): void;
  /** What a person presses for it, in this context or in any, such as `ctrl+g`; empty where no key does it. */
  labelOf(action: string, context?: string): string;
  /** Other bindings from the next key on. */
  rebind(bindings: KeyBindings): void;
  /** The keys of a chord that was begun, such as `ctrl+x`; empty where none was. Whoever shows it is told of changes. */
  pending(): string;
  onPending(listener: () => void): () => void;
  onFocus(listener: (hasFocus: boolean) => void): () => void;
  /** What the terminal answers to a question of ours, as a whole sequence. */
  onReply(listener: (reply: string) => void): () => void;
  /** Gives what waits, and ends the timer. */
  close(): void;
}

interface Listener {
  readonly contexts: KeyContexts;
  readonly handler: KeyHandler;
}

export function createKeyboard(options: { bindings: KeyBindings; wait?: KeyDecoderOptions["wait"] }): Keyboard {
  let { bindings } = options;
  let begun: readonly string[] = [];
  const listeners = new Set<Listener>();
  const [pendings, focuses, replies] = [createListeners<void>(), createListeners<boolean>(), createListeners<string>()];
  const decoder = createKeyDecoder({
    onPress: take,
    onFocus: focuses.tell,
    onReply: replies.tell,
    ...(options.wait && { wait: options.wait }),
  });

  function take(press: KeyPress) {
    const keys = [...begun, keyOf(press)];
    const chord = keys.join(" ");
    const hadBegun = begun.length > 0;
    begin([]);
    for (const { contexts, handler } of inOrder(listeners)) {
      const names = typeof contexts === "function" ? contexts() : contexts;
      if (names.some((name) => isBeginning(bindings.get(name), chord))) return begin(keys);
      const action = actionIn(names, chord);
      // Half a chord types nothing.
      if (hadBegun && action === undefined) continue;
      if (handler(press, action)) return;
    }
  }

  function actionIn(contexts: readonly string[], chord: string): string | undefined {
    for (const context of contexts) {
      const action = bindings.get(context)?.get(chord);
      if (action !== undefined) return action ?? undefined;
    }
    return undefined;
  }

  function begin(keys: readonly string[]) {
    if (keys.length === 0 && begun.length === 0) return;
    begun = keys;
    pendings.tell();
  }

  return {
    listen(contexts, handler) {
      const listener = { contexts, handler };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    feed: (bytes) => decoder.feed(bytes),
    labelOf(action, context) {
      for (const [name, keys] of bindings) {
        if (context !== undefined && name !== context) continue;
        for (const [chord, bound] of keys) if (bound === action) return chord;
      }
      return "";
    },
    rebind(next) {
      bindings = next;
      begin([]);
    },
    pending: () => begun.join(" "),
    onPending: pendings.add,
    onFocus: focuses.add,
    onReply: replies.add,
    close: () => decoder.end(),
  };
}

/** Listens while the component is there; contexts and handler may change with every render. */
export function useKeys(keyboard: Keyboard, contexts: readonly string[], handler: KeyHandler): void {
  const latest = useRef({ contexts, handler });
  latest.current = { contexts, handler };
  useEffect(
    () =>
      keyboard.listen(
        () => latest.current.contexts,
        (press, action) => latest.current.handler(press, action),
      ),
    [keyboard],
  );
}

function inOrder(listeners: ReadonlySet<Listener>): readonly Listener[] {
  const all = [...listeners].reverse();
  const isLast = ({ contexts }: Listener) => {
    const names = typeof contexts === "function" ? contexts() : contexts;
    return names.length === 1 && names[0] === "Global";
  };
  return [...all.filter((one) => !isLast(one)), ...all.filter(isLast)];
}

function isBeginning(keys: ReadonlyMap<string, string | null> | undefined, chord: string): boolean {
  for (const [longer, action] of keys ?? []) if (action !== null && longer.startsWith(`${chord} `)) return true;
  return false;
}

function createListeners<T>() {
  const all = new Set<(value: T) => void>();
  return {
    tell(value: T) {
      for (const one of [...all]) one(value);
    },
    add(listener: (value: T) => void) {
      all.add(listener);
      return () => void all.delete(listener);
    },
  };
}
