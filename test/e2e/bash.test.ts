import { existsSync } from "node:fs";
import { mkdir, realpath } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ModelServer, type Reply, serveModel } from "./model.ts";
import { createPlace, gone, isAlive, type Place } from "./program.ts";

// Commands that a model runs through the built program.

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

const bash = (...inputs: readonly object[]): Reply => ({ calls: inputs.map((input) => ({ name: "Bash", input })) });

/** Lets the model ask for these calls, one reply after the other, and then say that it is done. */
async function follow(...replies: readonly Reply[]) {
  return followWith(["--allowedTools", "Bash"], ...replies);
}

async function followWith(flags: readonly string[], ...replies: readonly Reply[]) {
  server = await serveModel((number) => replies[number] ?? { text: "Done." });
  const env = { ANTHROPIC_API_KEY: "sk-test-key-of-no-use", ANTHROPIC_BASE_URL: server.url };
  const ended = await place.gantry(["-p", "go", ...flags], { env });
  expect(ended).toMatchObject({ code: 0, stdout: "Done.\n" });
  const [records = []] = Object.values(await place.transcripts());
  return {
    records,
    results: records.flatMap((record) => (record.type === "tool_result" ? [JSON.stringify(record.content)] : [])),
  };
}

describe.skipIf(process.platform === "win32")("commands", () => {
  test("eight that only wait run together, and answer in order", async () => {
    const { records } = await follow(bash(...Array.from({ length: 8 }, () => ({ command: "sleep 0.2" }))));
    const calls = records.flatMap(({ type, toolUseId }) => (/^tool_/.test(String(type)) ? [[type, toolUseId]] : []));
    const ids = Array.from({ length: 8 }, (_, at) => `call_0_${at}`);
    // All were started before any had ended.
    expect(calls).toEqual([...ids.map((id) => ["tool_start", id]), ...ids.map((id) => ["tool_result", id])]);
  });

  test("those that change something run one after the other", async () => {
    const step = (at: number) => ({ command: `cat log > before-${at}; sleep 0.05; echo ${at} >> log` });
    await follow(bash({ command: "touch log" }, step(1), step(2), step(3)));
    expect(await place.read("log")).toBe("1\n2\n3\n");
    expect(await place.read("before-3")).toBe("1\n2\n");
  });

  test.runIf(existsSync("/usr/bin/bwrap"))("confined ones run unasked, in the folder alone", async () => {
    await place.write({ name: ".claude/x\n" });
    const { results } = await followWith(
      ["--settings", JSON.stringify({ sandbox: { enabled: true } })],
      // Written so that no gate sees the name: it is the sandbox that keeps the command out.
      bash({ command: "echo 1 > inside; read name < name; mkdir $name || echo kept out" }),
      bash({ command: ": >>/etc/passwd" }),
    );
    expect(results[0]).toContain("kept out");
    expect(results[1]).toContain("Read-only file system");
    expect(await place.read("inside")).toBe("1\n");
    expect(existsSync(path.join(place.work, ".claude"))).toBe(false);
  });

  test("the folder persists between calls, variables do not", async () => {
    await mkdir(path.join(place.work, "deep/down"), { recursive: true });
    const { results } = await follow(
      bash({ command: "cd deep && export KEPT=no && cd down" }),
      bash({ command: 'pwd; echo "[$KEPT]"' }),
    );
    expect(results[1]).toContain(path.join(await realpath(place.work), "deep/down"));
    expect(results[1]).toContain("[]");
  });

  test("one that takes too long goes on behind, and is gone when the program is", async () => {
    const { results } = await follow(
      bash({ command: "echo $$ > pid; exec sleep 600", timeout: 300 }),
      bash({ command: "until [ -s pid ]; do sleep 0.01; done" }),
    );
    expect(results[0]).toMatch(/background/i);
    await gone(Number(await place.read("pid")));
  });

  test("one that was put behind is gone when the program is, with all that it started", async () => {
    const command = "sleep 600 & echo $! > inner; echo $$ > outer; wait";
    await follow(
      bash({ command, run_in_background: true }),
      bash({ command: "until [ -s inner ] && [ -s outer ]; do sleep 0.01; done" }),
    );
    for (const name of ["inner", "outer"]) await gone(Number(await place.read(name)));
  });

  test.runIf(process.platform === "linux")("not even what leaves its process group outlives the program", async () => {
    await follow(
      bash({
        command: "setsid sh -c 'echo $$ > stray; exec sleep 1000' >/dev/null 2>&1 & until test -s stray; do :; done",
      }),
    );
    await gone(Number(await place.read("stray")));
  });

  test("what a command leaves running does not outlive the program", async () => {
    await follow(bash({ command: "nohup sleep 600 > /dev/null 2>&1 & echo $! > pid" }));
    const pid = Number(await place.read("pid"));
    expect(pid).toBeGreaterThan(1);
    await gone(pid);
    expect(isAlive(pid)).toBe(false);
  });

  test("secrets of the host are not in its environment", async () => {
    const { results } = await follow(bash({ command: "env" }));
    expect(results[0]).toContain("PATH=");
    expect(results[0]).not.toContain("sk-test-key-of-no-use");
  });
});
