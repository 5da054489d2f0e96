import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTestKernel } from "gantry/sdk/testing";
import { build } from "rolldown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import sessionJsonl from "./index.ts";
import { createStore } from "./session-jsonl.ts";

// Programs that are killed outright, and programs that want the same session. The nightly run has more rounds.

const ROUNDS = Number(process.env.GANTRY_TEST_KILLS ?? 50);

let root: string;
let turns: string;
let starts: string;
beforeAll(async () => {
  root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-killed-")));
  turns = await bundle("turns", TURNS);
  starts = await bundle("starts", STARTS);
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Has turn after turn, each with a call, and tells every record as soon as the store has taken it. */
const TURNS = `
  import fs from "node:fs";
  import { openHost } from ${JSON.stringify(here("../../core/index.ts"))};
  import { definePlugin, defineTool, SessionStore, z } from ${JSON.stringify(here("../../sdk/index.ts"))};
  import { scriptedModel } from ${JSON.stringify(here("../../sdk/testing/scripted-model.ts"))};
  import { createStore } from ${JSON.stringify(here("./session-jsonl.ts"))};
  const [state, cwd, id] = process.argv.slice(2);
  const store = createStore(state);
  const told = (writer) => ({ ...writer, append: (entry) => { writer.append(entry); fs.writeSync(1, entry.uuid + "\\n"); } });
  const keeper = definePlugin({
    name: "keeper",
    provides: { store: SessionStore },
    setup: () => ({ services: { store: { ...store, create: async (id, cwd) => told(await store.create(id, cwd)) } } }),
  });
  const effects = fs.openSync(cwd + "/effects", "a");
  const effect = defineTool({
    name: "Effect",
    description: "Does something.",
    input: z.object({}),
    run: (_, call) => { fs.writeSync(effects, call.id + "\\n"); return "x".repeat(Math.random() * 20_000); },
  });
  const answers = Array.from({ length: 2_000 }, (_, at) =>
    at % 2 ? { text: "y".repeat(Math.random() * 20_000) } : { calls: [{ name: "Effect", input: {} }] });
  const model = scriptedModel(answers);
  const yes = definePlugin({ name: "yes", setup: () => ({ taps: { ask: () => ({ decision: "allow" }) } }) });
  const host = await openHost({ cwd, env: { HOME: cwd }, plugins: [model.plugin, keeper, effect, yes], useFiles: false });
  const session = await host.open({ id });
  for (;;) for await (const event of session.send("Go on.")) if (event.type === "fault") throw new Error(event.fault.message);
`;

/** Opens one session over and over, says whether it got it, and writes a few records each time. */
const STARTS = `
  import fs from "node:fs";
  import { createStore } from ${JSON.stringify(here("./session-jsonl.ts"))};
  const [state, cwd, id, name, count] = process.argv.slice(2);
  fs.writeSync(1, "ready\\n");
  await new Promise((resolve) => process.stdin.once("data", resolve));
  for (let start = 0; start < Number(count); start++) {
    try {
      const { entries, writer } = await createStore(state).open(id, cwd);
      let parentUuid = entries.at(-1).uuid;
      for (let at = 0; at < 5; at++) {
        const uuid = name + "-" + start + "-" + at;
        const content = [{ type: "text", text: name.repeat(1 + Math.random() * 20_000) }];
        const message = { role: "user", content };
        writer.append({ type: "user", message, uuid, parentUuid, sessionId: id, timestamp: "2026-01-02T03:04:05.678Z" });
        parentUuid = uuid;
        fs.writeSync(1, uuid + "\\n");
      }
      await writer.close();
      fs.writeSync(1, "had\\n");
    } catch (error) {
      fs.writeSync(1, (error.code ?? error.stack) + "\\n");
    }
  }
  process.exit();
`;

describe("a program that is killed at any moment of its turns", () => {
  it(
    `has lost no record that was taken, and its session goes on (${ROUNDS} rounds)`,
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const [state, cwd] = [join(root, `state-${round}`), join(root, `work-${round}`)];
        fs.mkdirSync(cwd);
        const id = `00000000-0000-4000-8000-${String(round).padStart(12, "0")}`;
        // Anywhere in the first turns, and later ones too.
        const taken = await killedAfter(spawn(process.execPath, [turns, state, cwd, id]), 1 + ((round * 7919) % 60));

        const { entries } = await createStore(state).read(id, {});
        const known = new Set(entries.map(({ uuid }) => uuid));
        expect(taken.filter((uuid) => !known.has(uuid))).toEqual([]);
        const started = new Set(entries.map((entry) => entry.type === "tool_start" && entry.toolUseId));
        const effects = fs.readFileSync(join(cwd, "effects"), "utf8").split("\n").filter(Boolean);
        expect(effects.filter((call) => !started.has(call))).toEqual([]);

        const kernel = await createTestKernel({
          plugins: [sessionJsonl],
          cwd,
          env: { GANTRY_HOME: state },
          resume: id,
        });
        expect(kernel.session.entries.slice(0, entries.length)).toEqual(entries);
        expect((await kernel.run("Go on.")).end.reason).toBe("completed");
        // The notice of a torn record counts as left behind.
        await kernel.close().catch((error) => expect(String(error)).toMatch(/was not whole/));
        for (const folder of [state, cwd]) fs.rmSync(folder, { recursive: true });
      }
    },
    ROUNDS * 3_000,
  );
});

describe("programs that want one session", () => {
  it("splice no line in 200 starts, one of them at a time has it, and a dead one's is taken over", async () => {
    const state = join(root, "state");
    const cwd = "/project";
    const id = "00000000-0000-4000-8000-ffffffffffff";
    const common = { sessionId: id, timestamp: "2026-01-02T03:04:05.678Z" };
    const writer = await createStore(state).create(id, cwd);
    writer.append({ type: "session", version: 2, cwd, gantry: "0", uuid: "first", parentUuid: null, ...common });
    writer.append({ type: "title", title: "Wanted by many", uuid: "second", parentUuid: "first", ...common });
    await writer.close();

    const children = ["a", "b", "c", "d"].map((name) => spawn(process.execPath, [starts, state, cwd, id, name, "50"]));
    const outputs = children.map(outputOf);
    await Promise.all(children.map((child) => once(child.stdout as NodeJS.ReadableStream, "data")));
    for (const child of children) child.stdin?.write("go\n");
    // One is killed in the middle of it, so that its lock has to be taken over.
    const [victim] = children;
    victim?.stdout?.on("data", () => outputs[0]?.().includes("a-3-2") && victim.kill("SIGKILL"));
    await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? once(child, "close")));

    const said = outputs.flatMap((output) => output().split("\n").filter(Boolean));
    const taken = said.filter((line) => /^[a-d]-/.test(line));
    expect(new Set(said.filter((line) => !taken.includes(line) && !["ready", "had"].includes(line)))).toEqual(
      new Set(["GANTRY_SESSION_LOCKED"]),
    );
    const { entries, notices } = await createStore(state).read(id, {});
    expect(notices).toEqual([]);
    const uuids = entries.map(({ uuid }) => uuid);
    expect(taken.filter((uuid) => !uuids.includes(uuid))).toEqual([]);
    // Each went on where the one before it had ended, so none wrote between the lines of another.
    expect(entries.map(({ parentUuid }) => parentUuid)).toEqual([null, ...uuids.slice(0, -1)]);
  }, 60_000);
});

/** Kills a program once it has told so many records. Gives all that it told. */
async function killedAfter(child: ChildProcess, count: number): Promise<readonly string[]> {
  const output = outputOf(child);
  let problem = "";
  child.stderr?.on("data", (chunk) => {
    problem += chunk;
  });
  child.stdout?.on("data", () => output().split("\n").length > count && child.kill("SIGKILL"));
  await once(child, "close");
  if (child.signalCode !== "SIGKILL") throw new Error(`It ended by itself: ${problem}`);
  // The last line may have been cut off.
  return output().split("\n").slice(0, -1);
}

function outputOf(child: ChildProcess): () => string {
  let output = "";
  child.stdout?.on("data", (chunk) => {
    output += chunk;
  });
  return () => output;
}

async function bundle(name: string, source: string): Promise<string> {
  const [input, file] = [join(root, `${name}-source.mjs`), join(root, `${name}.mjs`)];
  fs.writeFileSync(input, source);
  const alias = { "gantry/sdk/kit": here("../../sdk/kit"), "gantry/sdk": here("../../sdk/index.ts") };
  await build({
    input,
    platform: "node",
    resolve: { alias, modules: [here("../../node_modules")] },
    external: [/^jiti/, /^typescript$/],
    output: { file, format: "esm", codeSplitting: false },
    logLevel: "silent",
  });
  return file;
}
