import { appendFileSync, closeSync, mkdirSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf } from "gantry/sdk";
import { createWindow, type Excerpt } from "gantry/sdk/kit/window";

/** A command's output: beginning and end in memory, all of it in a file once that is more than can be shown. */
export interface Capture {
  readonly size: number;
  push(chunk: Uint8Array): void;
  excerpt(maxCharacters: number): Excerpt;
  /** Sees to it that all output, past and future, is in the file. Gives its path, or why that failed. */
  save(): { readonly path: string } | { readonly problem: string };
  /** No more output comes. Removes the file unless it was asked for. */
  close(): void;
}

const SAVED_BYTES = 64 << 20;

export function createCapture(shownCharacters: number, path: string): Capture {
  const window = createWindow(shownCharacters);
  let pending: Uint8Array[] = [];
  let file: number | undefined;
  let room = SAVED_BYTES;
  let problem: string | undefined;
  let isWanted = false;

  function write(chunk: Uint8Array) {
    if (file === undefined || problem !== undefined || room <= 0) return;
    try {
      appendFileSync(file, chunk.subarray(0, room));
      room -= chunk.length;
      if (room <= 0) appendFileSync(file, "\n[output is cut here: only the first 64 MiB are kept]\n");
    } catch (error) {
      problem = messageOf(error);
    }
  }

  function open() {
    if (file !== undefined || problem !== undefined) return;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      file = openSync(path, "wx", 0o600);
    } catch (error) {
      problem = messageOf(error);
    }
    for (const chunk of pending) write(chunk);
    pending = [];
  }

  return {
    get size() {
      return window.size;
    },
    push(chunk) {
      window.push(chunk);
      if (file === undefined && problem === undefined) {
        pending.push(chunk.slice());
        if (window.size > shownCharacters) open();
      } else {
        write(chunk);
      }
    },
    excerpt: (maxCharacters) => window.excerpt(maxCharacters),
    save() {
      isWanted = true;
      open();
      return problem === undefined ? { path } : { problem };
    },
    close() {
      if (file === undefined) return;
      closeSync(file);
      file = undefined;
      if (!isWanted) rmSync(path, { force: true });
    },
  };
}
