import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ToolResult } from "gantry/sdk";
import { scriptedModel } from "gantry/sdk/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { createPlace, hasBwrap, makeRepository, type Place, said, unlessSkipped } from "./test-place.ts";

let place: Place;
beforeEach(() => {
  place = createPlace();
});

describe.skipIf(!hasBwrap)(`a confined command${unlessSkipped}`, () => {
  it("writes in the working folders, and nowhere else", async () => {
    const added = join(place.path, "added");
    await mkdir(added);
    await place.open({}, { folders: [added] });
    expect(said(await place.bash(`echo in > in; echo more > ${added}/in; cat in ${added}/in`))).toBe("in\nmore");
    const result = await place.bash(": >>/etc/passwd");
    expect(result.outcome).toBe("error");
    expect(said(result)).toMatch(
      /Read-only file system\nThe command ran in the sandbox, where only the working folders/,
    );
    // Opened and never written, and nothing made: the sandbox may be broken.
    for (const path of ["/etc/passwd", "/usr/bin/env", import.meta.filename]) {
      expect((await place.bash(`: >>'${path}'`)).outcome, path).toBe("error");
    }
    expect(readFileSync(join(added, "in"), "utf8")).toBe("more\n");
  });

  it("runs without being asked for, where the same command would be", async () => {
    await place.open();
    expect((await place.bash("echo x > a")).outcome).toBe("ok");
    await place.close();
    await place.open({ autoAllowBashIfSandboxed: false });
    expect((await place.bash("echo x > b")).outcome).toBe("denied");
    await place.close();
    await place.open({ enabled: false });
    expect((await place.bash("echo x > c")).outcome).toBe("denied");
    expect(await readdir(place.cwd)).toEqual(["a"]);
  });

  it("is still denied and asked for where a rule says so", async () => {
    await place.open({}, { settings: { permissions: { deny: ["Bash(rm:*)"], ask: ["Bash(git push:*)"] } } });
    expect((await place.bash("rm x")).outcome).toBe("denied");
    expect((await place.bash("git push")).outcome).toBe("denied");
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
    await place.open();
    const result = await place.bash(`mkdir -p $(dirname ${name}) 2>/dev/null; echo x > ${name} || mkdir ${name}/x`);
    expect(result.outcome).toBe("error");
    expect(
      (await place.bash(`rmdir ${name.split("/")[0]}; rm -rf ${name.split("/")[0]}; mv ${name.split("/")[0]} away`))
        .outcome,
    ).toBe("error");
    await place.close();
    expect(await readdir(place.cwd)).toEqual([]);
    expect(await readdir(join(place.state, "sandbox"))).toEqual([]);
  });

  it("does not write through a link that leads out", async () => {
    await writeFile(join(place.path, "outside"), "kept");
    await symlink(join(place.path, "outside"), join(place.cwd, "link"));
    await place.open();
    await place.bash(`echo x > link; ln -s ${place.path} out && echo x > out/planted`);
    expect(readFileSync(join(place.path, "outside"), "utf8")).toBe("kept");
    expect(readdirSync(place.path)).not.toContain("planted");
    expect((await place.bash("ln -s /etc etc && : >>etc/passwd")).outcome).toBe("error");
  });

  it("gets no more to write in by making links of .git or of a granted folder", async () => {
    const outside = join(place.path, "outside");
    await mkdir(join(outside, "hooks"), { recursive: true });
    await symlink(outside, join(place.cwd, ".git"));
    await place.open({ filesystem: { allowWrite: ["./granted"] } });
    expect((await place.bash(`ln -s ${outside} granted`)).outcome).toBe("ok");
    expect((await place.bash("echo x > granted/planted; echo x > .git/planted; false")).outcome).toBe("error");
    expect(readdirSync(outside)).toEqual(["hooks"]);
  });

  it("has a /tmp of the session's own, under the same name inside and outside", async () => {
    await writeFile(join(tmpdir(), "sandbox-test-secret"), "secret");
    await place.open();
    expect((await place.bash(`cat ${join(tmpdir(), "sandbox-test-secret")}`)).outcome).toBe("error");
    await rm(join(tmpdir(), "sandbox-test-secret"));
    await place.bash("echo kept > /tmp/kept; echo here > $TMPDIR/here");
    expect(said(await place.bash("cat /tmp/kept /tmp/here"))).toBe("kept\nhere");
    const temporary = said(await place.bash("echo $TMPDIR"));
    expect(readFileSync(join(temporary, "here"), "utf8")).toBe("here\n");
    await place.close();
    expect(existsSync(temporary)).toBe(false);
  });

  it("has no network, not even to this machine, unless it is granted", async ({ onTestFinished }) => {
    const server = createServer((socket) => socket.end("hello\n")).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    const connect = `head -n1 </dev/tcp/127.0.0.1/${port}`;
    await place.open();
    expect((await place.bash(connect)).outcome).toBe("error");
    await place.close();
    await place.open({ network: { allowedDomains: ["example.com"] } });
    expect((await place.bash(connect)).outcome).toBe("error");
    await place.close();
    await place.open({ network: { allowedDomains: ["*"] } });
    expect(said(await place.bash(connect))).toBe("hello");
  });

  it("reads no secrets: of the environment, of the host, of the home folder", async () => {
    await mkdir(join(place.home, ".ssh"));
    await writeFile(join(place.home, ".ssh/id_ed25519"), "key");
    await writeFile(join(place.home, ".netrc"), "password");
    await writeFile(join(place.state, "transcript"), "private");
    await place.open(
      {},
      { env: { ANTHROPIC_API_KEY: "sk-secret", SSH_AUTH_SOCK: "/x", LD_PRELOAD: "", LD_LIBRARY_PATH: "/usr/lib/x" } },
    );
    expect(said(await place.bash("env"))).not.toMatch(/sk-secret|SSH_AUTH_SOCK|LD_PRELOAD/);
    expect(said(await place.bash("echo [$LD_LIBRARY_PATH]"))).toBe("[/usr/lib/x]");
    expect(said(await place.bash("cat /proc/*/environ"))).not.toContain("sk-secret");
    for (const path of [
      join(place.home, ".ssh/id_ed25519"),
      join(place.home, ".netrc"),
      join(place.state, "transcript"),
    ]) {
      expect((await place.bash(`cat ${path}`)).outcome, path).toBe("error");
    }
    expect(said(await place.bash("ls /run"))).toBe("(no output)");
  });

  it("has no right to take a mask away, whoever runs it", async () => {
    makeRepository(place.cwd);
    await place.open();
    for (const attempt of ["umount .git/hooks", "umount -l .mcp.json", "mount -o remount,rw .git/config"]) {
      expect((await place.bash(attempt)).outcome, attempt).toBe("error");
    }
    const inner = said(
      await place.bash("grep CapEff /proc/self/status; unshare -Urm umount .git/hooks && echo off; true"),
    );
    expect(inner).toMatch(/CapEff:\t0{16}$/m);
    expect(inner).not.toContain("off");
  });

  it("reaches no switch of the machine", async () => {
    await place.open();
    // Opened and never written: where the sandbox failed, the machine would be changed.
    const places = "/proc/sys /proc/sysrq-trigger /proc/irq /proc/bus /proc/fs /sys/kernel /sys/fs/cgroup";
    const opened = `for f in $(find ${places} -type f 2>/dev/null); do { : 3>>$f; } 2>/dev/null && echo $f; done; true`;
    expect(said(await place.bash(opened))).toBe("(no output)");
    expect((await place.bash("mknod disk b 8 0")).outcome).toBe("error");
    expect((await place.bash("ln /etc/passwd ./passwd")).outcome).toBe("error");
    expect(said(await place.bash("ls -A /dev/shm"))).toBe("(no output)");
  });

  it("sees no process but its own", async () => {
    await place.open();
    expect(said(await place.bash(`kill -0 ${process.pid}`))).toMatch(/No such process/);
  });

  it("cannot change what later commands read first, or where they are told to go", async () => {
    await place.open();
    const shell = join(place.state, "shell", place.kernel().session.id);
    await mkdir(shell, { recursive: true });
    await writeFile(join(shell, "environment.sh"), "export FROM_HOOK=yes\n");
    expect(said(await place.bash("echo $FROM_HOOK"))).toBe("yes");
    expect((await place.bash(`echo x >> ${shell}/environment.sh`)).outcome).toBe("error");
    expect((await place.bash(`cd ${shell}; for f in *.folder; do rm $f; mkfifo $f; done; true`)).outcome).toBe("ok");
    expect(readdirSync(shell)).toEqual(["environment.sh"]);
  });

  it("gives its exit code, its signal, its folder and all of its output", async () => {
    await mkdir(join(place.cwd, "sub"));
    await place.open();
    expect(said(await place.bash("exit 7"))).toBe("Exit code 7");
    expect(said(await place.bash("kill -KILL $$"))).toBe("Exit code 137");
    await place.bash("cd sub");
    expect(said(await place.bash("pwd"))).toBe(join(place.cwd, "sub"));
    const { data } = await place.bash("yes 0123456789 | head -c 20000000");
    expect(data).toMatchObject({ persistedOutputSize: 20_000_000 });
  });

  it("that goes on in the background ends with the session, with all it started", async () => {
    await place.open();
    await place.bash("setsid sleep 31.4159 & trap '' TERM; touch there; sleep 31.4159", { run_in_background: true });
    while (!existsSync(join(place.cwd, "there"))) await new Promise(setImmediate);
    await place.close();
    expect(sleepers("31.4159")).toEqual([]);
  });

  it("is ended by an interrupt, with all it started", async () => {
    const model = scriptedModel([
      {
        calls: [{ name: "Bash", input: { command: "setsid sleep 27.1828 & echo begun; touch ready; sleep 27.1828" } }],
      },
    ]);
    const { session } = await place.open({}, { model });
    const results: ToolResult[] = [];
    for await (const event of session.send("go")) {
      if (event.type === "tool_start") {
        while (!existsSync(join(place.cwd, "ready"))) await new Promise(setImmediate);
        void session.interrupt();
      }
      if (event.type === "tool_end") results.push(event.result);
    }
    expect(said(results[0] as ToolResult)).toContain("begun");
    await place.close();
    expect(sleepers("27.1828")).toEqual([]);
  });

  it("keeps its masks while another that runs beside it ends", async () => {
    await place.open();
    const wait =
      "until [ -e stop ]; do mkdir .vscode/x .mcp.json/x 2>/dev/null; done; echo x > .mcp.json; ls -A .vscode";
    await place.bash(wait, { run_in_background: true });
    for (let round = 0; round < 3; round++) await place.bash("true");
    await place.bash("touch stop");
    const output = await place.kernel().call("TaskOutput", { task_id: "b1", block: true });
    expect(said(output)).toContain("Is a directory");
    await place.close();
    expect(await readdir(place.cwd)).toEqual(["stop"]);
  });

  it("runs eight at once", async () => {
    const calls = Array.from({ length: 8 }, (_, at) => ({ name: "Bash", input: { command: `echo out-${at}` } }));
    await place.open({}, { model: scriptedModel([{ calls }, { text: "done" }]) });
    const { results } = await place.kernel().run("go");
    expect(results.map(said).sort()).toEqual(calls.map((_, at) => `out-${at}`));
  });
});

function sleepers(duration: string): string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8") === `sleep\0${duration}\0`;
    } catch {
      return false;
    }
  });
}
