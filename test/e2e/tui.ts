import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { program } from "./program.ts";
import { openPty, type Pty } from "./pty.ts";

/**
 * A model that does as it is told: `run X` asks for Bash, `delegate X` for an agent that does X, `edit F` for Edit, `wait` never ends, `think` thinks first, `say X` says X, anything
 * else is repeated. Its plugin has commands that break things.
 */
const SCRIPTED = `
import { writeFileSync } from "node:fs";
import { definePlugin } from "gantry/sdk";
writeFileSync(process.env.HOME + "/pid", String(process.pid));
const usage = { input_tokens: 1, output_tokens: 1, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
const answer = (content, stop_reason) => ({
  type: "end",
  message: { role: "assistant", id: "m", model: "script", content, stop_reason, usage },
});
async function* stream({ messages }, { signal }) {
  const last = messages.at(-1).content;
  const hasRun = last.some((block) => block.type === "tool_result");
  const said = last.flatMap((block) => (block.type === "text" && !block.text.startsWith("<") ? [block.text] : []));
  const prompt = said.at(-1) ?? "";
  yield { type: "start", id: "m", model: "script" };
  const call = (name, input) => answer([{ type: "tool_use", id: "c" + messages.length, name, input }], "tool_use");
  if (!hasRun && prompt.startsWith("run ")) yield call("Bash", { command: prompt.slice(4) });
  else if (!hasRun && prompt.startsWith("look ")) yield call("Look", { place: prompt.slice(5) });
  else if (!hasRun && prompt.startsWith("delegate ")) yield call("Agent", { description: "the chore", prompt: prompt.slice(9) });
  else if (prompt === "wait") {
    yield { type: "text", text: "waiting for you" };
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    yield { type: "failure", failure: { kind: "aborted", message: "aborted", isRetryable: false } };
  } else {
    const text = prompt.startsWith("say ") ? prompt.slice(4) : hasRun ? "that was all" : "you said " + JSON.stringify(prompt);
    const lines = /^lines (\\d+)(?: (\\S+))?$/.exec(prompt);
    const whole = lines ? Array.from({ length: Number(lines[1]) }, (_, at) => (lines[2] ?? "line ") + (at + 1)).join("\\n\\n") : text;
    if (prompt === "think") yield { type: "thinking", text: "let me see" };
    for (const piece of whole.match(/[^]{1,40}/g) ?? []) {
      yield { type: "text", text: piece };
      // Time in which it is drawn.
      if (lines?.[2]) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    yield answer([{ type: "text", text: whole }], "end_turn");
  }
}
export default definePlugin({
  name: "scripted",
  providers: { scripted: { title: "Scripted", usable: "always", defaultModel: "script", models: ["script"] } },
  tools: {
    Look: {
      description: "look",
      input: { jsonSchema: { type: "object", properties: { place: { type: "string" } } } },
      traits: { readOnly: true },
    },
  },
  renderers: { Look: {} },
  statusItems: { where: { description: "where" } },
  commands: {
    crash: { description: "throw" },
    reject: { description: "reject" },
    throws: { description: "fail" },
    gone: { description: "end the program" },
    pick: { description: "choose a colour", isImmediate: true },
    odd: { description: "panels that break" },
  },
  setup: () => ({
    providers: { scripted: { stream } },
    tools: { Look: async ({ place }) => (place === "escape" ? "\\u001b[2J\\u001b]0;owned\\u0007 seen" : "seen " + place) },
    renderers: {
      Look: {
        title: ({ call }) => {
          if (call.input.place === "broken") throw new Error("no looks");
          return ["at ", { text: call.input.place, tone: "accent" }];
        },
        summary: () => "it was there",
        ink: ({ React, Ink }) => ({ call }) => {
          if (call.input.place === "torn") throw new Error("no drawing");
          if (call.input.place !== "drawn") return null;
          return React.createElement(Ink.Box, { borderStyle: "single" }, React.createElement(Ink.Text, null, "a picture"));
        },
      },
    },
    statusItems: { where: () => "over here" },
    commands: {
      crash: () => void setTimeout(() => { throw new Error("crashed on purpose"); }),
      throws: () => { throw new Error("failed on purpose"); },
      reject: () => void Promise.reject(new Error("rejected on purpose")),
      gone: () => process.exit(7),
      odd: (how) => ({
        nothing: { panel: 7 },
        items: { panel: { type: "list", title: 7, load: () => [null, { id: 1, title: 2, detail: {} }], actions: "none" } },
        load: { panel: { type: "list", title: "Odd", text: "", load: () => { throw new Error("not loaded"); }, actions: [] } },
        preview: { panel: { type: "list", title: "Odd", text: "", load: () => [{ id: "a", title: "A" }], preview: () => { throw new Error("no preview"); }, actions: [] } },
      })[how],
      pick: () => ({
        panel: {
          type: "list",
          title: "Colours",
          text: "red\\ngreen",
          load: () => [{ id: "red", title: "Red" }, { id: "green", title: "Green" }],
          actions: [{ key: "enter", label: "take", run: ({ id }) => "You took " + id + "." }],
        },
      }),
    },
  }),
});
`;

/** A home, a folder and the built program in a terminal. */
export interface TuiPlace {
  readonly base: string;
  readonly work: string;
  readonly home: string;
  /** Starts the program; with `isInShell`, between two looks at the modes of the terminal, and a shell stays afterwards. */
  start(options?: TuiStart): Pty;
  pid(): Promise<number>;
  /** Whether the line settings are what they were. */
  isTerminalBack(): Promise<boolean>;
  /** What still runs of all that was started here, but for the shell. */
  programs(): readonly string[];
  remove(): Promise<void>;
}

export interface TuiStart {
  readonly args?: string;
  /** Default: the scripted one. */
  readonly model?: string;
  readonly cwd?: string;
  readonly isInShell?: boolean;
  /** The shell does not heed that its terminal is gone, and keeps the exit code in the file `code`. */
  readonly isDeaf?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export async function createTuiPlace(): Promise<TuiPlace> {
  const base = await mkdtemp(path.join(tmpdir(), "gantry-tui-"));
  const [work, home] = [path.join(base, "work"), path.join(base, "home")];
  await mkdir(work);
  await mkdir(path.join(home, ".gantry/plugins"), { recursive: true });
  await writeFile(path.join(home, ".gantry/plugins/scripted.mjs"), SCRIPTED);
  const terminals: Pty[] = [];
  const read = (name: string) => readFile(path.join(base, name), "utf8");
  await writeFile(
    path.join(base, "start.sh"),
    [
      "trap : INT",
      // A shell that keeps jobs ends when it cannot give its terminal to one.
      "if [ -n \"$DEAF\" ]; then trap '' HUP; else set -m; fi",
      `stty -g > ${base}/before`,
      '"$@"',
      "code=$?",
      `echo $code > ${base}/code`,
      `while [ $code -eq 148 ]; do stty -g > ${base}/after; echo stopped; read go; fg; code=$?; done`,
      `stty -g > ${base}/after`,
      'echo "exit code $code"',
      "exec cat",
    ].join("\n"),
  );
  return {
    base,
    work,
    home,
    start({
      args = "",
      isInShell = false,
      isDeaf = false,
      model = "scripted/script",
      cwd = work,
      env = {},
      ...size
    } = {}) {
      const run = [process.execPath, program, ...(model && ["--model", model]), ...args.split(" ").filter(Boolean)];
      const [file = "", ...rest] = isInShell ? ["/bin/sh", path.join(base, "start.sh"), ...run] : run;
      const terminal = openPty({
        file,
        args: rest,
        cwd,
        env: {
          PATH: process.env.PATH ?? "",
          HOME: home,
          LANG: "C.UTF-8",
          TERM: "xterm-256color",
          TERM_PROGRAM: "vscode",
          TMPDIR: base,
          ...(isDeaf && { DEAF: "1" }),
          ...env,
        },
        ...size,
      });
      terminals.push(terminal);
      return terminal;
    },
    pid: async () => Number(await readFile(path.join(home, "pid"), "utf8")),
    isTerminalBack: async () => (await read("before")) === (await read("after")),
    programs: () => programsOf(base),
    async remove() {
      await Promise.all(terminals.map((terminal) => terminal.close()));
      await rm(base, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** Command lines of the programs whose environment names the folder; on systems without `/proc`, none. */
function programsOf(base: string): string[] {
  const read = (pid: string, name: string) => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, "utf8").replaceAll("\0", " ").trim();
    } catch {
      return "";
    }
  };
  const pids = existsSync("/proc") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  const commands = pids.filter((pid) => read(pid, "environ").includes(base)).map((pid) => read(pid, "cmdline"));
  return commands.filter((command) => command !== "" && command !== "cat" && !command.startsWith("/bin/sh "));
}
