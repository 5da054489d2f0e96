import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { root } from "../scripts/project.js";
import { hasTmux, openTerminal, type TestTerminal } from "./tmux.ts";

const program = path.join(root, "dist/gantry.js");

// A model that does as it is told: "run X" asks for Bash, "wait" never ends, anything else is repeated.
const SCRIPTED = `
import { definePlugin } from "gantry/sdk";
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
  if (!hasRun && prompt.startsWith("run ")) {
    const call = { type: "tool_use", id: "c" + messages.length, name: "Bash", input: { command: prompt.slice(4) } };
    yield answer([call], "tool_use");
  } else if (prompt === "wait") {
    yield { type: "text", text: "waiting for you" };
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    yield { type: "failure", failure: { kind: "aborted", message: "aborted", isRetryable: false } };
  } else {
    const text = hasRun ? "that was all" : "you said " + JSON.stringify(prompt);
    yield { type: "text", text };
    yield answer([{ type: "text", text }], "end_turn");
  }
}
export default definePlugin({
  name: "scripted",
  providers: { scripted: { title: "Scripted", usable: "always", defaultModel: "script", models: ["script"] } },
  setup: () => ({ providers: { scripted: { stream } } }),
});
`;

let base: string;
let work: string;
let terminal: TestTerminal | undefined;
beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), "gantry-line-"));
  work = path.join(base, "work");
  await mkdir(work);
  await mkdir(path.join(base, "home/.gantry/plugins"), { recursive: true });
  await writeFile(path.join(base, "home/.gantry/plugins/scripted.mjs"), SCRIPTED);
});
afterEach(async () => {
  await terminal?.close();
  terminal = undefined;
  await rm(base, { recursive: true, force: true, maxRetries: 10 });
});

/** Starts the built program in a terminal, between two looks at the terminal's modes. */
async function start(args = "", prefix = ""): Promise<TestTerminal> {
  const script = [
    // Ctrl-C reaches this shell too; it stays.
    "trap : INT",
    `stty -g > ${base}/modes-before`,
    `${prefix} ${process.execPath} ${program} --line --model scripted/script ${args}`,
    "code=$?",
    `stty -g > ${base}/modes-after`,
    'echo "exit code $code"',
    "exec cat",
  ].join("\n");
  await writeFile(path.join(base, "start.sh"), script);
  terminal = await openTerminal(path.join(base, "start.sh"), {
    cwd: work,
    env: { PATH: process.env.PATH ?? "", HOME: path.join(base, "home"), LANG: "C.UTF-8" },
    log: path.join(base, "log"),
  });
  return terminal;
}

async function modesAreBack(): Promise<boolean> {
  const [before, after] = await Promise.all(
    ["modes-before", "modes-after"].map((name) => readFile(path.join(base, name), "utf8")),
  );
  return before === after;
}

/** Sends a signal to the program that runs in the terminal, as another program would. */
async function kill(signal: NodeJS.Signals): Promise<void> {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    const cwd = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (line.includes(program) && cwd.includes(`HOME=${base}/home`)) process.kill(Number(pid), signal);
  }
}

describe.skipIf(!hasTmux)("the line frontend in a terminal (needs tmux)", () => {
  test("the program is built", () => {
    expect(existsSync(program), "run npm run build first").toBe(true);
  });

  test("converses, keeps a history, and says how to go on", async () => {
    const t = await start();
    await t.shows("\n>");
    await t.type("hello");
    await t.press("Enter");
    await t.shows('you said "hello"\n>');
    await t.press("Up", "Enter");
    await t.shows('you said "hello"\n', 2);
    await t.press("C-d");
    await t.shows("exit code 0");
    const [, id] = /To go on with it: gantry --resume ([0-9a-f-]{36})/.exec(await t.screen()) ?? [];
    expect(id).toBeDefined();
    expect(await modesAreBack()).toBe(true);
    await t.close();

    const again = await start(`--resume ${id}`);
    await again.shows("Going on after 4 messages.");
  });

  test("takes a paste of several lines, and lines that end in a backslash, as one message", async () => {
    const t = await start();
    await t.shows("\n>");
    await t.paste("first\nsecond\n");
    await t.type("third");
    await t.press("Enter");
    await t.shows('you said "first\\nsecond\\nthird"');
    await t.type("left\\");
    await t.press("Enter");
    await t.type("right");
    await t.press("Enter");
    await t.shows('you said "left\\nright"');
  });

  test("Ctrl-C stops the turn, then clears the line, then leaves", async () => {
    const t = await start();
    await t.shows("\n>");
    await t.type("wait");
    await t.press("Enter");
    await t.shows("waiting for you");
    await t.press("C-c");
    await t.shows("Interrupted.\n>");
    await t.type("half a line");
    await t.press("C-c");
    await t.shows("half a line^C\n>");
    await t.press("C-c");
    await t.shows("Ctrl-C again, or Ctrl-D, leaves.");
    await t.press("C-c");
    await t.shows("exit code 0");
    expect(await modesAreBack()).toBe(true);
  });

  test("lines typed during a turn wait for it", async () => {
    const t = await start();
    await t.shows("\n>");
    await t.type("wait");
    await t.press("Enter");
    await t.shows("waiting for you");
    await t.type("/model");
    await t.press("Enter");
    await t.shows("Noted: /model");
    await t.press("C-c");
    await t.shows("* scripted/script");
  });

  test("asks before a command runs, with every hidden sign visible, and runs it on yes", async () => {
    const t = await start();
    await t.shows("\n>");
    await t.type("run touch made\u202edone");
    await t.press("Enter");
    await t.shows("| command: touch made<U+202E>done");
    await t.shows("Allow?");
    expect(existsSync(path.join(work, "made\u202edone"))).toBe(false);
    await t.type("y");
    await t.press("Enter");
    await t.shows("that was all");
    expect(existsSync(path.join(work, "made\u202edone"))).toBe(true);
    await t.type("run touch other");
    await t.press("Enter");
    await t.shows("Allow?", 2);
    await t.type("rather not");
    await t.press("Enter");
    await t.shows("that was all", 2);
    expect(existsSync(path.join(work, "other"))).toBe(false);
  });

  test("/exit ends the session", async () => {
    const t = await start();
    await t.shows("\n>");
    await t.type("/exit");
    await t.press("Enter");
    await t.shows("exit code 0");
    expect(await modesAreBack()).toBe(true);
  });

  test("a terminal that cannot do much gets no escape sequence and stays in its ordinary mode", async () => {
    const t = await start("", "TERM=dumb");
    await t.shows("\n>");
    await t.type("hellow");
    await t.press("BSpace", "Enter");
    await t.shows('you said "hello"\n>');
    await t.type("run touch made");
    await t.press("Enter");
    await t.shows("Allow?");
    await t.type("y");
    await t.press("Enter");
    await t.shows("that was all\n>");
    await t.press("C-d");
    await t.shows("exit code 0");
    expect(existsSync(path.join(work, "made"))).toBe(true);
    expect(await t.raw()).not.toContain("\u001b");
  });

  describe.each(["SIGTERM", "SIGHUP", "SIGKILL"] as const)("the terminal comes back after %s", (signal) => {
    test("in the middle of a turn", async () => {
      const t = await start();
      await t.shows("\n>");
      await t.type("wait");
      await t.press("Enter");
      await t.shows("waiting for you");
      await kill(signal);
      await t.shows("exit code");
      expect(await modesAreBack()).toBe(true);
    });

    // Nothing can be put back by a program that is killed outright while a line is being edited.
    test.skipIf(signal === "SIGKILL")("while a line is being edited", async () => {
      const t = await start();
      await t.shows("\n>");
      await t.type("half a line");
      await t.shows("half a line");
      await kill(signal);
      await t.shows("exit code");
      expect(await modesAreBack()).toBe(true);
      expect((await t.raw()).lastIndexOf("[?2004l")).toBeGreaterThan((await t.raw()).lastIndexOf("[?2004h"));
    });
  });
});
