import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { render } from "ink";
import { createElement } from "react";
import { expect, onTestFinished, test } from "vitest";
import { createTheme } from "../paint/theme.ts";
import { defaultBindings } from "./bindings.ts";
import { Composer, type ComposerHandle, type ComposerProps, type Submission } from "./composer.tsx";
import { createKeyboard } from "./keyboard.ts";
import { memoryHistory } from "./test-draft.ts";

/** The editor in a terminal of so many columns; `frame` is what stands on it. */
async function shown(given: Partial<ComposerProps> = {}) {
  const keyboard = createKeyboard({ bindings: defaultBindings(), wait: () => () => {} });
  const submitted: Submission[] = [];
  let handle: ComposerHandle | undefined;
  const props: ComposerProps = {
    keyboard,
    theme: createTheme({ name: "dark", depth: 0 }),
    width: 30,
    maxRows: 6,
    history: memoryHistory(),
    settings: { isVim: false },
    suggest: {
      commands: () => [{ name: "help", plugin: "command-core", description: "Say what there is." }],
      complete: async () => [],
      async *mentions() {},
    },
    isBusy: false,
    isActive: true,
    onSubmit: (submission) => void submitted.push(submission),
    onAction: () => false,
    onReady: (ready) => {
      handle = ready;
    },
    ...given,
  };
  const frames: string[] = [];
  const stdout = Object.assign(new EventEmitter(), {
    columns: props.width,
    rows: 24,
    write: (text: string) => frames.push(text) > 0,
  }) as unknown as NodeJS.WriteStream;
  const app = render(createElement(Composer, props), {
    stdout,
    stdin: new PassThrough() as unknown as NodeJS.ReadStream,
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  onTestFinished(() => app.unmount());
  await expect.poll(() => handle).toBeDefined();
  return {
    submitted,
    handle: handle as unknown as ComposerHandle,
    press: (bytes: string) => keyboard.feed(Buffer.from(bytes)),
    frame: () => frames.at(-1) ?? "",
    again: (more: Partial<ComposerProps>) => app.rerender(createElement(Composer, { ...props, ...more })),
  };
}

test("what is typed stands behind the sign, and is sent", async () => {
  const { press, frame, submitted } = await shown({ placeholder: "Ask something" });
  expect(frame()).toBe("> │Ask something");
  press("hello");
  await expect.poll(frame).toBe("> hello│");
  press("\r");
  await expect.poll(frame).toBe("> │Ask something");
  expect(submitted[0]?.text).toBe("hello");
});

test("a long text is wrapped, and scrolls to where the cursor is", async () => {
  const { press, frame } = await shown({ maxRows: 3 });
  press("one two three four five six seven");
  await expect.poll(frame).toBe("> one two three four five six\n   seven│");
  press("\x0aa\x0ab\x0ac");
  await expect.poll(frame).toBe("… a\n  b\n  c│");
});

test("controls that were pasted are written out", async () => {
  const { press, frame } = await shown();
  press("\x1b[200~a\x1b[2Jb\x1b[201~");
  await expect.poll(frame).toBe("> a<U+001B>[2Jb│");
});

test("commands are offered below, within the rows there are", async () => {
  const { press, frame } = await shown();
  press("/");
  await expect.poll(frame).toBe("> /│\n  Others\n  /help  Say what there is.");
});

test("a dialog that is open gets the keys", async () => {
  const { press, frame, again, handle } = await shown();
  press("a");
  await expect.poll(frame).toBe("> a│");
  again({ isActive: false });
  await expect.poll(frame).toBe("> a");
  press("b");
  again({ isActive: true });
  handle.setText(`${handle.text()}c`);
  await expect.poll(frame).toBe("> ac│");
});

test("vim mode shows where it is, and tells of each change", async () => {
  const modes: unknown[] = [];
  const { press, frame, handle } = await shown({
    settings: { isVim: true },
    onVimMode: (mode) => void modes.push(mode),
  });
  press("word\x1b[27u");
  await expect.poll(frame).toBe(": wor│d");
  press("x");
  await expect.poll(frame).toBe(": wo│r");
  expect(handle.view().vim?.mode).toBe("normal");
  expect(modes).toEqual(["insert", "normal"]);
});
