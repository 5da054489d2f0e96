import { existsSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Answer, definePlugin, type PermissionMode, Permissions, type Question, textOf } from "gantry/sdk";
import { createTestKernel, type TestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import filesNode from "../files-node/index.ts";
import permitModes from "../permit-modes/index.ts";
import permitPaths from "../permit-paths/index.ts";
import permitRules from "../permit-rules/index.ts";
import seenFiles from "../seen-files/index.ts";
import settingsFiles from "../settings-files/index.ts";
import toolWrite from "../tool-write/index.ts";
import plugin from "./index.ts";

const PLAN = "# Move the login\n\n1. Add OAuth\n";

let base: string;
let kernel: TestKernel | undefined;
let permissions: Permissions;
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), "gantry-plan-")));
  await mkdir(join(base, "home"));
  await mkdir(join(base, "shop"));
});
afterEach(async () => {
  await kernel?.close();
  kernel = undefined;
  await rm(base, { recursive: true });
});

const probe = definePlugin({
  name: "probe",
  needs: { permissions: Permissions },
  taps: { sessionStart: true },
  setup: ({ use }) => {
    permissions = use.permissions;
    return { taps: { sessionStart: () => undefined } };
  },
});

async function open(mode: PermissionMode | undefined, options: Partial<TestKernelOptions> = {}) {
  const { settings, env, plugins = [], ...more } = options;
  const all = [filesNode, seenFiles, settingsFiles, permitRules, permitPaths, permitModes, toolWrite, plugin, probe];
  kernel = await createTestKernel({
    cwd: join(base, "shop"),
    plugins: [...all, ...plugins],
    settings: { permissions: { ...(mode && { defaultMode: mode }) }, ...settings },
    env: { HOME: join(base, "home"), IS_SANDBOX: "1", ...env },
    answer: () => undefined,
    ...more,
  });
  return kernel;
}

/** The file that the model is told of. */
async function planFile({ run, model }: TestKernel): Promise<string> {
  await run("Plan it.");
  const file = /as markdown to (\S+\.md)/.exec(JSON.stringify(model.requests.at(-1)?.messages))?.[1];
  if (!file) throw new Error("the model was told of no file");
  return file;
}

const choosing = (next: string) => (question: Question) =>
  question.form ? ({ decision: "allow", values: { next } } as Answer) : undefined;

async function presented(next: string, mode: PermissionMode = "plan") {
  const opened = await open(mode, { answer: choosing(next) });
  const file = await planFile(opened);
  expect((await opened.call("Write", { file_path: file, content: PLAN })).outcome).toBe("ok");
  return { ...opened, file, result: await opened.call("ExitPlanMode", {}) };
}

describe("while planning", () => {
  it("the model is told of the one file that it may write, unasked, and of no other", async () => {
    const opened = await open("plan");
    const file = await planFile(opened);
    expect(file).toMatch(new RegExp(`^${base}/home/\\.claude/plans/\\d{4}-\\d\\d-\\d\\d-\\w{8}\\.md$`));
    expect((await opened.call("Write", { file_path: file, content: PLAN })).outcome).toBe("ok");
    expect(await readFile(file, "utf8")).toBe(PLAN);
    for (const other of [join(base, "shop/a.ts"), join(base, "home/.claude/plans/other.md"), `${file}/../../x.md`]) {
      const { outcome, content } = await opened.call("Write", { file_path: other, content: "x" });
      expect([outcome, textOf(content)]).toEqual(["denied", expect.stringContaining("is planning")]);
      expect(existsSync(other)).toBe(false);
    }
  });

  it("a link in the place of the plan is not written through", async () => {
    const opened = await open("plan");
    const file = await planFile(opened);
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(join(base, "shop/mine"), "mine");
    await symlink(join(base, "shop/mine"), file);
    expect((await opened.call("Write", { file_path: file, content: PLAN })).outcome).toBe("denied");
    expect(await readFile(join(base, "shop/mine"), "utf8")).toBe("mine");
  });

  it("the folder of plans may be a link, and may be another one", async () => {
    await mkdir(join(base, "dotfiles"));
    await symlink(join(base, "dotfiles"), join(base, "home/.claude"));
    const first = await open("plan");
    expect((await first.call("Write", { file_path: await planFile(first), content: PLAN })).outcome).toBe("ok");
    await first.close();
    const second = await open("plan", { settings: { plansDirectory: "./plans" } });
    const file = await planFile(second);
    expect(file.startsWith(join(base, "shop/plans/"))).toBe(true);
    expect((await second.call("Write", { file_path: file, content: PLAN })).outcome).toBe("ok");
  });

  it("a person's own no to the file holds", async () => {
    const opened = await open("plan", { settings: { permissions: { defaultMode: "plan", deny: ["Write"] } } });
    const file = await planFile(opened);
    expect((await opened.call("Write", { file_path: file, content: PLAN })).outcome).toBe("denied");
  });

  it("is the only time in which the file is written unasked", async () => {
    const first = await open("plan");
    const file = await planFile(first);
    await permissions.setMode(first.session, "acceptEdits");
    expect((await first.call("Write", { file_path: file, content: PLAN })).outcome).toBe("denied");
  });
});

describe("a plan", () => {
  it("is shown, and a yes to edits too ends planning", async () => {
    const { result, file, session } = await presented("acceptEdits");
    expect(textOf(result.content)).toMatch(/^The person has approved the plan.*Edits run without asking\.$/);
    expect(result.data).toEqual({ plan: PLAN, filePath: file, isAgent: false });
    expect(permissions.mode(session)).toBe("acceptEdits");
  });

  it("is put as a question with the plan to read and its choices", async () => {
    const asked: Question[] = [];
    const opened = await open("plan", {
      answer: (question) => {
        asked.push(question);
        return { decision: "allow", values: { next: "default" } };
      },
    });
    const file = await planFile(opened);
    await opened.call("Write", { file_path: file, content: PLAN });
    await opened.call("ExitPlanMode", {});
    expect(asked).toMatchObject([
      {
        call: { input: { plan: PLAN, planFilePath: file } },
        form: {
          isForCall: true,
          body: [{ type: "markdown", text: PLAN }],
          fields: [{ allowsOther: true, choices: [{ value: "acceptEdits" }, { value: "default" }, { value: "plan" }] }],
        },
      },
    ]);
    expect(permissions.mode(opened.session)).toBe("default");
  });

  it("that is not wanted yet leaves the session planning, and ends the turn", async () => {
    const { result, session } = await presented("plan");
    expect([result.outcome, textOf(result.content)]).toEqual(["denied", expect.stringContaining("keep planning")]);
    expect(permissions.mode(session)).toBe("plan");
  });

  it("that is wanted otherwise comes back with what the person said", async () => {
    const { result, session } = await presented("without a library");
    expect([result.outcome, textOf(result.content)]).toEqual([
      "denied",
      expect.stringContaining("another plan: without a library"),
    ]);
    expect(permissions.mode(session)).toBe("plan");
  });

  it("may come with the call, as models of old give it, and is kept", async () => {
    const opened = await open("plan", { answer: choosing("default") });
    const file = await planFile(opened);
    const { outcome } = await opened.call("ExitPlanMode", { plan: PLAN, planFilePath: "/elsewhere" });
    expect([outcome, await readFile(file, "utf8")]).toEqual(["ok", PLAN]);
  });

  it("that the person changes in its file while they are asked is the one that counts", async () => {
    const opened = await open("plan", {
      answer: ({ form, call }) => {
        writeFileSync((call.input as { planFilePath: string }).planFilePath, "1. Better");
        return form && { decision: "allow", values: { next: "default" } };
      },
    });
    const file = await planFile(opened);
    await opened.call("Write", { file_path: file, content: PLAN });
    const { content, data } = await opened.call("ExitPlanMode", {});
    expect([textOf(content), data]).toEqual([
      expect.stringContaining("what they want:\n\n1. Better"),
      expect.objectContaining({ plan: "1. Better" }),
    ]);
  });

  it("that is not there is asked for, and nobody is asked", async () => {
    const opened = await open("plan", { answer: () => expect.unreachable() });
    const { outcome, content } = await opened.call("ExitPlanMode", {});
    expect([outcome, textOf(content)]).toEqual(["error", expect.stringMatching(/no plan yet\. Write it to \S+\.md/)]);
  });

  it("has no place where the session is not planning", async () => {
    const opened = await open("default", { answer: () => expect.unreachable() });
    const { outcome, content } = await opened.call("ExitPlanMode", { plan: PLAN });
    expect([outcome, textOf(content)]).toEqual(["error", expect.stringContaining("not planning")]);
  });

  it("is not approved by a rule, nor by a gate that allows everything", async () => {
    const lax = definePlugin({
      name: "lax",
      setup: () => ({ taps: { toolGate: () => ({ decision: "allow" as const }) } }),
    });
    let count = 0;
    const opened = await open("plan", {
      plugins: [lax],
      settings: { permissions: { defaultMode: "plan", allow: ["ExitPlanMode"] } },
      answer: () => {
        count++;
        return { decision: "deny" };
      },
    });
    expect((await opened.call("ExitPlanMode", { plan: PLAN })).outcome).toBe("denied");
    expect(count).toBe(1);
  });

  it("is approved by a hook that changes it", async () => {
    const hook = definePlugin({
      name: "hook",
      setup: () => ({
        taps: {
          preTool: (call) => ({ ...call, input: { plan: "1. Less" } }),
          toolGate: () => ({ decision: "allow" as const }),
        },
      }),
    });
    const opened = await open("plan", { plugins: [hook], answer: () => expect.unreachable() });
    const { outcome, content, data } = await opened.call("ExitPlanMode", { plan: PLAN });
    expect([outcome, textOf(content)]).toEqual(["ok", expect.stringContaining("what they want:\n\n1. Less")]);
    expect(data).toMatchObject({ plan: "1. Less" });
    expect(permissions.mode(opened.session)).toBe("default");
  });

  it("is approved by a program that sets the mode with its yes", async () => {
    const opened = await open("plan", {
      answer: ({ call }) => {
        void permissions.setMode(opened.session, "acceptEdits");
        return { decision: "allow", input: call.input };
      },
    });
    const { outcome } = await opened.call("ExitPlanMode", { plan: PLAN });
    expect([outcome, permissions.mode(opened.session)]).toEqual(["ok", "acceptEdits"]);
  });

  it("that nobody can approve is refused with what to do", async () => {
    kernel = await createTestKernel({
      cwd: join(base, "shop"),
      plugins: [filesNode, seenFiles, settingsFiles, permitRules, permitPaths, permitModes, plugin, probe],
      settings: { permissions: { defaultMode: "plan" } },
      env: { HOME: join(base, "home") },
    });
    const { outcome, content } = await kernel.call("ExitPlanMode", { plan: PLAN });
    expect([outcome, textOf(content)]).toEqual(["denied", expect.stringContaining("Give the plan as your answer")]);
    expect(kernel.model.requests.at(-1)?.tools.map(({ name }) => name)).toEqual(["ExitPlanMode"]);
  });
});

describe("EnterPlanMode", () => {
  it("begins planning, and says where", async () => {
    const opened = await open(undefined);
    const { outcome, content } = await opened.call("EnterPlanMode", {});
    expect([outcome, textOf(content)]).toEqual([
      "ok",
      expect.stringMatching(/^You are planning.*\.claude\/plans\/\S+\.md/),
    ]);
    expect(permissions.mode(opened.session)).toBe("plan");
    expect((await opened.call("Write", { file_path: join(base, "shop/a"), content: "" })).outcome).toBe("denied");
  });

  it("lets the person go back to the mode that they had", async () => {
    const asked: Question[] = [];
    const opened = await open("bypassPermissions", {
      answer: (question) => {
        asked.push(question);
        return { decision: "allow", values: { next: "bypassPermissions" } };
      },
    });
    await opened.call("EnterPlanMode", {});
    await opened.call("ExitPlanMode", { plan: PLAN });
    expect(asked[0]?.form?.fields[0]?.choices?.[0]).toMatchObject({ value: "bypassPermissions" });
    expect(permissions.mode(opened.session)).toBe("bypassPermissions");
  });

  it("is no use where nobody is asked", async () => {
    const opened = await open("dontAsk");
    const { outcome, content } = await opened.call("EnterPlanMode", {});
    expect([outcome, textOf(content)]).toEqual(["error", expect.stringContaining("Plan by yourself")]);
    expect(permissions.mode(opened.session)).toBe("dontAsk");
  });
});

it("both tools cost at most 600 bytes", async () => {
  const opened = await open(undefined);
  await opened.run("Hello");
  const tools = opened.model.requests[0]?.tools.filter(({ name }) => name !== "Write");
  expect(tools?.map(({ name }) => name)).toEqual(["EnterPlanMode", "ExitPlanMode"]);
  expect(JSON.stringify(tools).length).toBeLessThanOrEqual(600);
});
