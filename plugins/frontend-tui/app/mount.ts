/** Ink as a layouter: what it would write becomes the lines of a frame, and the screen writes them. */
import { Writable } from "node:stream";
import { render } from "ink";
import type { ReactNode } from "react";

export interface Mounted {
  rerender(node: ReactNode): void;
  resize(columns: number, rows: number): void;
  unmount(): void;
  /** Resolves when the tree has ended by itself: with what was thrown in it. */
  readonly broken: Promise<unknown>;
}

export function mount(
  node: ReactNode,
  { columns, rows, onFrame }: { columns: number; rows: number; onFrame(lines: readonly string[]): void },
): Mounted {
  let isOver = false;
  const out = writable((text) => {
    if (!isOver) onFrame(text.split("\n"));
  });
  const stdout = Object.assign(out, { columns, rows, isTTY: false });
  const nothing = Object.assign(
    writable(() => {}),
    { isTTY: false },
  );
  const instance = render(node, {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: nothing as unknown as NodeJS.WriteStream,
    stdin: nothing as unknown as NodeJS.ReadStream,
    // Every frame whole, and nothing else, is what it writes then.
    debug: true,
    patchConsole: false,
    exitOnCtrlC: false,
  });
  const broken = instance.waitUntilExit().then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return {
    broken,
    rerender: (next) => instance.rerender(next),
    resize(toColumns, toRows) {
      stdout.columns = toColumns;
      stdout.rows = toRows;
    },
    unmount() {
      isOver = true;
      instance.unmount();
    },
  };
}

function writable(onText: (text: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _, done) {
      onText(String(chunk));
      done();
    },
  });
}
