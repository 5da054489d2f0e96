import { existsSync } from "node:fs";
import { chmod, chown, mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createPlace, type Ended, type Place } from "./program.ts";

// What people get wrong: one line on standard error with a code and a way out, exit code 1, nothing lost.

const ID = "11111111-2222-4333-8444-555555555555";

let place: Place;
beforeEach(async () => {
  place = await createPlace();
});
afterEach(() => place.remove());

function expectMistake({ code, stdout, stderr }: Ended, errorCode: string, words: string): void {
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(`[${errorCode}]`);
  expect(stderr).toContain(words);
  expect(stderr).not.toMatch(/^ +at /m);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
}

describe("on the command line", () => {
  test.each([
    [["--permision-mode", "plan"], "GANTRY_ARGUMENT_UNKNOWN", 'Did you mean "--permission-mode"?'],
    [["--permission-mode", "bold"], "GANTRY_ARGUMENT_INVALID", "acceptEdits"],
    [["--permission-mode", "acceptedits"], "GANTRY_ARGUMENT_INVALID", 'Did you mean "acceptEdits"?'],
    [
      ["--settings", '{"disableAutoMode":"disable"}', "--permission-mode", "auto"],
      "GANTRY_PERMIT_AUTO_DISABLED",
      "--permission-mode acceptEdits",
    ],
    [["--output-format", "xml"], "GANTRY_ARGUMENT_INVALID", "stream-json"],
    [["--output-format", "stream-json"], "GANTRY_HEADLESS_VERBOSE", "--verbose"],
    [["--max-turns", "-1"], "GANTRY_CONFIG_INVALID", "--max-turns"],
    [["--max-turns", "many"], "GANTRY_ARGUMENT_INVALID", "--max-turns"],
    [["--max-budget-usd", "0"], "GANTRY_CONFIG_INVALID", "--max-budget-usd"],
    [["--model", "sonet"], "GANTRY_MODEL_UNKNOWN", 'Did you mean "sonnet"?'],
    [["--model", "sonnet"], "GANTRY_MODEL_UNUSABLE", "ANTHROPIC_API_KEY"],
    [["--settings", "{bad"], "GANTRY_SETTINGS_BROKEN", "line 1, column 2"],
    [["--settings", "[]"], "GANTRY_SETTINGS_BROKEN", "one JSON object"],
    [["--settings", "absent.json"], "GANTRY_SETTINGS_ABSENT", "absent.json"],
    [["--settings", '{"permissions":{"defaultMode":"bold"}}'], "GANTRY_SETTINGS_INVALID", "acceptEdits"],
    [["--setting-sources", "user,projet"], "GANTRY_SETTINGS_SOURCE", 'Did you mean "project"?'],
    [["--settings", '{"model":5}'], "GANTRY_SETTINGS_INVALID", '"model"'],
    [["--add-dir", "absent"], "GANTRY_FOLDER_ABSENT", "absent"],
    [["--resume", "absent"], "GANTRY_SESSION_ABSENT", "absent"],
    [["--continue"], "GANTRY_SESSION_NONE", "without --continue"],
    [["--session-id", "mine"], "GANTRY_SESSION_ID", "UUID"],
    [["--session-id", ID, "--resume", ID], "GANTRY_SESSION_KEEPS_ID", "Leave out --session-id"],
  ])("%j", async (args, code, words) => {
    expectMistake(await place.gantry(["-p", "hello", ...args]), code, words);
  });

  test.each([
    [["-p", ""], "GANTRY_HEADLESS_PROMPT", "gantry -p"],
    [["-p"], "GANTRY_HEADLESS_PROMPT", "standard input"],
    [["doctro"], "GANTRY_SUBCOMMAND_UNKNOWN", 'Did you mean "doctor"?'],
    [["config", "--why", "tool-bash.shown"], "GANTRY_CONFIG_KEY", "tool-bash"],
    [["plugins", "twice"], "GANTRY_INSPECT_WORD", "twice"],
  ])("%j alone", async (args, code, words) => {
    expectMistake(await place.gantry(args), code, words);
  });

  test.each([
    [["--settings", '{"permissions":{"deny":["Bash(rm:*)"]}}', "config", "--why", "permissions.deny"], "--settings"],
    [
      ["--verbose", "--permission-mode=plan", "--model", "haiku", "permissions", "explain", "ls"],
      "runs without asking",
    ],
    [["-p", "doctor"], "model"],
  ])("none: %j", async (args, words) => {
    const { code, stdout } = await place.gantry(args);
    expect([code, stdout]).toEqual([0, expect.stringContaining(words)]);
  });

  test("more on standard input than can be taken", async () => {
    const input = "a".repeat(10 * 1024 * 1024 + 1);
    expectMistake(await place.gantry(["-p"], { input }), "GANTRY_ARGUMENT_INVALID", "10485760");
  });
});

describe("in files", () => {
  test.each([
    ["gantry.config.json", "{bad", "GANTRY_CONFIG_BROKEN", "gantry.config.json"],
    ["gantry.config.yaml", "a: [1\nb: 2", "GANTRY_CONFIG_BROKEN", "gantry.config.yaml"],
    ["gantry.config.ts", "export default {", "GANTRY_CONFIG_BROKEN", "gantry.config.ts"],
    ["gantry.config.mjs", 'throw new Error("boo")', "GANTRY_CONFIG_BROKEN", "boo"],
    [".gantryrc", "{{{", "GANTRY_CONFIG_BROKEN", ".gantryrc"],
    ["gantry.config.json", '{ "plugins": ["tool-raed"] }', "GANTRY_PLUGIN_UNKNOWN", 'Did you mean "tool-read"?'],
    ["gantry.config.json", '{ "tool-bsh": {} }', "GANTRY_CONFIG_UNKNOWN", 'Did you mean "tool-bash"?'],
    ["gantry.config.json", '{ "preset": "defalt" }', "GANTRY_PRESET_UNKNOWN", 'Did you mean "default"?'],
    ["gantry.config.json", '{ "model-budget": { "maxTurns": "x" } }', "GANTRY_CONFIG_INVALID", "maxTurns"],
    ["gantry.config.json", '{ "model-budget": { "maxTurn": 3 } }', "GANTRY_CONFIG_INVALID", 'Did you mean "maxTurns"?'],
    [".gantry/plugins/x.ts", "export default 7;", "GANTRY_PLUGIN_SHAPE", "x.ts"],
    [".gantry/plugins/x.ts", "export default {", "GANTRY_PLUGIN_BROKEN", "x.ts"],
  ])("%s: %s", async (file, text, code, words) => {
    await place.write({ [file]: text });
    expectMistake(await place.gantry(["-p", "hello", "--trust"]), code, words);
    // It harms nobody who has not said that the folder is trusted.
    if (file.startsWith("gantry.config.j")) expect((await place.gantry(["-p", "help"])).code).toBe(0);
  });
});

describe("where nothing can be written", () => {
  test("the state folder is a file", async () => {
    await place.write({ [path.join(place.base, "file")]: "" });
    const env = { GANTRY_HOME: path.join(place.base, "file") };
    expectMistake(await place.gantry(["-p", "hello"], { env }), "GANTRY_SESSION_WRITE", "--no-session-persistence");
    expect((await place.gantry(["-p", "help", "--no-session-persistence"], { env })).code).toBe(0);
    const doctor = await place.gantry(["doctor"], { env });
    expect(doctor.code).toBe(1);
    expect(doctor.stdout).toMatch(/^fail +state folder/m);
  });

  test.runIf(existsSync("/dev/full"))("the disk behind standard output is full", async () => {
    for (const args of ["-p help", "--help", "plugins"]) {
      const full = await place.shell(`"$NODE" "$GANTRY" ${args} > /dev/full`);
      expect(full).toMatchObject({ code: 1, stderr: expect.stringContaining("ENOSPC") });
    }
    // Nobody reads any more, as after head: nothing is worth saying.
    const deserted = await place.shell(`{ "$NODE" "$GANTRY" -p help; echo "ended with $?" >&2; } | :`);
    expect(deserted.stderr).toBe("ended with 141\n");
  });

  test.runIf(process.platform === "linux")("no folder can be made at all", async () => {
    const env = { GANTRY_HOME: "/proc/no-such-process/state" };
    expectMistake(await place.gantry(["-p", "hello"], { env }), "GANTRY_SESSION_WRITE", "/proc/no-such-process");
  });

  // Node itself may lie where only root can look.
  test.runIf(process.getuid?.() === 0 && !process.execPath.startsWith(homedir()))(
    "a person without rights reads a project, and is told what is denied",
    async () => {
      const nobody = 65_534;
      await place.write({ "package.json": '{ "name": "pies" }' });
      await chmod(place.base, 0o755);
      await mkdir(path.join(place.base, "tmp"));
      for (const folder of [place.home, path.join(place.home, ".gantry"), path.join(place.base, "tmp")]) {
        await chown(folder, nobody, nobody);
      }
      const env = { TMPDIR: path.join(place.base, "tmp") };
      const read = await place.gantry(["-p", "Read package.json and summarize it"], { uid: nobody, env });
      expect(read).toMatchObject({ code: 0, stderr: "" });
      expect(read.stdout).toContain("pies");
      const args = ["-p", "write `x` to b.txt", "--permission-mode", "acceptEdits"];
      const write = await place.gantry(args, { uid: nobody, env });
      expect(write.stdout).toMatch(/Write did not work/);
      expect(write.stdout).toMatch(/permission|denied/i);
      const run = await place.gantry(["-p", "run `id -u`", "--allowedTools", "Bash"], { uid: nobody, env });
      expect(run.stdout).toContain("65534");
    },
  );
});
