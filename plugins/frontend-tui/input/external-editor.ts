/** The person's own editor, on a file with the text in it. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { PluginError } from "gantry/sdk";

export interface ExternalEditorOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The terminal is the editor's from here on: modes off, cooked input. */
  readonly handOver: () => void;
  /** And ours again: modes on, all drawn anew. */
  readonly takeBack: () => void;
}

/** Editors that go on in a window of their own, and how they are told to wait. */
const WAITING: Readonly<Record<string, string>> = {
  code: "--wait",
  "code-insiders": "--wait",
  codium: "--wait",
  cursor: "--wait",
  windsurf: "--wait",
  zed: "--wait",
  subl: "--wait",
  mate: "--wait",
  gvim: "--nofork",
  mvim: "--nofork",
};

/** Opens a text in `VISUAL` or `EDITOR`, and gives what it has become; `undefined` where the editor says that it was given up. */
export function createExternalEditor({ env, cwd, handOver, takeBack }: ExternalEditorOptions) {
  return async (text: string): Promise<string | undefined> => {
    const [file, ...args] = editorOf(env);
    const folder = await mkdtemp(join(tmpdir(), "gantry-prompt-"));
    const path = join(folder, "prompt.md");
    try {
      await writeFile(path, text, { mode: 0o600 });
      handOver();
      try {
        const code = await run(file, [...args, path], cwd, env);
        if (code !== 0) return undefined;
      } finally {
        takeBack();
      }
      return await readFile(path, "utf8");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

/** The program and its arguments: split at blanks, quotes heeded, and no shell asked. */
function editorOf(env: Readonly<Record<string, string | undefined>>): readonly [string, ...string[]] {
  const said = env.VISUAL?.trim() || env.EDITOR?.trim() || (process.platform === "win32" ? "notepad" : "vi");
  const words = [...said.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");
  const [file = "vi", ...args] = words;
  const wait = WAITING[basename(file).replace(/\.(?:cmd|exe)$/, "")];
  return [file, ...args, ...(wait && !args.includes(wait) && !args.includes("-w") ? [wait] : [])];
}

function run(file: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string | undefined>>) {
  return new Promise<number>((resolve, reject) => {
    const editor = spawn(file, args, { cwd, env: { ...env }, stdio: "inherit" });
    editor.once("error", () =>
      reject(
        new PluginError(
          "GANTRY_TUI_EDITOR",
          `The editor "${file}" cannot be started.`,
          "Set VISUAL or EDITOR to a program that is there.",
        ),
      ),
    );
    editor.once("exit", (code) => resolve(code ?? 1));
  });
}
