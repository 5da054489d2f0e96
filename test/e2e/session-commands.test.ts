import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createPlace, type Place } from "./program.ts";

// Sessions from the command line: found, named, copied, given away and removed.

const ONE = "11111111-2222-4333-8444-555555555555";
const TWO = "22222222-3333-4444-8555-666666666666";

let place: Place;
beforeEach(async () => {
  place = await createPlace();
});
afterEach(() => place.remove());

const sessionOf = (stdout: string) => (JSON.parse(stdout) as { session_id: string }).session_id;
const json = ["--output-format", "json"];

async function sessions(...args: readonly string[]) {
  const { code, stdout, stderr } = await place.gantry(["sessions", ...args]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return stdout;
}

const listed = async (...args: readonly string[]) =>
  JSON.parse(await sessions("list", "--json", ...args)) as { id: string; title: string }[];

test("a session is named, gone on with by its name, copied, and the copy goes its own way", async () => {
  await place.write({ "a.txt": "apple\n", "b.txt": "pear\n" });
  await place.gantry(["-p", "read a.txt", "--session-id", ONE]);
  await sessions("rename", "1111", "The", "fruit");
  expect(await listed()).toMatchObject([{ id: ONE, title: "The fruit" }]);
  expect(sessionOf((await place.gantry(["-p", "read b.txt", "--resume", "the fruit", ...json])).stdout)).toBe(ONE);

  const before = (await place.transcripts())[ONE];
  const copy = sessionOf((await place.gantry(["-p", "help", "--resume", "fruit", "--fork-session", ...json])).stdout);
  expect(copy).not.toBe(ONE);
  const after = await place.transcripts();
  expect(after[ONE]).toEqual(before);
  expect(after[copy]?.[0]).toMatchObject({ type: "session", sessionId: copy, forkedFrom: { sessionId: ONE } });
  expect(JSON.stringify(after[copy])).toContain("read a.txt");
  expect(await sessions("tree", copy)).toBe(`Forked from ${ONE}.\n* read a.txt\n* read b.txt\n* help\n`);
});

test("a session is exported, taken in elsewhere under a new id, and goes on there", async () => {
  await place.gantry(["-p", "help", "--session-id", ONE]);
  for (const name of ["a.md", "a.html", "a.json"]) await sessions("export", ONE, "--output", name);
  expect(await place.read("a.md")).toMatch(/^# help\n/);
  expect(await place.read("a.html")).toMatch(/^<!doctype html>/);
  expect((await stat(path.join(place.work, "a.json"))).mode & 0o777).toBe(0o600);
  const again = await place.gantry(["sessions", "export", ONE, "--output", "a.md"]);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("GANTRY_SESSIONS_EXISTS")]);

  await sessions("delete", ONE, "--force");
  expect(await listed()).toEqual([]);
  const { id } = JSON.parse(await sessions("import", "a.json", "--json")) as { id: string };
  expect(sessionOf((await place.gantry(["-p", "help", "--continue", ...json])).stdout)).toBe(id);
  expect(JSON.stringify((await place.transcripts())[id])).toContain("offline planner");
});

test("sessions are searched, shown and pruned", async () => {
  await place.write({ "needle.txt": "in the haystack\n" });
  await place.gantry(["-p", "read needle.txt", "--session-id", ONE]);
  await place.gantry(["-p", "help", "--session-id", TWO]);
  expect(await sessions("search", "haystack")).toMatch(/^11111111 /);
  expect(await sessions("show", "needle")).toContain("### Read (ok)");
  expect(await sessions("prune", "--days", "0.0000001", "--dry-run", "--json")).toContain(TWO);
  expect(await listed()).toHaveLength(2);
  await sessions("prune", "--days", "0.0000001");
  expect(await listed("--all")).toEqual([]);
  const [folder = ""] = await readdir(path.join(place.home, ".gantry/projects"));
  expect(await readdir(path.join(place.home, ".gantry/projects", folder))).toEqual([]);
});

test("a session with a damaged line is shown, and it is said which line is left out", async () => {
  await place.gantry(["-p", "help", "--session-id", ONE]);
  const [folder = ""] = await readdir(path.join(place.home, ".gantry/projects"));
  const file = path.join(place.home, ".gantry/projects", folder, `${ONE}.jsonl`);
  const lines = (await readFile(file, "utf8")).split("\n");
  await writeFile(file, lines.with(2, "no record").join("\n"));
  const { code, stdout, stderr } = await place.gantry(["sessions", "show", ONE]);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^One line of .* was left out: 3\.\n$/)]);
  expect(stdout).toContain("## You");
});

test("slash commands work in one prompt too", async () => {
  await place.gantry(["-p", "help", "--session-id", ONE]);
  expect((await place.gantry(["-p", "/sessions"])).stdout).toMatch(/^11111111 .*help/);
  // Nothing was said in it that could be gone on with.
  expect(Object.keys(await place.transcripts())).toEqual([ONE]);
  const { stdout } = await place.gantry(["-p", "/export talk.md", "--resume", ONE]);
  expect(stdout).toContain(path.join(place.work, "talk.md"));
  expect(await readFile(path.join(place.work, "talk.md"), "utf8")).toMatch(/^# help/);
});

describe("the permission mode of a session that goes on", () => {
  const modes = async (id: string) =>
    ((await place.transcripts())[id] ?? []).flatMap((record) =>
      record.type === "plugin" && record.kind === "mode" ? [(record.data as { mode: string }).mode] : [],
    );
  /** The mode that a session which goes on says it is in. */
  async function resumed(id: string, env = {}): Promise<string> {
    const stream = ["--output-format", "stream-json", "--verbose"];
    const { stdout } = await place.gantry(["-p", "help", "--resume", id, ...stream], { env });
    return JSON.parse(stdout.split("\n", 1)[0] ?? "").permissionMode;
  }

  test("is the one it was left in", async () => {
    await place.gantry(["-p", "help", "--session-id", ONE, "--permission-mode", "acceptEdits"]);
    expect(await resumed(ONE)).toBe("acceptEdits");
    await place.gantry(["-p", "create an empty file new.txt", "--resume", ONE]);
    expect(await readFile(path.join(place.work, "new.txt"), "utf8")).toBe("");
    expect(await modes(ONE)).toEqual(["acceptEdits"]);
  });

  test.each([
    ["bypassPermissions", { IS_SANDBOX: "1" }],
    ["plan", {}],
  ])("is never %s again unless it is asked for", async (mode, env) => {
    await place.gantry(["-p", "help", "--session-id", ONE, "--permission-mode", mode], {
      env: env as Record<string, string>,
    });
    expect(await modes(ONE)).toEqual([mode]);
    expect(await resumed(ONE, env)).toBe("default");
  });

  test("is not that of a stranger whose session was taken in", async () => {
    await place.gantry(["-p", "help", "--session-id", ONE, "--permission-mode", "acceptEdits"]);
    await sessions("export", ONE, "--output", "a.jsonl");
    const { id } = JSON.parse(await sessions("import", "a.jsonl", "--json")) as { id: string };
    expect(await resumed(id)).toBe("default");
  });
});
