/** The terminal while the conversation has it: its modes, its keys, its screen, and how all of it is given back. */
import type { Writable } from "node:stream";
import type { FrontendHost } from "gantry/sdk";
import type { FullLook } from "./full-screen.ts";
import { createModes } from "./modes.ts";
import { createScreen, type Screen } from "./screen.ts";

export interface TerminalParts {
  onBytes(bytes: Buffer): void;
  onResize(): void;
  /** Somebody else has written to it, such as a plugin that logs. */
  onStray(text: string): void;
  /** The terminal is gone. */
  onEnd(): void;
}

export interface Terminal {
  readonly screen: Screen;
  readonly columns: number;
  readonly rows: number;
  /** Writes what moves nothing on the screen: a title, a bell. */
  signal(text: string): void;
  /** Draws at once, with all that comes in the same moment. */
  drawNow(): void;
  /** Draws soon: what belongs together comes together. */
  drawSoon(): void;
  /** Somebody else has the terminal, until it is taken back. */
  handOver(): void;
  takeBack(): void;
  /** The other screen, for something that is looked at and left again; what happens meanwhile waits. */
  enterOther(): void;
  leaveOther(): void;
  /** All of the conversation on the other screen; without a look it goes back to where the terminal scrolls it. */
  setFull(look: FullLook | undefined): void;
  /** Stops the program, as Ctrl-Z does elsewhere, until the shell wakes it. */
  suspend(): void;
  close(): void;
}

const XTERM_JS: ReadonlySet<string> = new Set(["vscode", "Hyper", "Tabby"]);
const COLUMNS = 80;
const ROWS = 24;
/** Until React has drawn what has changed. */
const SOON_MS = 8;
const CALM_MS = 40;

export function openTerminal(
  host: Pick<FrontendHost, "stdin" | "stdout" | "stderr" | "info">,
  parts: TerminalParts,
): Terminal {
  const { stdin } = host;
  const stdout = host.stdout as typeof host.stdout & { columns?: number; rows?: number; _refreshSize?(): void };
  const toScreen = stdout.write.bind(stdout);
  const modes = createModes({ stdin, write: (text) => write(text) });
  const columns = () => stdout.columns || COLUMNS;
  const rows = () => stdout.rows || ROWS;
  const write = (text: string) => void (stdout.destroyed || toScreen(text));
  const isXtermJs = XTERM_JS.has(host.info.env.TERM_PROGRAM ?? "");
  const screen = createScreen({ write, columns, rows, isXtermJs });
  let isClosed = false;
  let isLent = false;
  let isLooking = false;
  let isDrawing = false;
  let later: NodeJS.Timeout | undefined;
  let resizing: NodeJS.Timeout | undefined;

  const onData = (bytes: Buffer | string) => {
    if (!isLent) parts.onBytes(typeof bytes === "string" ? Buffer.from(bytes) : bytes);
  };
  const onResize = () => {
    clearTimeout(resizing);
    resizing = setTimeout(resize, CALM_MS);
  };
  const onStop = () => suspend();
  const onWake = () => {
    if (isClosed || isLent) return;
    modes.leave();
    wake();
  };

  stdin.on("data", onData).on("end", parts.onEnd).on("error", parts.onEnd).on("close", parts.onEnd);
  stdout.on("error", parts.onEnd).on("resize", onResize);
  process.on("exit", close).on("SIGTSTP", onStop).on("SIGCONT", onWake);
  let undivert = divert([stdout, host.stderr], parts.onStray);
  modes.enter();
  stdin.resume();

  function draw() {
    clearTimeout(later);
    later = undefined;
    isDrawing = false;
    // The signal that the window has another size may come late.
    if (!isClosed) stdout._refreshSize?.();
    if (!resizing) screen.draw();
  }

  /** A window that is being dragged has many sizes: only the last is drawn for. */
  function resize() {
    resizing = undefined;
    if (isClosed || isLent) return;
    screen.resized();
    parts.onResize();
  }

  function wake() {
    if (isClosed) return;
    undivert();
    undivert = divert([stdout, host.stderr], parts.onStray);
    modes.enter();
    if (!isLooking) screen.resume();
    screen.redraw();
    parts.onResize();
  }

  function suspend() {
    if (isClosed || isLent) return;
    screen.pause();
    modes.leave();
    undivert();
    process.off("SIGTSTP", onStop);
    process.kill(process.pid, "SIGTSTP");
    // Here it goes on once the shell has woken it; or at once, where no shell is there that could.
    process.on("SIGTSTP", onStop);
    setImmediate(wake);
  }

  function close() {
    if (isClosed) return;
    isClosed = true;
    clearTimeout(resizing);
    clearTimeout(later);
    process.off("exit", close).off("SIGTSTP", onStop).off("SIGCONT", onWake);
    stdin.off("data", onData).off("end", parts.onEnd).off("error", parts.onEnd).off("close", parts.onEnd);
    stdout.off("resize", onResize);
    undivert();
    modes.leaveOthers();
    screen.leaveFull();
    screen.close();
    modes.leave();
    stdin.pause();
  }

  return {
    screen,
    get columns() {
      return columns();
    },
    get rows() {
      return rows();
    },
    signal: write,
    drawNow() {
      if (isDrawing) return;
      isDrawing = true;
      setImmediate(draw);
    },
    drawSoon() {
      later ??= setTimeout(draw, SOON_MS);
    },
    enterOther() {
      isLooking = true;
      screen.pause();
      modes.setOther("transcript", true);
    },
    leaveOther() {
      isLooking = false;
      modes.setOther("transcript", false);
      if (!isClosed) screen.resume();
    },
    setFull(look) {
      if (isClosed || (look !== undefined) === screen.isFull) return;
      if (look) screen.enterFull(look);
      modes.setOther("conversation", look !== undefined);
      if (!look) screen.leaveFull();
      screen.redraw();
    },
    handOver() {
      screen.pause();
      modes.leave();
      undivert();
      isLent = true;
      stdin.pause();
    },
    takeBack() {
      isLent = false;
      if (isClosed) return;
      stdin.resume();
      wake();
    },
    suspend,
    close,
  };
}

/** What others write to the terminal would tear what is drawn: it is handed over in place of that. Returns what ends it. */
function divert(streams: readonly Writable[], onText: (text: string) => void): () => void {
  const ends = streams
    .filter((stream) => (stream as { isTTY?: boolean }).isTTY)
    .map((stream) => {
      const { write } = stream;
      stream.write = (chunk: unknown, ...rest: unknown[]) => {
        onText(String(chunk));
        const done = rest.find((one) => typeof one === "function");
        if (done) process.nextTick(done as () => void);
        return true;
      };
      return () => {
        stream.write = write;
      };
    });
  return () => {
    for (const end of ends.splice(0)) end();
  };
}
