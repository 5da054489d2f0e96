/** What is pasted: short texts as they stand, long ones and pictures as chips. */
import type { ImageBlock } from "gantry/sdk";
import * as edit from "./buffer.ts";
import type { Chips } from "./chips.ts";
import type { Clipboard } from "./clipboard.ts";

interface Editing {
  buffer(): edit.Buffer;
  set(buffer: edit.Buffer): void;
  /** A word to the person. */
  say(hint: string): void;
}

export interface Pasting {
  paste(text: string): void;
  /** The picture in the clipboard. */
  pasteImage(clipboard: Clipboard): void;
}

export function createPasting(chips: Chips, clipboard: () => Clipboard | undefined, editing: Editing): Pasting {
  function paste(text: string) {
    const board = clipboard();
    const path = board?.pathIn(text);
    if (!board || path === undefined) return pasteText(text);
    void board.imageAt(path).then(
      (image) => (image ? putImage(image) : pasteText(text)),
      () => pasteText(text),
    );
  }

  function pasteText(text: string) {
    const chip = chips.forText(text);
    const buffer = editing.buffer();
    editing.set(chip ? edit.withChip(buffer, chip.label) : edit.insert(buffer, text, "other"));
  }

  function putImage(image: ImageBlock) {
    editing.set(edit.withChip(editing.buffer(), chips.forImage(image).label));
  }

  return {
    paste,
    pasteImage(board) {
      void board.image().then(
        (image) => (image ? putImage(image) : editing.say("There is no picture in the clipboard")),
        (error: unknown) => editing.say(error instanceof Error ? error.message : String(error)),
      );
    },
  };
}
