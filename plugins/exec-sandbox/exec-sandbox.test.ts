import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { type Answer, defineTool, type Question, type ToolResult, textOf, z } from "gantry/sdk";
import { createTestKernel, scriptedModel, type TestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import execNode from "../exec-node/index.ts";
import filesNode from "../files-node/index.ts";
import permitRules from "../permit-rules/index.ts";
import settingsFiles from "../settings-files/index.ts";
import toolBash from "../tool-bash/index.ts";
import toolJobs from "../tool-jobs/index.ts";
import execSandbox from "./index.ts";

const hasBwrap = existsSync("/usr/bin/bwrap");
const reason = hasBwrap ? "" : " (skipped: there is no /usr/bin/bwrap)";

let kernel: TestKernel | undefined;
let place: string;
let cwd: string;
let state: string;
let home: string;

beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), "sandbox-")));
  [cwd, state, home] = [join(place, "work"), join(place, "state"), join(place, "home")];
  for (const folder of [cwd, state, home]) await mkdir(folder);
});
afterEach(async () => {
  await close();
  await rm(place, { recursive: true, force: true });
});

async function close() {
  const open = kernel;
  kernel = undefined;
  await open?.close();
}

async function open(sandbox: object = {}, options: Partial<TestKernelOptions> = {}) {
  kernel = await createTestKernel({
    plugins: [execNode, filesNode, settingsFiles, execSandbox, permitRules, toolJobs, toolBash],
    cwd,
    ...options,
    settings: { sandbox: { enabled: true, ...sandbox }, ...options.settings },
    env: { PATH: process.env.PATH as string, GANTRY_HOME: state, HOME: home, ...options.env },
  });
  return kernel;
}

const said = (result: ToolResult) => textOf(result.content);
const bash = (command: string, more: object = {}) => (kernel as TestKernel).call("Bash", { command, ...more });

describe.skipIf(!hasBwrap)(`a confined command${reason}`, () => {
  it("writes in the working folders, and nowhere else", async () => {
    const added = join(place, "added");
    await mkdir(added);
    await open({}, { folders: [added] });
    expect(said(await bash(`echo in > in; echo more > ${added}/in; cat in ${added}/in`))).toBe("in\nmore");
    const result = await bash("echo x > /var/lib/planted");
    expect(result.outcome).toBe("error");
    expect(said(result)).toMatch(
      /Read-only file system\nThe command ran in the sandbox, where only the working folders/,
    );
    for (const path of [join(homedir(), "planted"), "/usr/planted", "/etc/planted"]) {
      expect((await bash(`echo x > ${path}`)).outcome).toBe("error");
      expect(existsSync(path)).toBe(false);
    }
    expect(readFileSync(join(added, "in"), "utf8")).toBe("more\n");
  });

  it("runs without being asked for, where the same command would be", async () => {
    await open();
    expect((await bash("echo x > a")).outcome).toBe("ok");
    await close();
    await open({ autoAllowBashIfSandboxed: false });
    expect((await bash("echo x > b")).outcome).toBe("denied");
    await close();
    await open({ enabled: false });
    expect((await bash("echo x > c")).outcome).toBe("denied");
    expect(await readdir(cwd)).toEqual(["a"]);
  });

  it("is still denied and asked for where a rule says so", async () => {
    await open({}, { settings: { permissions: { deny: ["Bash(rm:*)"], ask: ["Bash(git push:*)"] } } });
    expect((await bash("rm x")).outcome).toBe("denied");
    expect((await bash("git push")).outcome).toBe("denied");
  });

  it.each([
    ".git/hooks",
    ".git",
    ".claude/settings.json",
    ".gantry/plugins/x.ts",
    ".vscode/tasks.json",
    ".mcp.json",
    "gantry.config.ts",
    ".gantryrc",
    ".envrc",
  ])("cannot make %s where there is none, and leaves nothing there", async (name) => {
    await open();
    const result = await bash(`mkdir -p $(dirname ${name}) 2>/dev/null; echo x > ${name} || mkdir ${name}/x`);
    expect(result.outcome).toBe("error");
    expect(
      (await bash(`rmdir ${name.split("/")[0]}; rm -rf ${name.split("/")[0]}; mv ${name.split("/")[0]} away`)).outcome,
    ).toBe("error");
    await close();
    expect(await readdir(cwd)).toEqual([]);
    expect(await readdir(join(state, "sandbox"))).toEqual([]);
  });

  it("commits, and can neither change what git runs nor move the repository away", async () => {
    repository(cwd);
    await open();
    const commit =
      "echo 1 > file && git add -A && git commit -qm first && git checkout -qb side && git log --oneline | wc -l";
    expect(said(await bash(commit))).toBe("1");
    expect(said(await bash("git status --short"))).toBe("(no output)");
    for (const attempt of [
      "git config core.fsmonitor ./x",
      "echo x > .git/config",
      "echo x > .git/hooks/pre-commit",
      "rm -rf .git/hooks",
      "mv .git/hooks .git/old",
      "mv .git moved",
      "rm .git/config",
      "ln -sf /x .git/config",
      "echo ../evil > .git/commondir",
      "echo x > .git/config.worktree",
    ]) {
      expect((await bash(attempt)).outcome, attempt).toBe("error");
    }
    await close();
    expect(readFileSync(join(cwd, ".git/config"), "utf8")).not.toContain("fsmonitor");
    expect(readdirSync(join(cwd, ".git"))).not.toContain("commondir");
    expect(readdirSync(join(cwd, ".git"))).toContain("hooks");
  });

  it("commits in a linked working folder, to the repository that knows it", async () => {
    const main = join(place, "main");
    await mkdir(main);
    repository(main);
    const git = (...args: string[]) => execFileSync("git", args, { cwd: main, stdio: "pipe" });
    git("commit", "-q", "--allow-empty", "-m", "first");
    await rm(cwd, { recursive: true });
    git("worktree", "add", "-q", cwd);
    await open();
    expect(said(await bash("echo 1 > file && git add -A && git commit -qm second && git log --oneline | wc -l"))).toBe(
      "2",
    );
    for (const path of ["hooks/x", "config", "worktrees/other", "worktrees/work/commondir", "worktrees/work/gitdir"]) {
      expect((await bash(`echo x >> ${main}/.git/${path}`)).outcome, path).toBe("error");
    }
    await bash(`echo x > ${main}/file`);
    expect(readdirSync(main)).toEqual([".git"]);
    await close();
    await writeFile(join(main, ".git/worktrees/work/gitdir"), "/elsewhere/.git\n");
    await open();
    await bash(`echo x > ${main}/.git/planted`);
    expect(readdirSync(join(main, ".git"))).not.toContain("planted");
  });

  it("cannot move a folder away that a repository lies in", async () => {
    await mkdir(join(cwd, "a/b"), { recursive: true });
    repository(join(cwd, "a/b"));
    await open();
    expect((await bash("echo x > a/b/.git/hooks/pre-commit")).outcome).toBe("error");
    expect((await bash("mv a c")).outcome).toBe("error");
    expect((await bash("mv a/b a/c")).outcome).toBe("error");
    expect((await bash("echo x > a/b/file")).outcome).toBe("ok");
  });

  it("does not write through a link that leads out", async () => {
    await writeFile(join(place, "outside"), "kept");
    await symlink(join(place, "outside"), join(cwd, "link"));
    await open();
    await bash(`echo x > link; ln -s ${place} out && echo x > out/planted`);
    expect(readFileSync(join(place, "outside"), "utf8")).toBe("kept");
    expect(readdirSync(place)).not.toContain("planted");
    expect((await bash("ln -s /etc etc && echo x > etc/planted")).outcome).toBe("error");
  });

  it("gets no more to write in by making links of .git or of a granted folder", async () => {
    const outside = join(place, "outside");
    await mkdir(join(outside, "hooks"), { recursive: true });
    await symlink(outside, join(cwd, ".git"));
    await open({ filesystem: { allowWrite: ["./granted"] } });
    expect((await bash(`ln -s ${outside} granted`)).outcome).toBe("ok");
    expect((await bash("echo x > granted/planted; echo x > .git/planted; false")).outcome).toBe("error");
    expect(readdirSync(outside)).toEqual(["hooks"]);
  });

  it("has a /tmp of the session's own, under the same name inside and outside", async () => {
    await writeFile(join(tmpdir(), "sandbox-test-secret"), "secret");
    await open();
    expect((await bash(`cat ${join(tmpdir(), "sandbox-test-secret")}`)).outcome).toBe("error");
    await rm(join(tmpdir(), "sandbox-test-secret"));
    await bash("echo kept > /tmp/kept; echo here > $TMPDIR/here");
    expect(said(await bash("cat /tmp/kept /tmp/here"))).toBe("kept\nhere");
    const temporary = said(await bash("echo $TMPDIR"));
    expect(readFileSync(join(temporary, "here"), "utf8")).toBe("here\n");
    await close();
    expect(existsSync(temporary)).toBe(false);
  });

  it("has no network, not even to this machine, unless it is granted", async ({ onTestFinished }) => {
    const server = createServer((socket) => socket.end("hello\n")).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    const connect = `head -n1 </dev/tcp/127.0.0.1/${port}`;
    await open();
    expect((await bash(connect)).outcome).toBe("error");
    await close();
    await open({ network: { allowedDomains: ["example.com"] } });
    expect((await bash(connect)).outcome).toBe("error");
    await close();
    await open({ network: { allowedDomains: ["*"] } });
    expect(said(await bash(connect))).toBe("hello");
  });

  it("reads no secrets: of the environment, of the host, of the home folder", async () => {
    await mkdir(join(home, ".ssh"));
    await writeFile(join(home, ".ssh/id_ed25519"), "key");
    await writeFile(join(home, ".netrc"), "password");
    await writeFile(join(state, "transcript"), "private");
    await open(
      {},
      { env: { ANTHROPIC_API_KEY: "sk-secret", SSH_AUTH_SOCK: "/x", LD_PRELOAD: "", LD_LIBRARY_PATH: "/usr/lib/x" } },
    );
    expect(said(await bash("env"))).not.toMatch(/sk-secret|SSH_AUTH_SOCK|LD_PRELOAD/);
    expect(said(await bash("echo [$LD_LIBRARY_PATH]"))).toBe("[/usr/lib/x]");
    expect(said(await bash("cat /proc/*/environ"))).not.toContain("sk-secret");
    for (const path of [join(home, ".ssh/id_ed25519"), join(home, ".netrc"), join(state, "transcript")]) {
      expect((await bash(`cat ${path}`)).outcome, path).toBe("error");
    }
    expect(said(await bash("ls /run"))).toBe("(no output)");
  });

  it("has no right to take a mask away, whoever runs it", async () => {
    repository(cwd);
    await open();
    for (const attempt of ["umount .git/hooks", "umount -l .mcp.json", "mount -o remount,rw .git/config"]) {
      expect((await bash(attempt)).outcome, attempt).toBe("error");
    }
    const inner = said(await bash("grep CapEff /proc/self/status; unshare -Urm umount .git/hooks && echo off; true"));
    expect(inner).toMatch(/CapEff:\t0{16}$/m);
    expect(inner).not.toContain("off");
  });

  it("sees no process but its own", async () => {
    await open();
    expect(said(await bash(`kill -0 ${process.pid}`))).toMatch(/No such process/);
  });

  it("cannot change what later commands read first, or where they are told to go", async () => {
    await open();
    const shell = join(state, "shell", (kernel as TestKernel).session.id);
    await mkdir(shell, { recursive: true });
    await writeFile(join(shell, "environment.sh"), "export FROM_HOOK=yes\n");
    expect(said(await bash("echo $FROM_HOOK"))).toBe("yes");
    expect((await bash(`echo x >> ${shell}/environment.sh`)).outcome).toBe("error");
    expect((await bash(`cd ${shell}; for f in *.folder; do rm $f; mkfifo $f; done; true`)).outcome).toBe("ok");
    expect(readdirSync(shell)).toEqual(["environment.sh"]);
  });

  it("gives its exit code, its signal, its folder and all of its output", async () => {
    await mkdir(join(cwd, "sub"));
    await open();
    expect(said(await bash("exit 7"))).toBe("Exit code 7");
    expect(said(await bash("kill -KILL $$"))).toBe("Exit code 137");
    await bash("cd sub");
    expect(said(await bash("pwd"))).toBe(join(cwd, "sub"));
    const { data } = await bash("yes 0123456789 | head -c 20000000");
    expect(data).toMatchObject({ persistedOutputSize: 20_000_000 });
  });

  it("that goes on in the background ends with the session, with all it started", async () => {
    await open();
    await bash("setsid sleep 31.4159 & trap '' TERM; touch there; sleep 31.4159", { run_in_background: true });
    while (!existsSync(join(cwd, "there"))) await new Promise(setImmediate);
    await close();
    expect(sleepers("31.4159")).toEqual([]);
  });

  it("is ended by an interrupt, with all it started", async () => {
    const model = scriptedModel([
      {
        calls: [{ name: "Bash", input: { command: "setsid sleep 27.1828 & echo begun; touch ready; sleep 27.1828" } }],
      },
    ]);
    const { session } = await open({}, { model });
    const results: ToolResult[] = [];
    for await (const event of session.send("go")) {
      if (event.type === "tool_start") {
        while (!existsSync(join(cwd, "ready"))) await new Promise(setImmediate);
        void session.interrupt();
      }
      if (event.type === "tool_end") results.push(event.result);
    }
    expect(said(results[0] as ToolResult)).toContain("begun");
    await close();
    expect(sleepers("27.1828")).toEqual([]);
  });

  it("keeps its masks while another that runs beside it ends", async () => {
    await open();
    const wait =
      "until [ -e stop ]; do mkdir .vscode/x .mcp.json/x 2>/dev/null; done; echo x > .mcp.json; ls -A .vscode";
    await bash(wait, { run_in_background: true });
    for (let round = 0; round < 3; round++) await bash("true");
    await bash("touch stop");
    const output = await (kernel as TestKernel).call("TaskOutput", { task_id: "b1", block: true });
    expect(said(output)).toContain("Is a directory");
    await close();
    expect(await readdir(cwd)).toEqual(["stop"]);
  });

  it("runs eight at once", async () => {
    const calls = Array.from({ length: 8 }, (_, at) => ({ name: "Bash", input: { command: `echo out-${at}` } }));
    await open({}, { model: scriptedModel([{ calls }, { text: "done" }]) });
    const { results } = await (kernel as TestKernel).run("go");
    expect(results.map(said).sort()).toEqual(calls.map((_, at) => `out-${at}`));
  });
});

describe.skipIf(!hasBwrap)(`the settings${reason}`, () => {
  it("grant and take away, below the folder that they stand in", async () => {
    const more = join(place, "more");
    for (const folder of [more, join(cwd, "fixed"), join(cwd, "secret")]) await mkdir(folder);
    await writeFile(join(cwd, "secret/key"), "key");
    await mkdir(join(home, ".aws"));
    await writeFile(join(home, ".aws/config"), "region");
    await open({
      filesystem: {
        allowWrite: [more],
        denyWrite: ["./fixed/**", "./absent"],
        denyRead: ["./secret"],
        allowRead: ["~/.aws/config"],
      },
    });
    expect((await bash(`echo x > ${more}/x`)).outcome).toBe("ok");
    expect((await bash("echo x > fixed/x")).outcome).toBe("error");
    expect((await bash("mv fixed away")).outcome).toBe("error");
    expect((await bash("mkdir absent; echo x > absent/x")).outcome).toBe("error");
    expect((await bash("cat secret/key")).outcome).toBe("error");
    expect(said(await bash("cat ~/.aws/config"))).toBe("region");
  });

  it("of permissions forbid a command what they forbid the tools, where they name a path", async () => {
    await writeFile(join(cwd, ".env"), "KEY=1");
    await writeFile(join(home, "notes"), "private");
    await mkdir(join(cwd, "generated"));
    const deny = ["Read(.env)", "Read(~/notes)", "Edit(./generated/**)"];
    await open({}, { settings: { permissions: { deny } } });
    for (const attempt of ["cat .env", "cat ~/notes", "echo x > generated/x"]) {
      expect((await bash(attempt)).outcome, attempt).toBe("error");
    }
    expect((await bash("ls generated")).outcome).toBe("ok");
  });

  it("except commands, which then are asked for and run outside", async () => {
    const questions: Question[] = [];
    const answer = (question: Question): Answer => {
      questions.push(question);
      return { decision: "allow" };
    };
    await open({ excludedCommands: ["touch:*"] }, { answer });
    expect((await bash(`touch ${place}/outside`)).outcome).toBe("ok");
    await bash(`touch ${place}/not > x`);
    expect(questions).toHaveLength(1);
    expect(readdirSync(place)).toContain("outside");
    expect(readdirSync(place)).not.toContain("not");
  });

  it("let a person let a command run outside, and nobody else", async () => {
    const reasons: (string | undefined)[] = [];
    const answer = ({ verdict }: Question): Answer => {
      reasons.push(verdict.reason);
      return { decision: "allow" };
    };
    await open({}, { answer, settings: { permissions: { allow: ["Bash"] } } });
    const result = await bash(`touch ${place}/outside`, { dangerouslyDisableSandbox: true });
    expect(result).toMatchObject({ outcome: "ok", data: { dangerouslyDisableSandbox: true } });
    expect(reasons).toEqual(["it is to run outside of the sandbox"]);
    await close();
    await open({ allowUnsandboxedCommands: false }, { answer });
    const refused = await bash("true", { dangerouslyDisableSandbox: true });
    expect(refused.outcome).toBe("denied");
    expect(said(refused)).toContain("call it without dangerouslyDisableSandbox");
  });

  it("may hide nothing by a pattern or name hosts without saying that it does not count", async () => {
    const notices = await noticesOf({
      filesystem: { denyRead: ["**/*.pem"] },
      network: { allowedDomains: ["a.example"] },
    });
    expect(notices.join("\n")).toMatch(/denyRead has the pattern "\*\*\/\*\.pem", which does not count/);
    expect(notices.join("\n")).toMatch(/needs a proxy plugin that is not there: the network stays off/);
  });

  it("do nothing for a tool that does not go through the sandbox", async () => {
    const input = z.object({ command: z.string() });
    const other = defineTool({
      name: "Other",
      description: "",
      input,
      permission: { family: "Other", command: "command" },
      run: () => "ran",
    });
    await open({}, { plugins: [execNode, settingsFiles, execSandbox, other] });
    expect((await (kernel as TestKernel).call("Other", { command: "true" })).outcome).toBe("denied");
  });
});

describe("where nothing can confine", () => {
  const without = async (more: object = {}) => {
    // A program of that name in the working folder is none.
    await mkdir(join(cwd, "bin"));
    await writeFile(join(cwd, "bin/bwrap"), "#!/bin/sh\ntouch ran\n", { mode: 0o755 });
    return { filesystem: { allowWrite: ["/"] }, ...more };
  };

  it("commands are asked for as usual, and the person is told once", async () => {
    const sandbox = await without();
    const notices = await noticesOf(sandbox, { env: { PATH: `${join(cwd, "bin")}:${process.env.PATH}` } });
    expect(notices).toEqual([expect.stringMatching(/^The sandbox is not available: .*Commands run unconfined/)]);
    expect((await bash("echo x > x")).outcome).toBe("denied");
    await close();
    await open(sandbox, { answer: "allow" });
    expect((await bash("echo x > x")).outcome).toBe("ok");
    expect(readdirSync(cwd)).not.toContain("ran");
  });

  it("no command runs if it must be confined and the plugin that confines is left out", async () => {
    const plugins = [execNode, settingsFiles, toolJobs, toolBash];
    await open({ failIfUnavailable: true }, { plugins, answer: "allow" });
    const result = await bash("touch x");
    expect(result.outcome).toBe("error");
    expect(said(result)).toContain("sandbox.failIfUnavailable");
    expect(readdirSync(cwd)).toEqual([]);
    await close();
    await open({}, { plugins, answer: "allow" });
    expect((await bash("true")).outcome).toBe("ok");
  });

  it("no command runs if it must be confined, whoever says yes", async () => {
    await open(await without({ failIfUnavailable: true }), { answer: "allow" });
    const result = await bash("touch x");
    expect(result.outcome).toBe("denied");
    expect(said(result)).toContain("it cannot be confined");
    expect(readdirSync(cwd)).toEqual(["bin"]);
  });
});

async function noticesOf(sandbox: object, options: Partial<TestKernelOptions> = {}): Promise<string[]> {
  await open(sandbox, options);
  const { events } = await (kernel as TestKernel).run("Hello.");
  return events.flatMap((event) =>
    event.type === "notice" && event.notice.plugin === "exec-sandbox" ? [event.notice.text] : [],
  );
}

function repository(folder: string): void {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder });
  git("init", "-q");
  git("config", "user.email", "me@example.com");
  git("config", "user.name", "Me");
}

function sleepers(duration: string): string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8") === `sleep\0${duration}\0`;
    } catch {
      return false;
    }
  });
}
