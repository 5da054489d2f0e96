import readline from "node:readline";
import { Writable } from "node:stream";
import type { FrontendHost } from "gantry/sdk";
import { createFeed } from "./feed.ts";

/** What came of asking for a line. */
export type Reading =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "interrupt"; readonly hadText: boolean }
  | { readonly kind: "end" };

export interface ReadOptions {
  /** A message may have several lines and is remembered in the history. */
  readonly isMessage?: boolean;
  /** What is typed is not shown. */
  readonly isSecret?: boolean;
  /** Ends the reading, as an interrupt. */
  readonly signal?: AbortSignal;
}

/**
 * A terminal that is in its ordinary mode whenever nobody is asked for a line, so that nothing need be put back when the
 * program dies in the middle of a turn. Only while a line is edited is it in raw mode.
 */
export interface Terminal {
  write(text: string): void;
  /** Asks for a line. A later question comes first; what was typed so far comes back afterwards. */
  read(label: string, options?: ReadOptions): Promise<Reading>;
  /** Ctrl-C: whether somebody was being asked for a line. */
  interruptReading(): boolean;
  close(): void;
}

interface Pending {
  readonly label: string;
  readonly options: ReadOptions;
  readonly settle: (reading: Reading) => void;
  /** Whole lines so far, and the one being typed. */
  readonly lines: string[];
  draft: string;
}

const PASTE_ON = "\u001b[?2004h";
const PASTE_OFF = "\u001b[?2004l";
const MORE = "… ";
const HISTORY_SIZE = 500;

export function createTerminal(
  { stdin, stdout }: Pick<FrontendHost, "stdin" | "stdout">,
  { canEdit, onTyped }: { readonly canEdit: boolean; readonly onTyped: (text: string) => void },
): Terminal {
  const readings: Pending[] = [];
  let editor: readline.Interface | undefined;
  let history: string[] = [];
  let carried = "";
  let held = "";
  let isEnded = false;

  const feed = createFeed(stdin, { onText, onEnd: end });
  stdout.on("error", end);
  stdin.on("error", end);
  const restore = () => editor && stdout.write(PASTE_OFF);
  process.on("exit", restore);
  feed.attach();

  // ---------------------------------------------------------------- readings

  async function read(label: string, options: ReadOptions = {}): Promise<Reading> {
    // What was typed before the question was seen is no answer to it: let it arrive first.
    for (let pass = 0; pass < 2 && !options.isMessage; pass++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (isEnded) return { kind: "end" };
    if (options.signal?.aborted) return { kind: "interrupt", hadText: false };
    return new Promise((resolve) => {
      const settle = (reading: Reading) => {
        options.signal?.removeEventListener("abort", abort);
        const wasActive = readings.at(-1) === pending;
        if (wasActive) closeEditor();
        readings.splice(readings.indexOf(pending), 1);
        if (wasActive) resume();
        resolve(reading);
      };
      const abort = () => settle({ kind: "interrupt", hadText: false });
      const pending: Pending = { label, options, settle, lines: [], draft: "" };
      if (options.isMessage) [pending.draft, carried] = [carried, ""];
      options.signal?.addEventListener("abort", abort, { once: true });
      const before = readings.at(-1);
      if (before && editor) before.draft = editor.line;
      closeEditor();
      readings.push(pending);
      resume();
    });
  }

  /** Lets the person type the newest answer that is waited for. */
  function resume() {
    const pending = readings.at(-1);
    if (!pending || isEnded) return;
    if (canEdit || isHidden(pending)) openEditor(pending);
    else stdout.write(pending.lines.length ? MORE : pending.label);
  }

  /** Where the terminal would show what is typed, it has to be in raw mode. */
  function isHidden({ options }: Pending): boolean {
    return options.isSecret === true && (stdin as { isTTY?: boolean }).isTTY === true;
  }

  /** A line has been typed; a message goes on after a backslash. */
  function take(pending: Pending, line: string): boolean {
    const goesOn = pending.options.isMessage === true && /(?<!\\)(?:\\\\)*\\$/.test(line);
    pending.lines.push(goesOn ? line.slice(0, -1) : line);
    return !goesOn;
  }

  const finish = (pending: Pending) => pending.settle({ kind: "line", text: pending.lines.join("\n") });

  // ---------------------------------------------------------------- the terminal in its ordinary mode

  function onText(text: string) {
    const pending = readings.at(-1);
    const isEarly = canEdit && !pending?.options.isMessage;
    if (!pending || isEarly) onTyped(text);
    else if (take(pending, text)) finish(pending);
    else stdout.write(MORE);
  }

  function end() {
    isEnded = true;
    for (const pending of [...readings].reverse()) pending.settle({ kind: "end" });
  }

  // ---------------------------------------------------------------- the terminal while a line is edited

  function openEditor(pending: Pending) {
    const isMessage = pending.options.isMessage === true;
    const isSilent = isHidden(pending);
    feed.detach();
    if (isSilent) stdout.write(pending.label);
    const opened = readline.createInterface({
      input: stdin,
      output: isSilent ? silence() : stdout,
      terminal: true,
      prompt: pending.lines.length ? MORE : pending.label,
      history: isMessage ? [...history] : [],
      historySize: isMessage ? HISTORY_SIZE : 0,
      removeHistoryDuplicates: true,
    });
    editor = opened;
    if (canEdit) stdout.write(PASTE_ON);
    let isPasting = false;
    let isFinishing = false;

    const onKey = (_: string | undefined, key: { name?: string } | undefined) => {
      if (key?.name === "paste-start") isPasting = true;
      if (key?.name === "paste-end") isPasting = false;
    };
    stdin.on("keypress", onKey);
    opened.on("history", (entries) => {
      if (isMessage) history = entries;
    });
    opened.on("line", (line) => {
      const isWhole = take(pending, line);
      opened.setPrompt(MORE);
      if (isPasting) return;
      if (isSilent) stdout.write("\n");
      if (!isWhole) return opened.prompt();
      if (isFinishing) return;
      isFinishing = true;
      // Lines that arrive together were pasted, where a terminal does not say so itself.
      setImmediate(() => {
        if (editor !== opened) return;
        carried = opened.line;
        finish(pending);
      });
    });
    opened.on("SIGINT", () => {
      const hadText = opened.line !== "" || pending.lines.length > 0;
      stdout.write("^C\n");
      pending.settle({ kind: "interrupt", hadText });
    });
    opened.on("close", () => {
      stdin.off("keypress", onKey);
      if (editor !== opened) return;
      stdout.write("\n");
      pending.settle({ kind: "end" });
    });
    opened.prompt();
    if (pending.draft) opened.write(pending.draft);
  }

  function closeEditor() {
    if (!editor) return;
    const closing = editor;
    editor = undefined;
    closing.close();
    stdout.write((canEdit ? PASTE_OFF : "") + held);
    held = "";
    if (!isEnded) feed.attach();
  }

  return {
    read,
    write(text) {
      if (!editor) return void stdout.write(text);
      // Above the line that is being typed, whole lines only.
      held += text;
      const whole = held.slice(0, held.lastIndexOf("\n") + 1);
      if (whole === "") return;
      held = held.slice(whole.length);
      readline.cursorTo(stdout, 0);
      readline.clearScreenDown(stdout);
      stdout.write(whole);
      if (readings.at(-1)?.options.isSecret) stdout.write(readings.at(-1)?.label ?? "");
      editor.prompt(true);
    },
    interruptReading() {
      const pending = readings.at(-1);
      pending?.settle({ kind: "interrupt", hadText: false });
      return pending !== undefined;
    },
    close() {
      end();
      closeEditor();
      feed.detach();
      stdin.pause();
      process.off("exit", restore);
      stdin.off("error", end);
    },
  };
}

/** A screen on which nothing appears. */
function silence(): Writable {
  return new Writable({ write: (_, __, done) => done() });
}
