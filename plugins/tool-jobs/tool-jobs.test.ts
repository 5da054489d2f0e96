import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, type ExecExit, type ExecProcess, Jobs, type ToolResult, textOf, z } from "gantry/sdk";
import { createTestKernel, type TestKernel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import toolJobs from "./index.ts";

/** A program whose end the test decides. */
function program() {
  let finish = (_exit: Partial<ExecExit>) => {};
  let kills = 0;
  const exited = new Promise<ExecExit>((resolve) => {
    finish = (exit) => resolve({ exitCode: 0, signal: undefined, isKilled: false, ms: 1, ...exit });
  });
  const process: ExecProcess = {
    pid: 1,
    exited,
    kill: async () => {
      kills++;
      finish({ exitCode: undefined, signal: "SIGTERM", isKilled: true });
    },
  };
  return { process, finish, kills: () => kills };
}

let folder: string;
let kernel: TestKernel;
const programs: ReturnType<typeof program>[] = [];

const starter = definePlugin({
  name: "starter",
  needs: { jobs: Jobs },
  tools: { Begin: { description: "Begin a job.", input: z.object({ title: z.string() }) } },
  setup: ({ use }) => ({
    tools: {
      Begin: async ({ title }, { session }) => {
        const one = program();
        programs.push(one);
        const file = join(folder, `${title}.txt`);
        await writeFile(file, "");
        return use.jobs.adopt(session, one.process, { title, outputFile: file }).id;
      },
    },
  }),
});

beforeEach(async () => {
  programs.length = 0;
  folder = await mkdtemp(join(tmpdir(), "jobs-"));
  kernel = await createTestKernel({
    plugins: [toolJobs, starter],
    answer: ({ call }) => (call.tool.name === "Begin" ? { decision: "allow" } : undefined),
  });
});
afterEach(async () => {
  await kernel.close();
  await rm(folder, { recursive: true, force: true });
});

const said = (result: ToolResult) => textOf(result.content);
const write = (title: string, text: string) => writeFile(join(folder, `${title}.txt`), text, { flag: "a" });
const heard = () => JSON.stringify(kernel.model.requests.at(-1)?.messages);

describe("TaskOutput", () => {
  it("gives what is new since the last look", async () => {
    await kernel.call("Begin", { title: "one" });
    await write("one", "first\n");
    expect(said(await kernel.call("TaskOutput", { task_id: "b1" }))).toBe(
      `Job b1 (one): running. All output: ${join(folder, "one.txt")}\n\nfirst\n`,
    );
    await write("one", "second\n");
    expect(said(await kernel.call("BashOutput", { bash_id: "b1" }))).toMatch(/\n\nsecond\n$/);
    expect(said(await kernel.call("TaskOutput", { task_id: "b1" }))).toMatch(/\(no new output\)$/);
  });

  it("waits for the end when asked to, but no longer than it may", async () => {
    await kernel.call("Begin", { title: "one" });
    expect(said(await kernel.call("TaskOutput", { task_id: "b1", block: true, timeout: 1 }))).toContain(": running.");
    const waiting = kernel.call("TaskOutput", { task_id: "b1", block: true });
    programs[0]?.finish({ exitCode: 3 });
    expect(said(await waiting)).toContain(": failed, exit code 3.");
  });

  it("leaves out the middle of a flood", async () => {
    await kernel.call("Begin", { title: "one" });
    await write("one", `begin ${"x".repeat(200_000)} end`);
    const text = said(await kernel.call("TaskOutput", { task_id: "b1" }));
    expect(text).toMatch(/begin x.*bytes left out.*x end$/s);
    expect(text.length).toBeLessThan(31_000);
  });

  it("says so when somebody removed the output", async () => {
    await kernel.call("Begin", { title: "one" });
    await rm(join(folder, "one.txt"));
    const result = await kernel.call("TaskOutput", { task_id: "b1" });
    expect([result.outcome, said(result)]).toEqual(["error", expect.stringContaining("cannot be read any more")]);
  });

  it("names the jobs there are when the id is wrong", async () => {
    expect(said(await kernel.call("TaskOutput", { task_id: "b1" }))).toBe(
      'There is no job "b1". This session has no jobs.',
    );
    await kernel.call("Begin", { title: "one" });
    expect(said(await kernel.call("TaskOutput", {}))).toBe("Give task_id. Jobs of this session: b1 (running).");
  });
});

describe("TaskStop", () => {
  it("ends a job without asking anybody, and raises no notice", async () => {
    await kernel.call("Begin", { title: "one" });
    const result = await kernel.call("KillShell", { shell_id: "b1" });
    expect(result.outcome).toBe("ok");
    expect(result.data).toMatchObject({ task_id: "b1", task_type: "shell", command: "one" });
    expect(programs[0]?.kills()).toBe(1);
    expect(said(await kernel.call("TaskOutput", { task_id: "b1" }))).toContain(": stopped.");
    await kernel.run("hello");
    expect(heard()).not.toContain("task-notification");
  });

  it("says so when the job had ended", async () => {
    await kernel.call("Begin", { title: "one" });
    programs[0]?.finish({});
    expect(said(await kernel.call("TaskStop", { task_id: "b1" }))).toContain(
      "had ended already: completed, exit code 0",
    );
    expect(programs[0]?.kills()).toBe(0);
  });
});

describe("the end of a job", () => {
  it("is told to the model, with the id, how it ended, and where its output is", async () => {
    await kernel.call("Begin", { title: "build" });
    programs[0]?.finish({ exitCode: 2 });
    await programs[0]?.process.exited;
    await kernel.run("hello");
    for (const part of ["<task-id>b1</task-id>", "<status>failed</status>", "exit code 2", "build.txt"]) {
      expect(heard()).toContain(part);
    }
  });

  it("ends what it left running", async () => {
    await kernel.call("Begin", { title: "build" });
    programs[0]?.finish({ hasLeftovers: true });
    await programs[0]?.process.exited;
    expect(programs[0]?.kills()).toBe(1);
  });
});

describe("the end of the session", () => {
  it("ends its jobs", async () => {
    await kernel.call("Begin", { title: "one" });
    await kernel.call("Begin", { title: "two" });
    programs[0]?.finish({});
    await kernel.session.close();
    expect(programs.map((one) => one.kills())).toEqual([0, 1]);
  });
});
