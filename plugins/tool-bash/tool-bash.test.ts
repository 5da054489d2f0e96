import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { definePlugin, Screens, type ToolResult, textOf } from "gantry/sdk";
import { createTestKernel, scriptedModel, type TestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import execNode from "../exec-node/index.ts";
import shellFolders from "../shell-folders/index.ts";
import toolJobs from "../tool-jobs/index.ts";
import toolBash from "./index.ts";

let kernel: TestKernel | undefined;
let cwd: string;
let state: string;

beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "bash-cwd-")));
  state = await mkdtemp(join(tmpdir(), "bash-state-"));
});
afterEach(async () => {
  await kernel?.close();
  kernel = undefined;
  await rm(cwd, { recursive: true, force: true });
  await rm(state, { recursive: true, force: true });
});

async function open(options: Partial<TestKernelOptions> = {}) {
  kernel = await createTestKernel({
    plugins: [execNode, toolJobs, shellFolders, toolBash],
    answer: "allow",
    cwd,
    ...options,
    env: { PATH: process.env.PATH as string, GANTRY_HOME: state, ...options.env },
  });
  return kernel;
}

interface Data {
  readonly stdout: string;
  readonly stderr: string;
  readonly interrupted: boolean;
  readonly persistedOutputPath?: string;
  readonly [name: string]: unknown;
}
const dataOf = (result: ToolResult) => result.data as Data;
const said = (result: ToolResult) => textOf(result.content);
const bash = (command: string, more: object = {}) => (kernel as TestKernel).call("Bash", { command, ...more });

describe("a command", () => {
  it("gives its output, stderr in its place", async () => {
    await open();
    const result = await bash("echo one; echo two >&2; echo three");
    expect(result.outcome).toBe("ok");
    expect(said(result)).toBe("one\ntwo\nthree");
    expect(result.data).toEqual({ stdout: "one\ntwo\nthree", stderr: "", interrupted: false });
  });

  it("is seen on a screen while it runs, to its end", async () => {
    const seen: string[] = [];
    const screens = definePlugin({
      name: "screens",
      provides: { screens: Screens },
      setup: () => ({
        services: {
          screens: {
            open: ({ id }) => ({
              write: (chunk) => void seen.push(`${id}: ${Buffer.from(chunk)}`),
              end: (exit) => void seen.push(`${id} ended with ${exit?.exitCode}`),
            }),
          },
        },
      }),
    });
    await open({ plugins: [execNode, toolJobs, shellFolders, toolBash, screens] });
    expect((await bash("echo one; exit 3")).outcome).toBe("error");
    expect(seen).toEqual(["call_1: one\n", "call_1 ended with 3"]);
  });

  it("says when it fails, on the first line", async () => {
    await open();
    const result = await bash("echo before; exit 3");
    expect(result.outcome).toBe("error");
    expect(said(result)).toBe("Exit code 3\nbefore");
  });

  it("says so when there is no output", async () => {
    await open();
    expect(said(await bash("true"))).toBe("(no output)");
  });

  it("may find nothing without failing", async () => {
    await open();
    const result = await bash("grep nothing /dev/null");
    expect(result.outcome).toBe("ok");
    expect(dataOf(result).returnCodeInterpretation).toBe("no matches found");
  });

  it("that was killed has the code that a shell would give", async () => {
    await open();
    expect(said(await bash("kill -KILL $$"))).toBe("Exit code 137");
  });

  it("that bash cannot parse runs not at all", async () => {
    await open();
    const result = await bash("touch ran; echo $(");
    expect(said(result)).toMatch(/^Exit code \d+\n.*unexpected EOF/s);
    expect(await readdir(cwd)).toEqual([]);
  });

  it("that is too long for the system is an error that says so", async () => {
    await open();
    const result = await bash(`: ${"x".repeat(300_000)}`);
    expect(result.outcome).toBe("error");
    expect(said(result)).toMatch(/could not be started.*E2BIG/);
  });

  it("has line numbers of its own, here-documents, and no arguments", async () => {
    await open();
    expect(said(await bash("cat <<EOF\nhere $# $0\nEOF\nnosuchcommand"))).toMatch(
      /^Exit code 127\nhere 0 bash\nbash: line 4: nosuchcommand: command not found$/,
    );
  });

  it("gets end of file from its input, and no terminal", async () => {
    await open();
    expect(said(await bash("cat; test -t 0 || echo none; (: </dev/tty) 2>/dev/null || echo no tty"))).toBe(
      "none\nno tty",
    );
  });

  it("shows bytes that are no text", async () => {
    await open();
    expect(said(await bash("printf 'a\\377b'"))).toBe("a\ufffdb");
  });

  it("sees no secret of the host, and no start-up file", async () => {
    await writeFile(join(cwd, "rc"), "echo started");
    await open({ env: { ANTHROPIC_API_KEY: "sk-secret", BASH_ENV: join(cwd, "rc") } });
    expect(said(await bash("env"))).not.toMatch(/sk-secret|started|BASH_ENV/);
  });
});

describe("the working folder", () => {
  it("persists, even when the command fails or calls exit", async () => {
    await open();
    await mkdir(join(cwd, "a'b/c"), { recursive: true });
    expect(said(await bash('cd "a\'b" && exit 4'))).toBe("Exit code 4");
    expect(said(await bash("pwd"))).toBe(join(cwd, "a'b"));
    await bash("cd c; set -e; false");
    expect(said(await bash("pwd"))).toBe(join(cwd, "a'b/c"));
  });

  it("is not moved by a subshell, a pipe or a background command", async () => {
    await open();
    await mkdir(join(cwd, "sub"));
    await bash("(cd sub); cd sub | cat; true");
    await bash("cd sub", { run_in_background: true });
    expect(said(await bash("pwd"))).toBe(cwd);
  });

  it("cannot be forged by output", async () => {
    await open();
    await bash(`echo ${tmpdir()}; echo ${tmpdir()} >&2`);
    expect(said(await bash("pwd"))).toBe(cwd);
  });

  it("is reset, with a notice, when a command leaves the project", async () => {
    await open();
    const result = await bash("cd /; echo gone");
    expect(said(result)).toBe(`gone\nShell cwd was reset to ${cwd}`);
    expect(dataOf(result).stderr).toBe(`Shell cwd was reset to ${cwd}`);
    expect(said(await bash("pwd"))).toBe(cwd);
  });

  it("is reset when a link leads out of the project", async () => {
    await open();
    expect(said(await bash("ln -s / out; cd out"))).toBe(`Shell cwd was reset to ${cwd}`);
  });

  it("may be an added folder", async () => {
    const added = await realpath(await mkdtemp(join(tmpdir(), "bash-added-")));
    await open({ folders: [added] });
    await bash(`cd ${added}`);
    expect(said(await bash("pwd"))).toBe(added);
    await rm(added, { recursive: true });
  });

  it("is reset when it was removed", async () => {
    await open();
    await bash("mkdir sub; cd sub");
    await rm(join(cwd, "sub"), { recursive: true });
    expect(said(await bash("pwd"))).toBe(`${cwd}\nShell cwd was reset to ${cwd}`);
  });

  it("leaves no file behind, however the command ends", async () => {
    await open();
    await bash("mkdir sub; cd sub");
    await bash("sleep 600; cd sub", { timeout: 20 });
    expect(await readdir(join(state, "shell", (kernel as TestKernel).session.id))).toEqual([]);
  });
});

describe("variables", () => {
  it("do not persist", async () => {
    await open();
    await bash("export KEPT=1; KEPT2=1; alias x=y");
    expect(said(await bash('echo "[$KEPT$KEPT2]"'))).toBe("[]");
  });

  it("come from the session's environment files", async () => {
    await writeFile(join(cwd, "env.sh"), "export FROM_FILE='two words'\n");
    const { session } = await open({ env: { CLAUDE_ENV_FILE: join(cwd, "env.sh") } });
    await mkdir(join(state, "shell", session.id), { recursive: true });
    await writeFile(join(state, "shell", session.id, "environment.sh"), "export FROM_HOOK=yes\n");
    expect(said(await bash('echo "$FROM_FILE $FROM_HOOK"'))).toBe("two words yes");
  });
});

describe("long output", () => {
  it("is shown up to the limit, and beyond as a preview with the whole in a private file", async () => {
    await open();
    expect(said(await bash("head -c 30000 /dev/zero | tr '\\0' x"))).toBe("x".repeat(30_000));
    const result = await bash("seq 100000");
    const { persistedOutputPath: path = "", persistedOutputSize } = dataOf(result);
    expect(said(result).length).toBeLessThan(11_000);
    expect(said(result)).toMatch(/^1\n2\n/);
    expect(said(result)).toContain("\n100000\n");
    expect(said(result)).toContain(path);
    expect(readFileSync(path, "utf8")).toBe(`${Array.from({ length: 100_000 }, (_, i) => i + 1).join("\n")}\n`);
    expect(persistedOutputSize).toBe(statSync(path).size);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  });

  it("of a failing command is shown head and tail", async () => {
    await open();
    const result = await bash("seq 5000; exit 1");
    expect(said(result)).toMatch(/^Exit code 1\n1\n2\n/);
    expect(said(result)).toContain("\n5000\n");
    expect(said(result).length).toBeLessThan(10_500);
    expect(readFileSync(dataOf(result).persistedOutputPath as string, "utf8")).toMatch(/5000\n$/);
  });

  it("has the limit that the environment sets, but no more than 150,000", async () => {
    await open({ env: { BASH_MAX_OUTPUT_LENGTH: "999999" } });
    expect(said(await bash("head -c 150000 /dev/zero | tr '\\0' x")).length).toBe(150_000);
    expect(dataOf(await bash("head -c 150001 /dev/zero | tr '\\0' x")).persistedOutputSize).toBe(150_001);
  });

  it("never grows the host's memory, and is saved up to 64 MiB", async () => {
    await open();
    const before = process.memoryUsage.rss();
    const result = await bash("yes 0123456789012345678901234567890123456789 | head -c 1000000000");
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 << 20);
    expect(dataOf(result).persistedOutputSize).toBe(1_000_000_000);
    expect(statSync(dataOf(result).persistedOutputPath as string).size).toBeLessThan((64 << 20) + 100);
  });

  it("ends a command that writes without end", async () => {
    await open({ config: { "tool-bash": { maxOutputBytes: 1_000_000 } } });
    const result = await bash("yes");
    expect(result.outcome).toBe("error");
    expect(dataOf(result).stderr).toContain("it wrote more than 1000000 bytes");
  });
});

describe("a command that takes too long", () => {
  const TIMEOUT = { timeout: 50 };

  it("goes on in the background", async () => {
    await open();
    const result = await bash("echo first; read -t 600 < <(sleep 600)", TIMEOUT);
    expect(result.outcome).toBe("ok");
    expect(result.data).toMatchObject({ backgroundTaskId: "b1", timedOutAfterMs: 50, stdout: "first" });
    const output = await (kernel as TestKernel).call("TaskOutput", { task_id: "b1" });
    expect(said(output)).toMatch(/^Job b1 .*: running\..*first\n$/s);
    expect(said(await (kernel as TestKernel).call("TaskStop", { task_id: "b1" }))).toMatch(/^Stopped job b1/);
  });

  it.each(["sleep 600", "true git; tail -f /dev/null"])("is ended when it is %s", async (command) => {
    await open();
    const result = await bash(command, TIMEOUT);
    expect(result.outcome).toBe("error");
    expect(said(result)).toMatch(/^Exit code 143\nThe command was ended: it took longer than 50 ms/);
  });

  it("is held to the maximum, whatever it asks for", async () => {
    await open({ env: { BASH_DEFAULT_TIMEOUT_MS: "20", BASH_MAX_TIMEOUT_MS: "40" } });
    expect(dataOf(await bash("sleep 600")).timedOutAfterMs).toBe(20);
    expect(dataOf(await bash("sleep 600", { timeout: 9e9 })).timedOutAfterMs).toBe(40);
  });
});

describe("what a command leaves behind", () => {
  it("neither holds the answer nor goes on", async () => {
    await open();
    const result = await bash("sleep 600 & echo $!");
    const [pid] = said(result).split("\n");
    expect(dataOf(result).stderr).toContain("left running");
    await kernel?.close();
    kernel = undefined;
    expect(isRunning(Number(pid))).toBe(false);
  });
});

describe("commands of one turn", () => {
  it("run together when they only look", async () => {
    const script = (at: number) => `sleep 0.2; echo slept-${at}`;
    const model = scriptedModel([
      { calls: Array.from({ length: 8 }, (_, at) => ({ name: "Bash", input: { command: script(at) } })) },
      { text: "done" },
    ]);
    await open({ model });
    const start = performance.now();
    const { results } = await (kernel as TestKernel).run("go");
    expect(results.map(said).sort()).toEqual(Array.from({ length: 8 }, (_, at) => `slept-${at}`));
    expect(performance.now() - start).toBeLessThan(8 * 200);
  });

  it("run one after another when they may do more", async () => {
    const step = (at: number) => ({ name: "Bash", input: { command: `echo ${at} >> log; cat log` } });
    await open({ model: scriptedModel([{ calls: [1, 2, 3].map(step) }, { text: "done" }]) });
    const { results } = await (kernel as TestKernel).run("go");
    expect(results.map(said)).toEqual(["1", "1\n2", "1\n2\n3"]);
  });
});

describe("an interrupt", () => {
  it("ends the whole group and gives what there was", async () => {
    const model = scriptedModel([
      { calls: [{ name: "Bash", input: { command: "echo $$ > pid; echo begun; touch ready; sleep 600 | cat" } }] },
    ]);
    const { session } = await open({ model });
    const results: ToolResult[] = [];
    for await (const event of session.send("go")) {
      if (event.type === "tool_start") void whenThere(join(cwd, "ready")).then(() => session.interrupt());
      if (event.type === "tool_end") results.push(event.result);
    }
    expect(results).toHaveLength(1);
    const pid = Number(readFileSync(join(cwd, "pid"), "utf8"));
    await kernel?.close();
    kernel = undefined;
    expect(isRunning(pid)).toBe(false);
    expect(said(results[0] as ToolResult)).toContain("begun");
    expect(dataOf(results[0] as ToolResult).interrupted).toBe(true);
  });
});

describe("a background command", () => {
  it("returns at once, and the model is told when it has ended", async () => {
    await open();
    const result = await bash("echo working; exit 2", { run_in_background: true, description: "Build" });
    expect(dataOf(result).backgroundTaskId).toBe("b1");
    const output = await (kernel as TestKernel).call("TaskOutput", { task_id: "b1", block: true });
    expect(said(output)).toMatch(/^Job b1 \(Build\): failed, exit code 2\..*working\n$/s);
    const { requests } = (kernel as TestKernel).model;
    await (kernel as TestKernel).run("and now?");
    expect(JSON.stringify(requests.at(-1)?.messages)).toContain("has ended: exit code 2");
  });

  it("ends with the session, with all it started", async () => {
    await open();
    await bash("trap '' TERM; sleep 600 & echo $! > pid; mv pid there; wait; sleep 600", { run_in_background: true });
    await whenThere(join(cwd, "there"));
    const pid = Number(readFileSync(join(cwd, "there"), "utf8"));
    expect(isRunning(pid)).toBe(true);
    await kernel?.close();
    kernel = undefined;
    expect(isRunning(pid)).toBe(false);
  });
});

async function whenThere(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise(setImmediate);
}

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
