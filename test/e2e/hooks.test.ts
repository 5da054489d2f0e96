import { existsSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ModelServer, serveModel } from "./model.ts";
import { createPlace, type Place } from "./program.ts";

// Hooks of a repository, in the built program.

let place: Place;
let server: ModelServer | undefined;
beforeEach(async () => {
  place = await createPlace();
  const event = (command: string, matcher = "") => [{ matcher, hooks: [{ type: "command", command }] }];
  const hooks = {
    SessionStart: event("touch started"),
    PreToolUse: event("grep -q forbidden && { echo 'not that' >&2; exit 2; }; touch judged", "Bash"),
    Stop: event("touch stopped"),
    SessionEnd: event("touch ended"),
  };
  await place.write({ ".claude/settings.json": JSON.stringify({ hooks }) });
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await place.remove();
});

/** Has the model run a command, and says what the command's result was and which hooks have run. */
async function run(command: string, flags: readonly string[]) {
  server = await serveModel((number) =>
    number === 0 ? { calls: [{ name: "Bash", input: { command } }] } : { text: "Done." },
  );
  const env = { ANTHROPIC_API_KEY: "sk-test-key-of-no-use", ANTHROPIC_BASE_URL: server.url };
  const { code } = await place.gantry(["-p", "go", "--allowedTools", "Bash", ...flags], { env });
  expect(code).toBe(0);
  const [records = []] = Object.values(await place.transcripts());
  const result = records.find(({ type }) => type === "tool_result");
  const ran = ["started", "judged", "stopped", "ended"].filter((name) => existsSync(path.join(place.work, name)));
  return { result: JSON.stringify(result?.content), ran };
}

describe.skipIf(process.platform === "win32")("hooks of a repository", () => {
  test("run in a trusted folder, and refuse what they are there to refuse", async () => {
    const { result, ran } = await run("echo forbidden", ["--trust"]);
    expect(result).toContain("not that");
    expect(ran).toEqual(["started", "stopped", "ended"]);
  });

  test("let the rest pass", async () => {
    const { result, ran } = await run("echo fine", ["--trust"]);
    expect(result).toContain("fine");
    expect(ran).toEqual(["started", "judged", "stopped", "ended"]);
  });

  test("do not run in a folder that nobody trusts", async () => {
    const { result, ran } = await run("echo forbidden", []);
    expect(result).toContain("forbidden");
    expect(ran).toEqual([]);
  });

  test("are listed, tried and run by hand", async () => {
    const list = await place.gantry(["--trust", "hooks", "list"]);
    expect(list.stdout).toMatch(/^PreToolUse\n {2}1\. Bash: command grep/m);
    const untrusted = await place.gantry(["hooks", "list"]);
    expect(untrusted.stdout).toContain("Left out until you trust this folder:");
    const tried = await place.gantry(["--trust", "hooks", "test", "PreToolUse", "Bash"]);
    expect(tried.stdout).toContain("1 of 1 hooks would run. Nothing was run.");
    expect(existsSync(path.join(place.work, "judged"))).toBe(false);
    const ran = await place.gantry(["--trust", "hooks", "run", "PreToolUse", "Bash"]);
    expect(ran.stdout).toContain("1 of 1 hooks ran.");
    expect(existsSync(path.join(place.work, "judged"))).toBe(true);
    const wrong = await place.gantry(["hooks", "run", "PreTolUse"]);
    expect(wrong).toMatchObject({ code: 1, stdout: "" });
    expect(wrong.stderr).toContain("[GANTRY_HOOKS_EVENT]");
  });
});
