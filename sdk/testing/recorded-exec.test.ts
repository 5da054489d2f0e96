import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { CONFORMANCE_RECORDING, execConformance } from "./exec-conformance.ts";
import { recordedExec } from "./recorded-exec.ts";

describe("a recorded Exec", () => {
  for (const check of execConformance.filter((one) => !one.needsRealProcesses)) {
    it(check.name, () => check.run(recordedExec(CONFORMANCE_RECORDING)));
  }

  it("answers by program and arguments, and keeps what it was asked", async () => {
    const exec = recordedExec([
      { program: "git", args: ["rev-parse", "HEAD"], stdout: "1f2e3d\n" },
      { program: "git", args: (args) => args[0] === "log", exitCode: 128, stderr: "fatal: no commits\n" },
    ]);
    const git = (...args: string[]) => exec.run({ file: "/usr/bin/git", args, cwd: tmpdir() });
    expect((await git("rev-parse", "HEAD")).stdout).toBe("1f2e3d\n");
    expect(await git("log", "-1")).toMatchObject({ exitCode: 128, stderr: "fatal: no commits\n" });
    await expect(git("push")).rejects.toMatchObject({ code: "GANTRY_EXEC_ABSENT" });
    expect(exec.started.map((spec) => spec.args[0])).toEqual(["rev-parse", "log", "push"]);
  });
});
