import { execFile, execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A real terminal, driven as a person would. */
export interface TestTerminal {
  /** Types text, or presses keys by name, such as `Enter` or `C-c`. */
  press(...keys: readonly string[]): Promise<void>;
  type(text: string): Promise<void>;
  /** Pastes, as a terminal does when the program asked for bracketed paste. */
  paste(text: string): Promise<void>;
  /** Everything that was on the screen so far. */
  screen(): Promise<string>;
  /** Every byte the program has written. */
  raw(): Promise<string>;
  /** Resolves when the screen shows the text `times` times. Rejects with the screen when it never does. */
  shows(text: string, times?: number): Promise<void>;
  close(): Promise<void>;
}

export const hasTmux = (() => {
  try {
    execFileSync("tmux", ["-V"]);
    return true;
  } catch {
    return false;
  }
})();

const PATIENCE_MS = 10_000;
const GLANCE_MS = 30;

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where every byte of output is kept. */
  readonly log: string;
}

/** Runs a shell script in a terminal of its own, on a tmux server of its own. */
export async function openTerminal(script: string, { cwd, env, log }: TerminalOptions): Promise<TestTerminal> {
  const server = `gantry-${randomUUID()}`;
  const tmux = async (...args: readonly string[]) =>
    (await run("tmux", ["-L", server, "-f", "/dev/null", ...args], { cwd, env })).stdout;
  await tmux("new-session", "-d", "-x", "120", "-y", "50", `sh -c 'read go; exec sh ${script}'`);
  await tmux("pipe-pane", `cat > ${log}`);
  await tmux("send-keys", "Enter");
  const screen = async () => (await tmux("capture-pane", "-p", "-J", "-S", "-500")).trimEnd();

  return {
    press: async (...keys) => void (await tmux("send-keys", ...keys)),
    type: async (text) => void (await tmux("send-keys", "-l", text)),
    async paste(text) {
      await tmux("set-buffer", text);
      await tmux("paste-buffer", "-p");
    },
    screen,
    raw: () => readFile(log, "utf8"),
    async shows(text, times = 1) {
      const until = Date.now() + PATIENCE_MS;
      for (;;) {
        const seen = await screen();
        if (seen.split(text).length - 1 >= times) return;
        if (Date.now() > until) throw new Error(`"${text}" was not shown ${times} times. The screen:\n${seen}`);
        await new Promise((resolve) => setTimeout(resolve, GLANCE_MS));
      }
    },
    close: async () => void (await tmux("kill-server").catch(() => undefined)),
  };
}
