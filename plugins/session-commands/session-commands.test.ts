import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, type Entry, Files, LOG_VERSION, type Plugin, SessionStore } from "gantry/sdk";
import { createTestKernel, memoryFiles, scriptedModel, type TestKernel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import sessionCommands from "./index.ts";
import { memoryStore } from "./memory-store.ts";

let cwd: string;
let kept: ReturnType<typeof memoryStore>;
let kernels: TestKernel[];
let files: Files;
beforeEach(() => {
  cwd = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-commands-")));
  kept = memoryStore();
  kernels = [];
  files = memoryFiles();
});
afterEach(async () => {
  for (const kernel of kernels) await kernel.close();
  fs.rmSync(cwd, { recursive: true, force: true });
});

async function open(resume?: string, plugins: readonly Plugin[] = []): Promise<TestKernel> {
  const platform = definePlugin({
    name: "platform",
    provides: { store: SessionStore, files: Files },
    setup: () => ({ services: { store: kept.store, files } }),
  });
  const model = scriptedModel(Array.from({ length: 9 }, (_, at) => ({ text: `Answer ${at}.` })));
  const kernel = await createTestKernel({
    plugins: [platform, sessionCommands, ...plugins],
    model,
    cwd,
    ...(resume && { resume }),
  });
  kernels.push(kernel);
  return kernel;
}

/** A session in which something was said, closed again. */
async function session(...prompts: readonly string[]): Promise<string> {
  const kernel = await open();
  for (const prompt of prompts) await kernel.run(prompt);
  await kernel.session.close();
  return kernel.session.id;
}

const opened = (events: Awaited<ReturnType<TestKernel["run"]>>["events"]) =>
  events.flatMap((event) => (event.type === "open" ? [event.options] : []));

const review = definePlugin({
  name: "review",
  commands: { review: { description: "Review" } },
  setup: () => ({ commands: { review: (args) => ({ prompt: `Look at ${args} with great care.` }) } }),
});

describe("a command that gives a prompt", () => {
  it("is listed as it was typed", async () => {
    const kernel = await open(undefined, [review]);
    await kernel.run("/review src");
    expect(kernel.session.messages[0]).toMatchObject({ content: [{ text: "Look at src with great care." }] });
    expect((await kernel.run("/tree")).text).toContain("* /review src");
    await kernel.session.close();
    expect((await (await open()).run("/resume")).text).toMatch(/\/review src$/m);
  });
});

describe("/resume", () => {
  it("lists the other sessions of this folder, newest first", async () => {
    await session("Fix the login");
    await session("Write the docs");
    const { text } = await (await open()).run("/resume");
    expect(text.split("\n")).toEqual([
      expect.stringMatching(/^\S{8,} {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}1 kB {2}Write the docs$/),
      expect.stringMatching(/Fix the login$/),
      "/resume and an id, a name or words of it goes on with one.",
    ]);
    expect((await kernels.at(-1)?.run("/sessions login"))?.text).toMatch(/^.* Fix the login$/);
  });

  it.each([
    ["its id", (id: string) => id],
    ["the start of its id", (id: string) => id.slice(0, -2)],
    ["words of its name", () => "LOGIN fix"],
  ])("goes on with the one that is meant by %s", async (_, how) => {
    const id = await session("Fix the login");
    const { events } = await (await open()).run(`/resume ${how(id)}`);
    expect(opened(events)).toEqual([{ resume: id }]);
  });

  it("says what is wrong: nothing fits, several fit, it is this one, another program has it", async () => {
    const id = await session("Fix the login");
    await session("Fix the logout");
    const other = await open(id);
    const kernel = await open();
    await kernel.run("Hello");
    expect((await kernel.run("/resume nothing like it")).text).toContain(
      `No session of this folder fits "nothing like it"`,
    );
    expect((await kernel.run("/resume fix")).text).toMatch(/^2 sessions fit "fix"/);
    expect((await kernel.run(`/resume ${kernel.session.id}`)).text).toBe("This is that session.");
    expect((await kernel.run(`/resume ${id}`)).text).toContain("/fork");
    expect(other.session.id).toBe(id);
  });

  it("names the folder of a session that belongs elsewhere", async () => {
    const id = await session("Hello");
    kept.move(id, "/elsewhere");
    expect((await (await open()).run(`/resume ${id}`)).text).toContain("/elsewhere");
  });
});

describe("/fork, /clear", () => {
  it("ask for a copy of this session, of another one, and for a new one", async () => {
    const id = await session("Fix the login");
    const kernel = await open();
    await kernel.run("Hello");
    expect(opened((await kernel.run("/fork")).events)).toEqual([{ resume: kernel.session.id, fork: true }]);
    expect(opened((await kernel.run("/fork login")).events)).toEqual([{ resume: id, fork: true }]);
    expect(opened((await kernel.run("/clear")).events)).toEqual([{}]);
  });
});

describe("/rename", () => {
  it("gives the session a name on one line, which lists show", async () => {
    const kernel = await open();
    await kernel.run("Hello");
    expect((await kernel.run("/rename  The\u001b[2J big one ")).text).toBe(
      "The session is called The<U+001B>[2J big one.",
    );
    expect(await kept.store.list({})).toMatchObject([{ title: "The<U+001B>[2J big one" }]);
  });

  it("refuses nothing at all, and the name of another session that is open", async () => {
    const one = await open();
    await one.run("/rename Same");
    const kernel = await open();
    expect((await kernel.run("/rename")).text).toBe("/rename takes the name.");
    expect((await kernel.run("/rename same")).text).toContain(one.session.id);
    await one.session.close();
    expect((await kernel.run("/rename same")).text).toBe("The session is called same.");
  });
});

describe("/tree", () => {
  it("shows every branch, and marks the one that counts", async () => {
    const kernel = await open();
    await kernel.run("One");
    await kernel.run("Two");
    const after = kernel.session.entries.find((entry) => entry.type === "turn_end") as Entry;
    kernel.session.rewind(after.uuid, "test");
    await kernel.run("Other two");
    await kernel.run("Three");
    expect((await kernel.run("/tree")).text.split("\n")).toEqual(["* One", "├─   Two", "└─ * Other two", "   * Three"]);
  });

  it("has nothing to show of a session in which nothing was said", async () => {
    expect((await (await open()).run("/tree")).text).toBe("Nothing has been said yet.");
  });
});

describe("/export", () => {
  it("writes the conversation for its owner alone, and never over a file", async () => {
    const kernel = await open();
    await kernel.run("Hello");
    const path = join(cwd, "talk.md");
    expect((await kernel.run("/export talk.md")).text).toBe(`The conversation is in ${path}.`);
    const text = Buffer.from((await files.read(path)).bytes).toString();
    expect(text).toMatch(/^# Hello\n[\s\S]*## You\n\nHello\n\n## Gantry\n\nAnswer 0\.\n/);
    expect((await files.stat(path))?.mode).toBe(0o600);
    expect((await kernel.run("/export talk.md")).text).toMatch(/already/);
  });

  it.each([
    ["a.html", /^<!doctype html>/],
    ["a.json", /^\{\n {2}"format": "gantry-session"/],
    ["a.jsonl", new RegExp(`^{"type":"session","version":${LOG_VERSION}`)],
  ])("writes %s as its name asks", async (name, content) => {
    const kernel = await open();
    await kernel.run("Hello");
    await kernel.run(`/export ${name}`);
    expect(Buffer.from((await files.read(join(cwd, name))).bytes).toString()).toMatch(content);
  });
});
