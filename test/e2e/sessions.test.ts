import path from "node:path";
import { entrySchema } from "gantry/sdk";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ModelServer, serveModel } from "./model.ts";
import { createPlace, gone, numberIn, type Place } from "./program.ts";

// What is kept of a session, and how it goes on.

const ID = "11111111-2222-4333-8444-555555555555";

let place: Place;
let server: ModelServer | undefined;
beforeEach(async () => {
  place = await createPlace();
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await place.remove();
});

const resultOf = (stdout: string) => JSON.parse(stdout) as { session_id: string; result: string };
const json = ["--output-format", "json"];

test("every record of a rich session is what the schema says, and each names the one before", async () => {
  await place.write({ "package.json": '{ "name": "pies" }', "a.ts": "// TODO: one\n" });
  await place.gantry(["-p", "Read package.json and summarize it", "--session-id", ID]);
  await place.gantry(["-p", "run `exit 3`", "--resume", ID, "--allowedTools", "Bash"]);
  await place.gantry(["-p", "write `x` to b.txt", "--resume", ID]);
  await place.gantry(["-p", "write `x` to b.txt", "--resume", ID, "--permission-mode", "acceptEdits"]);
  await place.gantry(["-p", "read nowhere.txt", "--resume", ID, "--append-system-prompt", "Be brief."]);
  const records = (await place.transcripts())[ID] ?? [];
  const types = ["session", "prompt", "user", "assistant", "tool_start", "tool_result", "turn_end", "plugin"];
  expect([...new Set(records.map(({ type }) => type))].sort()).toEqual(types.sort());
  for (const record of records) expect(entrySchema.safeParse(record).error?.issues ?? []).toEqual([]);
  expect(records.map(({ parentUuid }) => parentUuid)).toEqual([null, ...records.slice(0, -1).map(({ uuid }) => uuid)]);
  const outcomes = records.flatMap((record) => (record.type === "tool_result" ? [record.outcome] : []));
  expect(new Set(outcomes)).toEqual(new Set(["ok", "error", "denied"]));
});

test("--continue takes the newest of this folder, --resume an id or its beginning", async () => {
  server = await serveModel((number) => ({ text: `Answer ${number}.` }));
  const env = { ANTHROPIC_API_KEY: "sk-test-key-of-no-use", ANTHROPIC_BASE_URL: server.url };
  await place.gantry(["-p", "first words", "--session-id", ID], { env });
  expect(resultOf((await place.gantry(["-p", "second", "--continue", ...json], { env })).stdout).session_id).toBe(ID);
  expect(resultOf((await place.gantry(["-p", "third", "--resume", "1111", ...json], { env })).stdout).session_id).toBe(
    ID,
  );
  const messages = JSON.stringify(server.requests.at(-1)?.body.messages);
  for (const said of ["first words", "Answer 0.", "second", "Answer 1.", "third"]) expect(messages).toContain(said);
});

test("an id that exists is not taken again", async () => {
  await place.gantry(["-p", "help", "--session-id", ID]);
  const { code, stderr } = await place.gantry(["-p", "help", "--session-id", ID]);
  expect(code).toBe(1);
  expect(stderr).toContain("GANTRY_SESSION_EXISTS");
});

test("--no-session-persistence leaves nothing behind", async () => {
  await place.gantry(["-p", "help", "--no-session-persistence"]);
  await expect(place.transcripts()).rejects.toMatchObject({ code: "ENOENT" });
});

describe.skipIf(process.platform === "win32")("while a command runs", () => {
  const running = ["-p", "run `echo $$ > pid; exec sleep 60`", "--session-id", ID, "--allowedTools", "Bash"];

  /** Starts a run and waits until its command is at work. Gives the run, and the command's process. */
  async function start(more: readonly string[] = []) {
    const run = place.start([...running, ...more]);
    const pid = await numberIn(path.join(place.work, "pid"));
    return { run, pid };
  }

  test("another program cannot go on with the session, and learns who has it", async () => {
    const { run, pid } = await start();
    const { code, stderr } = await place.gantry(["-p", "help", "--resume", ID]);
    expect(code).toBe(1);
    expect(stderr).toContain(`in use by process ${run.pid}`);
    expect(stderr).toContain("GANTRY_SESSION_LOCKED");
    run.kill("SIGTERM");
    await run.ended;
    await gone(pid);
    expect((await place.gantry(["-p", "help", "--resume", ID])).code).toBe(0);
  });

  test("a program that is killed outright loses nothing that was said, and the session goes on", async () => {
    const { run, pid } = await start();
    run.kill("SIGKILL");
    await run.ended;
    process.kill(pid, "SIGKILL");
    expect((await place.gantry(["-p", "help", "--continue"])).code).toBe(0);
    const records = (await place.transcripts())[ID] ?? [];
    expect(records.filter(({ type }) => type === "tool_result")).toMatchObject([{ outcome: "aborted" }]);
    for (const record of records) expect(entrySchema.safeParse(record).success).toBe(true);
    expect(JSON.stringify(records)).toContain("exec sleep 60");
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s ends the command with the program", async (signal, code) => {
    const { run, pid } = await start([...json]);
    run.kill(signal);
    const ended = await run.ended;
    await gone(pid);
    expect(ended.code).toBe(code);
    // Ctrl-C is an end that is told; a run ended from outside has none, and can be resumed.
    if (signal === "SIGINT") expect(JSON.parse(ended.stdout)).toMatchObject({ terminal_reason: "aborted_tools" });
    else expect(ended.stdout).toBe("");
    expect((await place.gantry(["-p", "help", "--resume", ID])).code).toBe(0);
  });
});
