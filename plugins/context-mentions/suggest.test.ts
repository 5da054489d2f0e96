import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { definePlugin, Exec, type MentionSource, type MentionSuggestion, Mentions } from "gantry/sdk";
import { createTestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import execNode from "../exec-node/index.ts";
import filesNode from "../files-node/index.ts";
import settingsFiles from "../settings-files/index.ts";
import plugin from "./index.ts";

/** A real folder with these files, and who asks what is in it. */
async function opened(files: readonly string[], options: Partial<TestKernelOptions> = {}, exec = execNode) {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), "gantry-suggest-")));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  for (const file of files) write(cwd, file);
  let mentions: Mentions | undefined;
  const asking = definePlugin({
    name: "asking",
    needs: { mentions: Mentions },
    setup: ({ use }) => {
      mentions = use.mentions;
      return {};
    },
  });
  const kernel = await createTestKernel({
    ...options,
    cwd,
    plugins: [exec, filesNode, settingsFiles, toolsOf(), plugin, asking, ...(options.plugins ?? [])],
  });
  onTestFinished(() => kernel.close());
  const lists = async (query: string, signal = new AbortController().signal) => {
    const all: (readonly MentionSuggestion[])[] = [];
    for await (const list of (mentions as Mentions).suggest(query, kernel.session, signal)) all.push(list);
    return all;
  };
  return {
    cwd,
    kernel,
    mentions: mentions as unknown as Mentions,
    lists,
    last: async (query: string) => (await lists(query)).at(-1)?.map(({ mention }) => mention),
  };
}

function toolsOf() {
  return definePlugin({ name: "nothing", setup: () => ({}) });
}

function write(cwd: string, file: string) {
  const [name = "", content = ""] = file.split("=");
  mkdirSync(dirname(join(cwd, name)), { recursive: true });
  writeFileSync(join(cwd, name), content);
}

test("files and folders are offered by a few letters, without what is ignored", async () => {
  const { last } = await opened([
    "src/app.ts",
    "src/deep/application.ts",
    ".github/app.yml",
    "dist/app.js",
    "node_modules/app/index.js",
    ".gitignore=dist",
  ]);
  expect(await last("app")).toEqual(
    [".github/app.yml", "src/app.ts", "src/deep/application.ts"].sort((a, b) => a.length - b.length),
  );
  expect(await last("deep")).toEqual(["src/deep/", "src/deep/application.ts"]);
  expect(await last("")).toEqual([".github/", ".gitignore", "src/"]);
});

test("what may not be read is not offered", async () => {
  const { last } = await opened(["a/.env", "a/env.ts"], { settings: { permissions: { deny: ["Read(.env)"] } } });
  expect(await last("env")).toEqual(["a/env.ts"]);
  expect(await last("./a/")).toEqual(["./a/env.ts"]);
});

test("files of other folders of the session are offered by their whole path, and others as they are typed", async () => {
  const other = await opened(["far/away.md"]);
  const { last, cwd } = await opened(["near.md"], { folders: [other.cwd] });
  expect(await last("away")).toEqual([`${other.cwd}/far/away.md`]);
  expect(await last(`${other.cwd}/`)).toEqual([`${other.cwd}/far/`]);
  expect(await last(`../${cwd.split("/").at(-1)}/NE`)).toEqual([`../${cwd.split("/").at(-1)}/near.md`]);
  expect(await last("/no/such/folder/")).toEqual([]);
});

test("what sources offer stands among the files, the best first, and a source that fails offers nothing", async () => {
  const { lists, mentions } = await opened(["issue.md"]);
  const source = (suggest: MentionSource["suggest"]): MentionSource => ({
    description: "",
    bring: async () => undefined,
    ...(suggest && { suggest }),
  });
  mentions.add(source(async (query) => [{ mention: `tracker:${query}`, kind: "resource", score: 0.99 }]));
  mentions.add(source(() => Promise.reject(new Error("away"))));
  mentions.add(source(undefined));
  const remove = mentions.add(source(async () => [{ mention: "gone", kind: "other" }]));
  remove();
  expect((await lists("issue")).at(-1)).toEqual([
    { mention: "issue.md", kind: "file", score: expect.any(Number) },
    { mention: "tracker:issue", kind: "resource", score: 0.99 },
  ]);
});

/** ripgrep that waits to be told what it finds. */
function slowExec() {
  const runs: { say(names: readonly string[]): void; end(): void }[] = [];
  const slow = definePlugin({
    name: "slow-exec",
    provides: { exec: Exec },
    setup: () => ({
      services: {
        exec: {
          start: async () => {
            throw new Error("not here");
          },
          run: (spec) =>
            new Promise((resolve) => {
              const end = () =>
                resolve({
                  exitCode: 0,
                  signal: undefined,
                  isKilled: false,
                  ms: 1,
                  stdout: "",
                  stderr: "",
                  isTimedOut: false,
                });
              spec.signal?.addEventListener("abort", end);
              runs.push({
                say: (names) => spec.onOutput?.(Buffer.from(names.map((name) => `./${name}\0`).join("")), "stdout"),
                end,
              });
            }),
        },
      },
    }),
  });
  return { slow, runs };
}

test("results come while the files are still being listed, and the next key calls the search off", async () => {
  const { slow, runs } = slowExec();
  const { mentions, kernel } = await opened([], {}, slow);
  const stop = new AbortController();
  const lists = mentions.suggest("a", kernel.session, stop.signal)[Symbol.asyncIterator]();
  const next = async () =>
    ((await lists.next()).value as readonly MentionSuggestion[] | undefined)?.map(({ mention }) => mention);
  expect(await next()).toEqual([]);
  await expect.poll(() => runs.length).toBe(1);
  runs[0]?.say(["a.ts", "b/a.ts"]);
  expect(await next()).toEqual(["a.ts", "b/a.ts"]);
  const late = next();
  stop.abort();
  expect(await late).toBeUndefined();
  runs[0]?.end();
  const again = mentions.suggest("b", kernel.session, new AbortController().signal);
  const all: unknown[] = [];
  for await (const list of again) all.push(list.map(({ mention }) => mention));
  expect([all.at(-1), runs.length]).toEqual([["b/", "b/a.ts"], 1]);
});
