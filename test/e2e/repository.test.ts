import { spawnSync } from "node:child_process";
import { chmod } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ModelServer, type Reply, serveModel } from "./model.ts";
import { createPlace, type Place } from "./program.ts";

// A repository as its authors have set it up: rules, an environment, hooks in three languages, and mistakes.

const project = `"$CLAUDE_PROJECT_DIR"/.claude/hooks`;
const hook = (matcher: string | undefined, command: string, more: object = {}) => ({
  ...(matcher !== undefined && { matcher }),
  hooks: [{ type: "command", command, ...more }],
});
const settings = {
  $schema: "https://json.schemastore.org/claude-code-settings.json",
  includeCoAuthoredBy: false,
  colour: "green",
  permissions: {
    allow: [
      "Bash(npm test:*)",
      "Bash(printenv:*)",
      "Edit(src/**)",
      "WebFetch(domain:docs.example.com)",
      "MultiEdit",
      "LS",
    ],
    ask: ["Bash(git push:*)"],
    deny: ["Read(./.env)", "Bash(curl:*)"],
  },
  env: { OF_THE_PROJECT: "1" },
  hooks: {
    SessionStart: [
      hook("startup|resume", `echo "Branch: main"; echo 'export OF_THE_START=yes' >> "$CLAUDE_ENV_FILE"`),
      hook("compact", "echo never"),
    ],
    UserPromptSubmit: [hook(undefined, "$CLAUDE_PROJECT_DIR/.claude/hooks/ticket.sh")],
    PreToolUse: [
      hook("Bash", `${project}/guard.sh`, { timeout: 10 }),
      hook("Write|Edit|MultiEdit", `python3 ${project}/protect.py`),
      hook("*", "node --no-warnings .claude/hooks/log.mjs"),
      hook("mcp__.*", "echo 'no servers' >&2; exit 2"),
      hook("Bash(git commit:*)", "touch never"),
    ],
    PostToolUse: [hook("Write|Edit", `sed -i 's/ *$//' "$CLAUDE_TOOL_FILE_PATH"`, { timeout: 30 })],
    Notification: [hook("", "touch notified")],
    PreCompact: [hook("auto", "exit 2")],
    Stop: [hook(undefined, `node ${project}/stop.mjs`)],
  },
};

const files = {
  ".claude/settings.json": JSON.stringify(settings),
  ".claude/settings.local.json": JSON.stringify({ permissions: { allow: ["Bash(touch local)"] } }),
  ".claude/hooks/ticket.sh": "#!/bin/sh\necho 'Ticket: ABC-1'\n",
  ".claude/hooks/guard.sh": `#!/usr/bin/env bash
input=$(cat)
case "$input" in
  *--force*) echo "No forced pushes here." >&2; exit 2 ;;
  *"npm i "*) echo '{"decision": "block", "reason": "Use pnpm."}' ;;
  *deploy*) echo '{"hookSpecificOutput": {"hookEventName": "PreToolUse", "permissionDecision": "ask", "permissionDecisionReason": "Deploys want a person."}}' ;;
esac
`,
  ".claude/hooks/protect.py": `
import json, sys
event = json.load(sys.stdin)
given = event["tool_input"]
if given["file_path"].endswith("package-lock.json"):
    said = {"permissionDecision": "deny", "permissionDecisionReason": "npm makes it."}
elif given["file_path"].endswith("notes.md"):
    said = {"permissionDecision": "allow", "updatedInput": {**given, "content": "# Notes\\n" + given["content"]}}
else:
    sys.exit(0)
print(json.dumps({"hookSpecificOutput": {"hookEventName": "PreToolUse", **said}}))
`,
  ".claude/hooks/log.mjs": `
import { appendFileSync, readFileSync } from "node:fs";
const event = JSON.parse(readFileSync(0, "utf8"));
appendFileSync(process.env.CLAUDE_PROJECT_DIR + "/tools.log", event.tool_name + " " + event.permission_mode + "\\n");
`,
  ".claude/hooks/stop.mjs": `
import { readFileSync } from "node:fs";
if (!JSON.parse(readFileSync(0, "utf8")).stop_hook_active) {
  console.log(JSON.stringify({ decision: "block", reason: "Run the linter before you stop." }));
}
`,
  ".env": "SECRET=1\n",
  "package.json": JSON.stringify({ scripts: { test: "echo it-is-tested" } }),
};

const hasPython = spawnSync("python3", ["-V"]).status === 0;
let place: Place;
let server: ModelServer;
beforeEach(async () => {
  place = await createPlace();
  await place.write(files);
  for (const name of ["ticket.sh", "guard.sh"]) await chmod(path.join(place.work, ".claude/hooks", name), 0o755);
});
afterEach(async () => {
  await server?.close();
  await place.remove();
});

describe.skipIf(process.platform === "win32" || !hasPython)("a repository with settings of all kinds", () => {
  test("behaves as its authors expect, and its mistakes are named", async () => {
    const bash = (command: string) => ({ name: "Bash", input: { command } });
    const write = (file_path: string) => ({ name: "Write", input: { file_path, content: "said   \n" } });
    const calls = [
      bash("npm test"),
      bash("cat .env"),
      bash("git push --force"),
      bash("npm i left-pad"),
      bash("make deploy"),
      bash("git push"),
      bash("curl example.com"),
      bash("printenv OF_THE_PERSON OF_THE_START"),
      bash("touch local"),
      write("notes.md"),
      write("package-lock.json"),
      write("src/a.ts"),
      write("other.md"),
    ];
    const replies: readonly Reply[] = [{ calls }, { text: "I am done." }, { text: "It is linted." }];
    server = await serveModel((number) => replies[number] as Reply);
    const person = { env: { OF_THE_PERSON: "mine" }, permissions: { deny: ["Bash(sudo:*)"] } };
    await place.write({ [path.join(place.home, ".claude/settings.json")]: JSON.stringify(person) });
    const env = { ANTHROPIC_API_KEY: "sk-test-key-of-no-use", ANTHROPIC_BASE_URL: server.url };
    const words = ["-p", "Do it.", "--trust", "--output-format", "json"];
    const { code, stdout, stderr } = await place.gantry(words, { env });

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ subtype: "success", result: "It is linted.", num_turns: 3 });
    for (const mistake of ['"colour" (line', '"Bash(git commit:*)" is compared with', '"env" does not count there']) {
      expect(stderr).toContain(mistake);
    }

    const asked = server.requests.map(({ body }) => JSON.stringify(body.messages));
    expect(asked[0]).toContain("Branch: main");
    expect(asked[0]).toContain("Ticket: ABC-1");
    expect(asked[0]).not.toContain("never");
    expect(asked[2]).toContain("Run the linter before you stop.");

    const results = server.requests[1]?.body.messages as { content: { content: { text: string }[] }[] }[];
    const told = results.at(-1)?.content.map(({ content }) => content[0]?.text) ?? [];
    const expected = [
      "it-is-tested",
      "rule Read(./.env)",
      "No forced pushes here.",
      "was not allowed to run: Use pnpm.",
      "Deploys want a person, and nobody can be asked",
      "rule Bash(git push:*)",
      "rule Bash(curl:*)",
      "mine\nyes",
      "(no output)",
      "Created",
      "was not allowed to run: npm makes it.",
      "Created",
      '--allowedTools "Edit(./other.md)"',
    ];
    expect(told).toEqual(expected.map((part) => expect.stringContaining(part)));

    expect(await place.read("notes.md")).toBe("# Notes\nsaid\n");
    expect(await place.read("src/a.ts")).toBe("said\n");
    expect((await place.read("tools.log")).trim().split("\n").sort()).toEqual(
      calls.map(({ name }) => `${name} default`).sort(),
    );
    await expect(place.read("never")).rejects.toThrow("ENOENT");
    await expect(place.read("notified")).rejects.toThrow("ENOENT");
  });
});
