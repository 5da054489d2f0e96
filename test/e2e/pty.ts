import pty from "@lydell/node-pty";
import xterm from "@xterm/headless";

/** A terminal emulator around a program in a pty, driven as a person would. */
export interface Pty {
  /** Types text as it stands. */
  type(text: string): void;
  /** Presses keys by name: `Enter`, `Up`, `C-c`, `M-b`, `S-Tab`. */
  press(...keys: readonly string[]): void;
  /** Pastes, with brackets where the program asked for them. */
  paste(text: string): void;
  /** The lines of the screen, without blanks at their ends. */
  frame(): string[];
  /** The screen, and what has been scrolled out of it above. */
  everything(): string[];
  /** What is on the screen, cell by cell. */
  buffer(): xterm.IBuffer;
  /** Every byte the program has written. */
  raw(): string;
  /** Modes of the emulator, such as `bracketedPasteMode`. */
  modes(): xterm.Terminal["modes"];
  /** All that a program can leave behind in a terminal. */
  state(): TerminalState;
  /** Title that the program has set. */
  title(): string;
  resize(columns: number, rows: number): void;
  /** Resolves when the screen, with what was scrolled out of it, holds the text so many times; rejects with the screen. */
  shows(text: string | RegExp, times?: number): Promise<void>;
  /** Resolves when the screen alone no longer holds the text. */
  hides(text: string | RegExp): Promise<void>;
  /** Resolves once this is so, which is looked at whenever something was written. */
  until(isSo: () => boolean, what: string): Promise<void>;
  /** A moment without a key, as a person takes to read: a question does not heed what was typed before it stood there. */
  quiet(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** The terminal goes away, as when its window is closed; whoever writes to it then gets an error. */
  hangUp(): void;
  readonly pid: number;
  /** Resolves to the exit code; the signal's number counts from 128. */
  readonly ended: Promise<number>;
  close(): Promise<void>;
}

export interface TerminalState {
  readonly modes: xterm.Terminal["modes"];
  readonly isCursorShown: boolean;
  readonly screen: "normal" | "alternate";
  /** How many kinds of keys lie on the terminal's stack, by screen. */
  readonly keyKinds: Readonly<Record<"normal" | "alternate", number>>;
  readonly title: string;
  readonly keptTitles: number;
  /** Whether what is written next would have a look. */
  readonly hasLook: boolean;
}

export interface PtyOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
}

const PATIENCE_MS = 10_000;
const GLANCE_MS = 20;
const READING_MS = 250;

const KEYS: Readonly<Record<string, string>> = {
  Enter: "\r",
  Tab: "\t",
  "S-Tab": "\u001b[Z",
  Escape: "\u001b",
  Backspace: "\u007f",
  Space: " ",
  Up: "\u001b[A",
  Down: "\u001b[B",
  Right: "\u001b[C",
  Left: "\u001b[D",
  Home: "\u001b[H",
  End: "\u001b[F",
  PageUp: "\u001b[5~",
  PageDown: "\u001b[6~",
  Delete: "\u001b[3~",
};

export function openPty({ file, args, cwd, env, columns = 80, rows = 24 }: PtyOptions): Pty {
  const child = pty.spawn(file, [...args], {
    cwd,
    env: { ...env },
    cols: columns,
    rows,
    name: env.TERM ?? "xterm-256color",
  });
  const screen = new xterm.Terminal({
    cols: columns,
    rows,
    scrollback: 100_000,
    allowProposedApi: true,
    windowOptions: { pushTitle: true, popTitle: true },
  });
  let raw = "";
  const state = watchState(screen);
  let isOver = false;
  // What a terminal answers to questions goes back to the program.
  screen.onData((data) => !isOver && child.write(data));
  child.onData((data) => {
    raw += data;
    screen.write(data);
  });
  const ended = new Promise<number>((resolve) => {
    child.onExit(({ exitCode, signal }) => {
      isOver = true;
      // What it wrote last is read before anybody hears that it is over.
      screen.write("", () => resolve(signal ? 128 + signal : exitCode));
    });
  });

  const lines = (from: number, to: number) => {
    const all = [];
    for (let row = from; row < to; row++)
      all.push(screen.buffer.active.getLine(row)?.translateToString(true, 0, screen.cols) ?? "");
    return all.map((line) => line.trimEnd());
  };
  const frame = () => lines(screen.buffer.active.viewportY, screen.buffer.active.viewportY + screen.rows);
  const everything = () => lines(0, screen.buffer.active.length);

  async function until(isSo: () => boolean, what: string): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!isSo()) {
      if (Date.now() > end) throw new Error(`${what} The screen:\n${everything().join("\n").trimEnd()}`);
      await new Promise((resolve) => setTimeout(resolve, GLANCE_MS));
    }
  }

  return {
    type: (text) => child.write(text),
    press(...keys) {
      for (const key of keys) child.write(bytesOf(key));
    },
    paste(text) {
      const body = text.replaceAll("\n", "\r");
      child.write(screen.modes.bracketedPasteMode ? `\u001b[200~${body}\u001b[201~` : body);
    },
    frame,
    everything,
    buffer: () => screen.buffer.active,
    raw: () => raw,
    modes: () => screen.modes,
    state,
    title: () => state().title,
    resize(toColumns, toRows) {
      screen.resize(toColumns, toRows);
      child.resize(toColumns, toRows);
    },
    shows: (text, times = 1) =>
      until(() => count(everything().join("\n"), text) >= times, `"${text}" was not shown ${times} times.`),
    hides: (text) => until(() => count(frame().join("\n"), text) === 0, `"${text}" stayed on the screen.`),
    until,
    quiet: () => new Promise((resolve) => setTimeout(resolve, READING_MS)),
    kill: (signal) => process.kill(child.pid, signal),
    hangUp() {
      isOver = true;
      (child as unknown as { destroy(): void }).destroy();
    },
    pid: child.pid,
    ended,
    async close() {
      if (!isOver) child.kill("SIGKILL");
      await ended;
      screen.dispose();
    },
  };
}

/** What xterm.js does not tell of itself: stacks of titles and of kinds of keys, and the cursor. */
function watchState(screen: xterm.Terminal): () => TerminalState {
  let keptTitles = 0;
  const keyKinds = { normal: 0, alternate: 0 };
  let title = "";
  let isCursorShown = true;
  const on = (id: xterm.IFunctionIdentifier, handle: (parameters: (number | number[])[]) => void) =>
    screen.parser.registerCsiHandler(id, (parameters) => {
      handle(parameters);
      return false;
    });
  on({ prefix: ">", final: "u" }, () => keyKinds[screen.buffer.active.type]++);
  on({ prefix: "<", final: "u" }, ([count]) => {
    keyKinds[screen.buffer.active.type] -= Number(count) || 1;
  });
  on({ final: "t" }, ([what]) => {
    if (what === 22) keptTitles++;
    if (what === 23) keptTitles--;
  });
  for (const [final, isShown] of [
    ["h", true],
    ["l", false],
  ] as const) {
    on({ prefix: "?", final }, (parameters) => {
      if (parameters.includes(25)) isCursorShown = isShown;
    });
  }
  screen.onTitleChange((name) => {
    title = name;
  });
  const inner = screen as unknown as { _core: { _inputHandler: { _curAttrData: { fg: number; bg: number } } } };
  return () => {
    const { fg, bg } = inner._core._inputHandler._curAttrData;
    return {
      // Each is a getter of its own.
      modes: structuredClone(screen.modes),
      isCursorShown,
      screen: screen.buffer.active.type,
      keyKinds: { ...keyKinds },
      title,
      keptTitles,
      hasLook: fg !== 0 || bg !== 0,
    };
  };
}

function bytesOf(key: string): string {
  const known = KEYS[key];
  if (known !== undefined) return known;
  const [, kind, letter = ""] = /^([CM])-(.+)$/.exec(key) ?? [];
  if (kind === "C" && letter.length === 1) return String.fromCharCode(letter.toUpperCase().charCodeAt(0) & 31);
  if (kind === "M") return `\u001b${bytesOf(letter)}`;
  if (key.length === 1) return key;
  throw new Error(`There is no key "${key}".`);
}

function count(all: string, text: string | RegExp): number {
  return typeof text === "string" ? all.split(text).length - 1 : [...all.matchAll(new RegExp(text, "gm"))].length;
}
