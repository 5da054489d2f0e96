import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import {
  definePlugin,
  joinVerdicts,
  NO_VERDICT,
  type PermissionMode,
  Permissions,
  type Question,
  type SettingsLayer,
  type ToolResult,
  textOf,
  type Verdict,
  z,
} from "gantry/sdk";
import { createTestKernel, type TestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import filesNode from "../files-node/index.ts";
import permitPaths from "../permit-paths/index.ts";
import permitRules from "../permit-rules/index.ts";
import permitShell from "../permit-shell/index.ts";
import sessionJsonl from "../session-jsonl/index.ts";
import settingsFiles from "../settings-files/index.ts";
import permitModes from "./index.ts";
import { modeAtStart } from "./start.ts";

const path = { input: z.object({ file_path: z.string() }), description: "A tool." };
const tools = definePlugin({
  name: "some-tools",
  tools: {
    Bash: {
      description: "Run.",
      input: z.object({ command: z.string() }),
      permission: { family: "Bash", command: "command" },
    },
    Read: { ...path, traits: { readOnly: true }, permission: { family: "Read", path: "file_path" } },
    Glob: {
      description: "Find.",
      input: z.object({ pattern: z.string(), path: z.string().optional() }),
      traits: { readOnly: true },
      permission: { family: "Read", path: "path" },
    },
    Write: { ...path, permission: { family: "Edit", path: "file_path" } },
    Upload: { ...path, permission: { family: "Upload", path: "file_path" } },
    Order: { description: "Order.", input: z.object({}) },
  },
  setup: () => {
    const run = () => "ran";
    return { tools: { Bash: run, Read: run, Glob: run, Write: run, Upload: run, Order: run } };
  },
});

let permissions: Permissions;
const probe = definePlugin({
  name: "probe",
  needs: { permissions: Permissions },
  taps: {},
  setup: ({ use }) => {
    permissions = use.permissions;
    return {};
  },
});

let base: string;
let shop: string;
let kernel: TestKernel | undefined;
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), "gantry-modes-")));
  shop = join(base, "shop");
  await mkdir(shop);
});
afterEach(async () => {
  await close();
  await rm(base, { recursive: true });
});

async function close(): Promise<void> {
  await kernel?.close();
  kernel = undefined;
}

async function open(
  mode: PermissionMode | "manual" | undefined,
  more: Partial<TestKernelOptions> & { readonly rules?: object } = {},
): Promise<TestKernel> {
  await close();
  const { rules = {}, env, ...options } = more;
  kernel = await createTestKernel({
    cwd: shop,
    plugins: [filesNode, settingsFiles, sessionJsonl, permitRules, permitShell, permitPaths, permitModes, tools, probe],
    settings: { permissions: { ...rules, ...(mode && { defaultMode: mode }) } },
    env: { HOME: join(base, "home"), IS_SANDBOX: "1", ...env },
    ...options,
  });
  return kernel;
}

function said(result: ToolResult): string {
  return result.outcome === "ok" ? "ok" : textOf(result.content);
}

async function outcome(mode: PermissionMode | undefined, tool: string, input: unknown, rules = {}): Promise<string> {
  return said(await (await open(mode, { rules })).call(tool, input));
}

const write = (mode: PermissionMode | undefined, file_path: string, rules = {}) =>
  outcome(mode, "Write", { file_path }, rules);
const read = (mode: PermissionMode | undefined, file_path: string, rules = {}) =>
  outcome(mode, "Read", { file_path }, rules);

describe("in every mode", () => {
  it("what is in the session's folders may be read", async () => {
    expect(await read(undefined, "src/a.ts")).toBe("ok");
    expect(await outcome(undefined, "Glob", { pattern: "*" })).toBe("ok");
    const { call } = await open(undefined, { folders: [base] });
    expect(said(await call("Read", { file_path: join(base, "other/a") }))).toBe("ok");
  });

  it.each(["/etc/hosts", "../other/a", "../shop2/a", "~/notes", "link/a", "src/../../other/a"])(
    "reading %s is asked for, unless a rule allows it",
    async (file_path) => {
      await symlink(base, join(shop, "link"));
      const refusal = await read(undefined, file_path);
      expect(refusal).toMatch(/lies outside the folders of this session, and nobody can be asked/);
      expect(refusal).toContain("--allowedTools");
      expect(await read(undefined, file_path, { allow: ["Read"] })).toBe("ok");
      expect(await read("plan", file_path)).not.toBe("ok");
      expect(await read("acceptEdits", file_path)).not.toBe("ok");
    },
  );

  it("outputs that the host keeps for the session may be read, and nothing else of its state", async () => {
    const { call, session } = await open(undefined);
    const state = join(base, "home/.gantry");
    const kept = (file_path: string) => call("Read", { file_path });
    expect(said(await kept(join(state, "shell", session.id, "b1.txt")))).toBe("ok");
    expect(said(await kept(join(state, "shell", "another", "b1.txt")))).not.toBe("ok");
    expect(said(await kept(join(state, "credentials.json")))).not.toBe("ok");
    expect(said(await kept(join(state, "shell", session.id, "../another/b1.txt")))).not.toBe("ok");
  });

  it.each([".git/config", ".GIT/hooks/x", ".claude/settings.json", ".mcp.json", "gantry.config.ts", "link"])(
    "writing %s is asked for, whatever rules allow",
    async (file_path) => {
      await symlink(".git/hooks/post-commit", join(shop, "link"));
      for (const mode of ["default", "acceptEdits"] as const) {
        expect(await write(mode, file_path, { allow: ["Write", "Edit(**)"] })).toContain("steers what programs run");
      }
      expect(await write("bypassPermissions", file_path)).toBe("ok");
    },
  );

  it("deny and ask rules hold", async () => {
    for (const mode of ["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"] as const) {
      for (const rules of [{ deny: ["Write"] }, { ask: ["Write"] }]) {
        expect(await write(mode, "a", rules)).not.toBe("ok");
      }
    }
  });
});

describe("the mode", () => {
  it("default asks for whatever changes something", async () => {
    for (const mode of [undefined, "default", "manual"] as const) {
      expect(await write(mode as PermissionMode, "a")).toContain("nobody can be asked");
      expect(await outcome(mode as PermissionMode, "Bash", { command: "npm ci" })).toContain("nobody can be asked");
      expect(await outcome(mode as PermissionMode, "Bash", { command: "ls" })).toBe("ok");
    }
    const asked: Question[] = [];
    const { call } = await open("default", {
      answer: (question) => {
        asked.push(question);
        return { decision: "allow" };
      },
    });
    expect(said(await call("Write", { file_path: "a" }))).toBe("ok");
    expect(asked).toHaveLength(1);
  });

  it("acceptEdits accepts edits of the session's own files, and nothing else", async () => {
    await symlink(base, join(shop, "link"));
    expect(await write("acceptEdits", "src/new/a.ts")).toBe("ok");
    expect(await write("acceptEdits", ".github/workflows/ci.yml")).toBe("ok");
    for (const elsewhere of ["/etc/hosts", "../shop2/a", "link/a", "~/a"]) {
      expect(await write("acceptEdits", elsewhere)).toContain("nobody can be asked");
    }
    expect(await outcome("acceptEdits", "Bash", { command: "npm ci" })).toContain("nobody can be asked");
    expect(await outcome("acceptEdits", "Bash", { command: "rm a && mkdir -p b/c" })).toBe("ok");
    expect(await outcome("acceptEdits", "Bash", { command: "rm ../shop2/a" })).toContain("nobody can be asked");
    expect(await outcome("acceptEdits", "Upload", { file_path: "a" })).toContain("nobody can be asked");
  });

  it("plan denies whatever may change something, whatever rules allow, and tells the model what to do", async () => {
    const rules = { allow: ["Write", "Bash", "Order"] };
    expect(await write("plan", "a", rules)).toMatch(/planning.*present the plan/);
    expect(await outcome("plan", "Bash", { command: "npm ci" }, rules)).toContain("planning");
    expect(await outcome("plan", "Bash", { command: "ls" }, rules)).toBe("ok");
    expect(await outcome("plan", "Order", {}, rules)).toContain("planning");
    expect(await read("plan", "a")).toBe("ok");
    const { call } = await open("plan", { answer: "allow" });
    expect(said(await call("Write", { file_path: "a" }))).toContain("planning");
  });

  it("dontAsk turns questions into refusals that say what would allow the call", async () => {
    const asked: Question[] = [];
    const answer = (question: Question) => {
      asked.push(question);
      return { decision: "allow" as const };
    };
    const { call } = await open("dontAsk", { answer, rules: { allow: ["Bash(ls:*)"] } });
    expect(said(await call("Bash", { command: "ls -l" }))).toBe("ok");
    expect(said(await call("Read", { file_path: "a" }))).toBe("ok");
    expect(said(await call("Bash", { command: "npm test" }))).toMatch(
      /in the mode dontAsk nobody is asked.*--allowedTools "Bash\(npm test:\*\)"/,
    );
    expect(said(await call("Read", { file_path: "/etc/hosts" }))).toContain("nobody is asked");
    expect(asked).toEqual([]);
  });

  it("bypassPermissions runs what no rule speaks against", async () => {
    expect(await outcome("bypassPermissions", "Bash", { command: "rm -rf x; $Y" })).toBe("ok");
    expect(await read("bypassPermissions", "/etc/hosts")).toBe("ok");
  });
});

describe("a session", () => {
  it("changes its mode, and remembers it when it goes on", async () => {
    const { session } = await open(undefined);
    expect(permissions.mode(session)).toBe("default");
    await permissions.setMode(session, "acceptEdits");
    expect(permissions.mode(session)).toBe("acceptEdits");
    const resumed = await open(undefined, { resume: session.id });
    expect(permissions.mode(resumed.session)).toBe("acceptEdits");
    expect(said(await resumed.call("Write", { file_path: "a" }))).toBe("ok");
    const asked = await open("plan", { resume: session.id });
    expect(permissions.mode(asked.session)).toBe("plan");
  });

  it("remembers the mode that it was started in", async () => {
    const { session } = await open("dontAsk");
    const resumed = await open(undefined, { resume: session.id });
    expect(permissions.mode(resumed.session)).toBe("dontAsk");
  });

  it.each(["bypassPermissions", "plan"] as const)("goes on in the default mode after %s", async (mode) => {
    const { session } = await open(mode);
    expect(permissions.mode(session)).toBe(mode);
    const resumed = await open(undefined, { resume: session.id });
    expect(permissions.mode(resumed.session)).toBe("default");
    expect(said(await resumed.call("Write", { file_path: "a" }))).not.toBe("ok");
  });

  it("goes on in the default mode where the one it was left in cannot be had any more, and says so", async () => {
    const { session } = await open(undefined);
    session.record("permit-modes", "mode", { mode: "auto" });
    const resumed = await open(undefined, { resume: session.id });
    expect(permissions.mode(resumed.session)).toBe("default");
    const { events } = await resumed.run("hello");
    expect(events).toContainEqual(
      expect.objectContaining({
        notice: expect.objectContaining({ text: expect.stringContaining("left in the mode auto") }),
      }),
    );
  });

  it("keeps its mode when the conversation goes back to a time when it was another", async () => {
    const { session, run } = await open("acceptEdits");
    await run("one");
    const before = session.entries.at(-1)?.uuid ?? "";
    await permissions.setMode(session, "default");
    session.rewind(before, "test");
    expect(permissions.mode(session)).toBe("default");
    // What a copy of the branch would bring along.
    const resumed = await open(undefined, { resume: session.id });
    expect(permissions.mode(resumed.session)).toBe("default");
  });

  it("does not take a forged record for leave to bypass", async () => {
    const { session } = await open(undefined);
    session.record("permit-modes", "mode", { mode: "bypassPermissions" });
    const resumed = await open(undefined, { resume: session.id });
    expect(permissions.mode(resumed.session)).toBe("default");
  });

  it("enters bypassPermissions only if that was enabled at the start", async () => {
    const first = await open(undefined);
    const enter = (session: TestKernel["session"]) => permissions.setMode(session, "bypassPermissions");
    await expect(enter(first.session)).rejects.toMatchObject({ code: "GANTRY_PERMIT_BYPASS" });
    const second = await open(undefined, { settings: { permissions: { allowDangerouslySkip: true } } });
    await enter(second.session);
    expect(said(await second.call("Order", {}))).toBe("ok");
    await expect(permissions.setMode(second.session, "auto")).rejects.toMatchObject({ code: "GANTRY_PERMIT_AUTO" });
  });
});

describe("the mode at the start", () => {
  const start = (layers: Partial<Record<SettingsLayer, Record<string, unknown>>>, env = {}, uid = 1000) =>
    modeAtStart(fakeSettings(layers), { env }, uid);

  it("is what the command line says, else what a file says, else default", () => {
    expect(start({}).mode).toBe("default");
    expect(start({ user: { defaultMode: "plan" } })).toMatchObject({ mode: "plan", isAsked: false });
    expect(start({ flag: { defaultMode: "manual" }, managed: { defaultMode: "plan" } })).toMatchObject({
      mode: "default",
      isAsked: true,
    });
    expect(start({ flag: { dangerouslySkip: true } })).toMatchObject({ mode: "bypassPermissions", isAsked: true });
  });

  it("is never bypassPermissions for root outside a sandbox", () => {
    const flag = { dangerouslySkip: true };
    expect(() => start({ flag }, {}, 0)).toThrow(expect.objectContaining({ code: "GANTRY_PERMIT_ROOT" }));
    expect(() => start({ flag }, { IS_SANDBOX: "0" }, 0)).toThrow(
      expect.objectContaining({ code: "GANTRY_PERMIT_ROOT" }),
    );
    expect(start({ flag }, { IS_SANDBOX: "1" }, 0).mode).toBe("bypassPermissions");
    const fromFile = start({ user: { defaultMode: "bypassPermissions" } }, {}, 0);
    expect(fromFile.mode).toBe("default");
    expect(fromFile.notices).toEqual([expect.stringContaining("refused for root")]);
    expect(() => fromFile.check("bypassPermissions")).toThrow(expect.objectContaining({ code: "GANTRY_PERMIT_ROOT" }));
  });

  it("is never bypassPermissions where the settings forbid it", () => {
    const managed = { disableBypassPermissionsMode: "disable" };
    expect(() => start({ managed, flag: { dangerouslySkip: true } })).toThrow(
      expect.objectContaining({ code: "GANTRY_PERMIT_DISABLED" }),
    );
  });

  it("is auto only with a classifier", () => {
    expect(() => start({ flag: { defaultMode: "auto" } })).toThrow(
      expect.objectContaining({ code: "GANTRY_PERMIT_AUTO", message: expect.stringContaining("classifier") }),
    );
    expect(start({ user: { defaultMode: "auto" } })).toMatchObject({ mode: "default" });
  });

  it("that cannot be had runs nothing", async () => {
    await expect(
      open("auto")
        .then(({ call }) => call("Write", { file_path: "a" }))
        .then(said),
    ).resolves.toMatch(/classifier/);
    kernel = undefined;
  });
});

describe("votes", () => {
  it("never loosen one another", () => {
    const rank = { none: 0, allow: 1, ask: 2, deny: 3 };
    const decision = fc.constantFrom("none", "allow", "ask", "deny");
    const verdict = fc.record({
      decision,
      remedy: fc.option(fc.string(), { nil: undefined }),
    }) as fc.Arbitrary<Verdict>;
    fc.assert(
      fc.property(fc.array(verdict), (votes) => {
        const joined = votes.reduce(joinVerdicts, NO_VERDICT);
        expect(rank[joined.decision]).toBe(Math.max(0, ...votes.map((vote) => rank[vote.decision])));
      }),
    );
  });
});

function fakeSettings(layers: Partial<Record<SettingsLayer, Record<string, unknown>>>) {
  const found = <T>(key: string, schema: z.ZodType<T>) =>
    (["managed", "flag", "local", "project", "user"] as const).flatMap((layer) => {
      const parsed = schema.optional().safeParse(layers[layer]?.[key.replace("permissions.", "")]);
      if (!parsed.success || parsed.data === undefined) return [];
      return [{ value: parsed.data as T, layer, source: layer, root: "/" }];
    });
  return {
    get: <T>(key: string, schema: z.ZodType<T>) => found(key, schema)[0]?.value,
    layers: found,
    problems: [],
    watch: () => () => undefined,
  };
}
