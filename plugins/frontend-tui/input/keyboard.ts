import { useEffect, useRef } from "react";
import type { KeyPress } from "./keys.ts";

export type KeyHandler = (press: KeyPress, action: string | undefined) => boolean;
export type KeyBindings = Readonly<Record<string, Readonly<Record<string, string | null>>>>;

export interface Keyboard {
  listen(contexts: readonly string[], handler: KeyHandler): () => void;
  feed(bytes: Buffer): void;
  labelOf(action: string): string;
}

const NAMES: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "j",
  "\t": "tab",
  "\u007f": "backspace",
  "\u001b": "escape",
  "\u001b[A": "up",
  "\u001b[B": "down",
  "\u001b[C": "right",
  "\u001b[D": "left",
  "\u001b[Z": "tab",
};

const ACTIONS: Readonly<Record<string, string>> = {
  "ctrl+c": "app:interrupt",
  "ctrl+d": "app:exit",
  "ctrl+l": "app:redraw",
  "ctrl+o": "app:toggleTranscript",
  "ctrl+t": "app:toggleTodos",
  "ctrl+z": "app:suspend",
  "shift+tab": "chat:cycleMode",
  escape: "chat:cancel",
};

export function createKeyboard(_: { readonly bindings: KeyBindings }): Keyboard {
  const handlers: KeyHandler[] = [];
  const press = (one: KeyPress) => {
    const id = `${one.ctrl ? "ctrl+" : ""}${one.shift ? "shift+" : ""}${one.name}`;
    for (const handler of [...handlers].reverse()) if (handler(one, ACTIONS[id])) return;
  };
  return {
    listen(_contexts, handler) {
      handlers.push(handler);
      return () => void handlers.splice(handlers.indexOf(handler), 1);
    },
    feed(bytes) {
      const plain = { ctrl: false, alt: false, shift: false, text: "" };
      for (const [part] of bytes.toString().matchAll(/\u001b\[[\d;?]*[A-Za-z~]|[^]/gu)) {
        const name = NAMES[part];
        const code = part.charCodeAt(0);
        if (name) press({ ...plain, name, shift: part === "\u001b[Z", ctrl: part === "\n" });
        else if (part.startsWith("\u001b")) continue;
        else if (code < 32) press({ ...plain, name: String.fromCharCode(code + 96), ctrl: true });
        else press({ ...plain, name: part === " " ? "space" : part, text: part });
      }
    },
    labelOf: (action) => Object.keys(ACTIONS).find((key) => ACTIONS[key] === action) ?? "",
  };
}

export function useKeys(keyboard: Keyboard, contexts: readonly string[], handler: KeyHandler): void {
  const latest = useRef(handler);
  latest.current = handler;
  const names = contexts.join(" ");
  useEffect(
    () => keyboard.listen(names.split(" "), (press, action) => latest.current(press, action)),
    [keyboard, names],
  );
}
