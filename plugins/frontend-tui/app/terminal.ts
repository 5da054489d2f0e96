/** The terminal while the conversation has it: its modes, its keys, its screen, and how all of it is given back. */
import type { FrontendHost } from "gantry/sdk";
import { createModes } from "./modes.ts";
import { createScreen, type Screen } from "./screen.ts";

export interface TerminalParts {
  onBytes(bytes: Buffer): void;
  onResize(): void;
  /** The terminal is gone. */
  onEnd(): void;
}

export interface Terminal {
  readonly screen: Screen;
  readonly columns: number;
  readonly rows: number;
  /** Writes what moves nothing on the screen: a title, a bell. */
  signal(text: string): void;
  /** Draws soon, once for all that comes until then. */
  drawSoon(): void;
  /** Lets somebody else have the terminal meanwhile. */
  lend<T>(work: () => Promise<T>): Promise<T>;
  /** Stops the program, as Ctrl-Z does elsewhere, until the shell wakes it. */
  suspend(): void;
  close(): void;
}

const COLUMNS = 80;
const ROWS = 24;

export function openTerminal(host: Pick<FrontendHost, "stdin" | "stdout">, parts: TerminalParts): Terminal {
  const { stdin } = host;
  const stdout = host.stdout as typeof host.stdout & { columns?: number; rows?: number };
  const modes = createModes(host);
  const columns = () => stdout.columns || COLUMNS;
  const rows = () => stdout.rows || ROWS;
  const write = (text: string) => void (stdout.destroyed || stdout.write(text));
  const screen = createScreen({ write, columns, rows });
  let isClosed = false;
  let isLent = false;
  let isDrawing = false;

  const onData = (bytes: Buffer | string) => {
    if (!isLent) parts.onBytes(typeof bytes === "string" ? Buffer.from(bytes) : bytes);
  };
  const onResize = () => {
    if (isLent) return;
    screen.resized();
    parts.onResize();
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
  modes.enter();
  stdin.resume();

  function wake() {
    modes.enter();
    screen.resume();
    screen.redraw();
    onResize();
  }

  function suspend() {
    if (isClosed || isLent) return;
    screen.pause();
    modes.leave();
    process.off("SIGTSTP", onStop);
    process.kill(process.pid, "SIGTSTP");
    // Here it goes on once the shell has woken it; or at once, where no shell is there that could.
    process.on("SIGTSTP", onStop);
    setImmediate(wake);
  }

  function close() {
    if (isClosed) return;
    isClosed = true;
    process.off("exit", close).off("SIGTSTP", onStop).off("SIGCONT", onWake);
    stdin.off("data", onData).off("end", parts.onEnd).off("error", parts.onEnd).off("close", parts.onEnd);
    stdout.off("resize", onResize);
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
    drawSoon() {
      if (isDrawing) return;
      isDrawing = true;
      setImmediate(() => {
        isDrawing = false;
        screen.draw();
      });
    },
    async lend(work) {
      screen.pause();
      modes.leave();
      isLent = true;
      stdin.pause();
      try {
        return await work();
      } finally {
        isLent = false;
        if (!isClosed) {
          stdin.resume();
          wake();
        }
      }
    },
    suspend,
    close,
  };
}
