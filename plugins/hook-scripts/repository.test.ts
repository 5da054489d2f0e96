import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineTool, z } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { fakeBash, folder, hooked, said } from "./test-kit.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const PATH = [here("../../node_modules/.bin"), process.env.PATH].join(delimiter);

const write = defineTool({
  name: "Write",
  description: "",
  input: z.object({ file_path: z.string(), content: z.string() }),
  permission: { family: "Edit", path: "file_path" },
  run: () => "written",
});

/** A repository as people have them, trusted, with a session in it. */
async function repository() {
  const cwd = folder();
  fs.cpSync(here("fixtures/repository"), cwd, { recursive: true });
  const bash = fakeBash();
  const env = { GANTRY_TRUST: "1", PATH };
  const kernel = await hooked(undefined, { plugins: [bash.plugin, write], cwd, env });
  return { kernel, cwd, bash };
}

describe("a repository with hooks in three languages", () => {
  it("has its bash script refuse a command", async () => {
    const { kernel, bash } = await repository();
    const result = await kernel.call("Bash", { command: "rm -rf build" });
    expect([result.outcome, bash.commands]).toEqual(["denied", []]);
    expect(said(result)).toContain("Blocked: rm -rf is not allowed here");
    expect((await kernel.call("Bash", { command: "git commit -m x" })).outcome).toBe("ok");
  });

  it.skipIf(!hasPython())("has its Python script protect a file, named by a relative path", async () => {
    const { kernel, cwd } = await repository();
    const result = await kernel.call("Write", { file_path: "package-lock.json", content: "" });
    expect(said(result)).toContain(`${join(cwd, "package-lock.json")} is generated`);
    expect((await kernel.call("Write", { file_path: "a.txt", content: "" })).outcome).toBe("ok");
  });

  it("has its TypeScript look at an edit, and an old one-liner note its path", async () => {
    const { kernel, cwd } = await repository();
    const result = await kernel.call("Write", { file_path: "a.txt", content: "TODO" });
    expect(said(result)).toContain(`Finish what ${join(cwd, "a.txt")} leaves open.`);
    expect(fs.readFileSync(join(cwd, ".claude/edited.txt"), "utf8")).toBe(`${join(cwd, "a.txt")}\n`);
  });

  it("says its conventions to the model, and which of its hooks can do nothing", async () => {
    const { kernel, cwd } = await repository();
    await kernel.call("Bash", { command: "git commit -m x" });
    expect(JSON.stringify(kernel.model.requests[0]?.messages)).toContain("Never touch generated files.");
    expect(kernel.notices.filter((text) => text.includes("matches nothing"))).toHaveLength(1);
    expect(fs.existsSync(join(cwd, "never"))).toBe(false);
  });
});

function hasPython(): boolean {
  try {
    execFileSync("python3", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
