import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ModelServer, serveModel } from "./model.ts";
import { createPlace, type Place } from "./program.ts";

// Commands and skills that lie in files, in the built program.

let place: Place;
let server: ModelServer;
beforeEach(async () => {
  place = await createPlace();
  server = await serveModel((number) =>
    number === 0 ? { calls: [{ name: "Skill", input: { skill: "tides", args: "Oslo" } }] } : { text: "Done." },
  );
  await place.write({
    "base.txt": "one two",
    ".claude/commands/count.md":
      "---\ndescription: Counts: words\nallowed-tools: Bash(wc:*)\n---\n$0 has !`wc -w < $0` words. $ARGUMENTS",
    ".claude/commands/spec.plan.md": "Plan it.",
    ".claude/skills/tides/SKILL.md": "---\nname: tides\ndescription: Knows the tides\n---\nHigh at noon in $0.",
  });
});
afterEach(async () => {
  await server.close();
  await place.remove();
});

const gantry = (...args: string[]) =>
  place.gantry(args, { env: { ANTHROPIC_API_KEY: "sk-test-key-of-no-use", ANTHROPIC_BASE_URL: server.url } });
const sent = (at: number) => JSON.stringify(server.requests[at]?.body);

describe.skipIf(process.platform === "win32")("a command in a file", () => {
  test("is sent with what was typed and with what its commands print, in a trusted folder", async () => {
    const { code, stdout } = await gantry("--trust", "-p", "/count base.txt please");
    expect([code, stdout.trim()]).toEqual([0, "Done."]);
    expect(sent(0)).toContain("base.txt has 2 words. base.txt please");
    expect(sent(0)).toContain("- tides: Knows the tides");
    expect(sent(1)).toContain("High at noon in Oslo.");
  });

  test("runs nothing in a folder that nobody has trusted, and says what to do", async () => {
    const { code, stderr } = await gantry("-p", "/count base.txt");
    expect(code).not.toBe(0);
    expect(stderr).toContain("nobody has approved that");
    expect(server.requests).toHaveLength(0);
    const listed = await gantry("trust");
    expect(listed.stdout).toContain("allows Bash(wc:*)");
    expect(listed.stdout).toContain("runs wc -w < $0");
  });

  test("has a name with a dot in it, and is listed", async () => {
    expect((await gantry("-p", "/spec.plan")).code).toBe(0);
    expect(sent(0)).toContain("Plan it.");
    const { stdout } = await gantry("-p", "/commands");
    expect(stdout).toContain("/count      Counts: words");
    expect(stdout).toContain(path.join(".claude", "commands", "spec.plan.md"));
    const init = await gantry("-p", "hi", "--output-format", "stream-json", "--verbose");
    expect(JSON.parse(init.stdout.split("\n").find((line) => line.includes('"init"')) ?? "{}")).toMatchObject({
      skills: ["tides"],
      slash_commands: expect.arrayContaining(["count", "spec.plan", "tides", "skills"]),
    });
  });
});
