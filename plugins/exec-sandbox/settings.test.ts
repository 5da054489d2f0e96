import { readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Answer, defineTool, type Question, z } from "gantry/sdk";
import { beforeEach, describe, expect, it } from "vitest";
import execNode from "../exec-node/index.ts";
import settingsFiles from "../settings-files/index.ts";
import shellFolders from "../shell-folders/index.ts";
import toolBash from "../tool-bash/index.ts";
import toolJobs from "../tool-jobs/index.ts";
import execSandbox from "./index.ts";
import { createPlace, hasBwrap, type Place, said, unlessSkipped } from "./test-place.ts";

let place: Place;
beforeEach(() => {
  place = createPlace();
});

describe.skipIf(!hasBwrap)(`the settings${unlessSkipped}`, () => {
  it("grant and take away, below the folder that they stand in", async () => {
    const more = join(place.path, "more");
    for (const folder of [more, join(place.cwd, "fixed"), join(place.cwd, "secret")]) await mkdir(folder);
    await writeFile(join(place.cwd, "secret/key"), "key");
    await mkdir(join(place.home, ".aws"));
    await writeFile(join(place.home, ".aws/config"), "region");
    await place.open({
      filesystem: {
        allowWrite: [more],
        denyWrite: ["./fixed/**", "./absent"],
        denyRead: ["./secret"],
        allowRead: ["~/.aws/config"],
      },
    });
    expect((await place.bash(`echo x > ${more}/x`)).outcome).toBe("ok");
    expect((await place.bash("echo x > fixed/x")).outcome).toBe("error");
    expect((await place.bash("mv fixed away")).outcome).toBe("error");
    expect((await place.bash("mkdir absent; echo x > absent/x")).outcome).toBe("error");
    expect((await place.bash("cat secret/key")).outcome).toBe("error");
    expect(said(await place.bash("cat ~/.aws/config"))).toBe("region");
  });

  it("of permissions forbid a command what they forbid the tools, where they name a path", async () => {
    await writeFile(join(place.cwd, ".env"), "KEY=1");
    await writeFile(join(place.home, "notes"), "private");
    await mkdir(join(place.cwd, "generated"));
    const deny = ["Read(.env)", "Read(~/notes)", "Edit(./generated/**)"];
    await place.open({}, { settings: { permissions: { deny } } });
    for (const attempt of ["cat .env", "cat ~/notes", "echo x > generated/x"]) {
      expect((await place.bash(attempt)).outcome, attempt).toBe("denied");
      // What a script does, no rule about text can tell.
      await writeFile(join(place.cwd, "script.sh"), attempt);
      expect((await place.bash("sh script.sh")).outcome, attempt).toBe("error");
    }
    expect((await place.bash("ls generated")).outcome).toBe("ok");
  });

  it("except commands, which then are asked for and run outside", async () => {
    const questions: Question[] = [];
    const answer = (question: Question): Answer => {
      questions.push(question);
      return { decision: "allow" };
    };
    await place.open({ excludedCommands: ["touch:*"] }, { answer });
    expect((await place.bash(`touch ${place.path}/outside`)).outcome).toBe("ok");
    await place.bash(`touch ${place.path}/not > x`);
    expect(questions).toHaveLength(1);
    expect(readdirSync(place.path)).toContain("outside");
    expect(readdirSync(place.path)).not.toContain("not");
  });

  it("let a person let a command run outside, and nobody else", async () => {
    const verdicts: object[] = [];
    const answer = ({ verdict }: Question): Answer => {
      verdicts.push(verdict);
      return { decision: "allow" };
    };
    await place.open({}, { answer, settings: { permissions: { allow: ["Bash"] } } });
    const result = await place.bash(`touch ${place.path}/outside`, { dangerouslyDisableSandbox: true });
    expect(result).toMatchObject({ outcome: "ok", data: { dangerouslyDisableSandbox: true } });
    const remedy = "A person has to say yes to it; no rule does so.";
    expect(verdicts).toEqual([expect.objectContaining({ reason: "it is to run outside of the sandbox", remedy })]);
    await place.close();
    await place.open({ allowUnsandboxedCommands: false }, { answer });
    const refused = await place.bash("true", { dangerouslyDisableSandbox: true });
    expect(refused.outcome).toBe("denied");
    expect(said(refused)).toContain("call it without dangerouslyDisableSandbox");
  });

  it("may hide nothing by a pattern or name hosts without saying that it does not count", async () => {
    await place.open({
      filesystem: { denyRead: ["**/*.pem"] },
      network: { allowedDomains: ["a.example"] },
    });
    const notices = await place.notices();
    expect(notices.join("\n")).toMatch(/denyRead has the pattern "\*\*\/\*\.pem", which does not count/);
    expect(notices.join("\n")).toMatch(/needs a proxy plugin that is not there: the network stays off/);
  });

  it("do nothing for a tool that does not go through the sandbox", async () => {
    const input = z.object({ command: z.string() });
    const other = defineTool({
      name: "Other",
      description: "",
      input,
      permission: { family: "Other", command: "command" },
      run: () => "ran",
    });
    await place.open({}, { plugins: [execNode, settingsFiles, execSandbox, other] });
    expect((await place.kernel().call("Other", { command: "true" })).outcome).toBe("denied");
  });
});

describe("where nothing can confine", () => {
  const without = async (more: object = {}) => {
    // A program of that name in the working folder is none.
    await mkdir(join(place.cwd, "bin"));
    await writeFile(join(place.cwd, "bin/bwrap"), "#!/bin/sh\ntouch ran\n", { mode: 0o755 });
    return { filesystem: { allowWrite: ["/"] }, ...more };
  };

  it("commands are asked for as usual, and the person is told once", async () => {
    const sandbox = await without();
    await place.open(sandbox, { env: { PATH: `${join(place.cwd, "bin")}:${process.env.PATH}` } });
    const notices = await place.notices();
    expect(notices).toEqual([expect.stringMatching(/^The sandbox is not available: .*Commands run unconfined/)]);
    expect((await place.bash("echo x > x")).outcome).toBe("denied");
    await place.close();
    await place.open(sandbox, { answer: "allow" });
    expect((await place.bash("echo x > x")).outcome).toBe("ok");
    expect(readdirSync(place.cwd)).not.toContain("ran");
  });

  it("no command runs if it must be confined and the plugin that confines is left out", async () => {
    const plugins = [execNode, settingsFiles, toolJobs, shellFolders, toolBash];
    await place.open({ failIfUnavailable: true }, { plugins, answer: "allow" });
    const result = await place.bash("touch x");
    expect(result.outcome).toBe("error");
    expect(said(result)).toContain("sandbox.failIfUnavailable");
    expect(readdirSync(place.cwd)).toEqual([]);
    await place.close();
    await place.open({}, { plugins, answer: "allow" });
    expect((await place.bash("true")).outcome).toBe("ok");
  });

  it("no command runs if it must be confined, whoever says yes", async () => {
    await place.open(await without({ failIfUnavailable: true }), { answer: "allow" });
    const result = await place.bash("touch x");
    expect(result.outcome).toBe("denied");
    expect(said(result)).toContain("it cannot be confined");
    expect(readdirSync(place.cwd)).toEqual(["bin"]);
  });
});
