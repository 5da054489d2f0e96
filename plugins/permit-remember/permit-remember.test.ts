import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, type Call, definePlugin, PermissionRules, type Question, RememberedAnswers, Trust, z } from "gantry/sdk";
import { createTestKernel, type TestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import filesNode from "../files-node/index.ts";
import permitModes from "../permit-modes/index.ts";
import permitPaths from "../permit-paths/index.ts";
import permitRules from "../permit-rules/index.ts";
import permitShell from "../permit-shell/index.ts";
import sessionJsonl from "../session-jsonl/index.ts";
import settingsFiles from "../settings-files/index.ts";
import permitRemember from "./index.ts";

const tools = definePlugin({
  name: "some-tools",
  tools: {
    Bash: {
      description: "Run.",
      input: z.object({ command: z.string(), note: z.string().optional(), timeout: z.number().optional() }),
      permission: { family: "Bash", command: "command" },
    },
  },
  setup: () => ({ tools: { Bash: () => "ran" } }),
});

let remembered: RememberedAnswers;
let trust: Trust;
const probe = definePlugin({
  name: "probe",
  needs: { remembered: RememberedAnswers, rules: PermissionRules, trust: Trust },
  taps: {},
  setup: ({ use }) => {
    remembered = use.remembered;
    trust = use.trust;
    return {};
  },
});

let base: string;
let shop: string;
let local: string;
let kernel: TestKernel | undefined;
beforeEach(() => {
  base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-remember-")));
  shop = join(base, "shop");
  local = join(shop, ".claude/settings.local.json");
  fs.mkdirSync(shop);
});
afterEach(async () => {
  await close();
  fs.rmSync(base, { recursive: true });
});

async function close(): Promise<void> {
  await kernel?.close();
  kernel = undefined;
}

/** Questions are answered with no, after `asked` has had a look at them. */
async function open(more: Partial<TestKernelOptions> = {}) {
  await close();
  const questions: Question[] = [];
  kernel = await createTestKernel({
    cwd: shop,
    plugins: [
      filesNode,
      settingsFiles,
      sessionJsonl,
      permitRules,
      permitShell,
      permitModes,
      permitPaths,
      permitRemember,
      tools,
      probe,
    ],
    env: { HOME: join(base, "home"), GANTRY_TRUST: "1" },
    answer: (question) => {
      questions.push(question);
      return { decision: "deny" };
    },
    ...more,
  });
  const opened = kernel;
  const outcome = async (tool: string, input: unknown) => (await opened.call(tool, input)).outcome;
  /** The call as it was asked for. */
  const asked = async (tool: string, input: unknown): Promise<Call> => {
    expect(await outcome(tool, input)).toBe("denied");
    return questions.at(-1)?.call as Call;
  };
  return { ...opened, questions, outcome, asked };
}

const read = (file: string) => JSON.parse(fs.readFileSync(file, "utf8"));
function write(file: string, content: unknown): void {
  fs.mkdirSync(join(file, ".."), { recursive: true });
  fs.writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
}

describe("a yes for the session", () => {
  it("covers each part of a command by a rule of its own", async () => {
    const { session, asked, outcome } = await open();
    const call = await asked("Bash", { command: "npm test && ls | sort && cargo build --release" });
    expect(remembered.offer(session, call)).toMatchObject({
      rules: ["Bash(npm test:*)", "Bash(cargo build:*)"],
      covers: '"npm test", "cargo build" with any words after it',
    });
    await remembered.keep(session, call, "session");
    expect(await outcome("Bash", { command: "cargo build; npm test" })).toBe("ok");
    expect(await outcome("Bash", { command: "cargo build; npm publish" })).toBe("denied");
  });

  it("adds the rules that were offered, which hold for what they cover and nothing else", async () => {
    const { session, asked, outcome } = await open();
    const call = await asked("Bash", { command: "npm test" });
    expect(remembered.offer(session, call)).toMatchObject({ rules: ["Bash(npm test:*)"], file: local });
    await remembered.keep(session, call, "session");
    expect(await outcome("Bash", { command: "npm test -- a" })).toBe("ok");
    expect(await outcome("Bash", { command: "npm publish" })).toBe("denied");
    expect(fs.existsSync(local)).toBe(false);
  });

  it("covers this very call where no rule can be written, whatever the order of its fields", async () => {
    const { session, asked, outcome } = await open();
    const call = await asked("Bash", { command: "sudo a && sudo b", note: "x" });
    expect(remembered.offer(session, call)).toMatchObject({ rules: [], covers: expect.stringContaining("very call") });
    await remembered.keep(session, call, "session");
    expect(await outcome("Bash", { note: "x", command: "sudo a && sudo b" })).toBe("ok");
    expect(await outcome("Bash", { command: "sudo a && sudo b" })).toBe("denied");
    expect(await outcome("Bash", { command: "sudo a && sudo b ", note: "x" })).toBe("denied");
  });

  it("does not answer what a rule or another gate wants asked for", async () => {
    let isStrict = false;
    const gate = definePlugin({
      name: "gate",
      taps: { toolGate: {} },
      setup: () => ({ taps: { toolGate: () => (isStrict ? ask("it is Friday") : undefined) } }),
    });
    const { session, asked, outcome } = await open({
      plugins: [
        filesNode,
        settingsFiles,
        sessionJsonl,
        permitRules,
        permitShell,
        permitModes,
        permitPaths,
        permitRemember,
        tools,
        probe,
        gate,
      ],
    });
    const call = await asked("Bash", { command: "sudo a && sudo b" });
    await remembered.keep(session, call, "session");
    expect(await outcome("Bash", call.input)).toBe("ok");
    isStrict = true;
    expect(await outcome("Bash", call.input)).toBe("denied");
  });

  it("does not outlive an ask rule that matches the call", async () => {
    const { session, asked, outcome } = await open({ settings: { permissions: { ask: ["Bash(sudo:*)"] } } });
    const call = await asked("Bash", { command: "sudo a && sudo b" });
    await remembered.keep(session, call, "session");
    expect(await outcome("Bash", call.input)).toBe("denied");
  });

  it("is still known when the session goes on, and in no other session", async () => {
    const first = await open();
    await remembered.keep(first.session, await first.asked("Bash", { command: "npm test" }), "session");
    await remembered.keep(first.session, await first.asked("Bash", { command: "a && b" }), "session");
    const resume = first.session.id;
    const again = await open({ resume });
    expect(await again.outcome("Bash", { command: "npm test" })).toBe("ok");
    expect(await again.outcome("Bash", { command: "a && b" })).toBe("ok");
    const other = await open();
    expect(await other.outcome("Bash", { command: "npm test" })).toBe("denied");
    expect(await other.outcome("Bash", { command: "a && b" })).toBe("denied");
  });

  it("leaves nothing of the call's input in the log", async () => {
    const { session, asked } = await open();
    await remembered.keep(session, await asked("Bash", { command: "login && echo hunter2" }), "session");
    const records = session.entries.filter((entry) => entry.type === "plugin" && entry.plugin === "permit-remember");
    expect(records).toHaveLength(1);
    expect(JSON.stringify(records)).not.toContain("hunter2");
  });

  it("survives records that somebody has spoilt", async () => {
    const first = await open();
    first.session.record("permit-remember", "rules", { rules: ["Bash (ls"] });
    first.session.record("permit-remember", "rules", "garbage");
    first.session.record("permit-remember", "call", { key: 7 });
    await remembered.keep(first.session, await first.asked("Bash", { command: "npm test" }), "session");
    const again = await open({ resume: first.session.id });
    expect(await again.outcome("Bash", { command: "npm test" })).toBe("ok");
  });
});

describe("a yes for good", () => {
  it("writes the rules to the folder's own settings, keeps what is there, and approves them", async () => {
    write(local, '{\n\t"theme": "dark",\n\t"permissions": { "deny": ["Bash(rm:*)"], "allow": ["Edit"] }\n}');
    const { session, asked, outcome } = await open();
    const approve = vi.spyOn(trust, "approve");
    await remembered.keep(session, await asked("Bash", { command: "npm test" }), "always");
    expect(read(local)).toEqual({
      theme: "dark",
      permissions: { deny: ["Bash(rm:*)"], allow: ["Edit", "Bash(npm test:*)"] },
    });
    expect(fs.readFileSync(local, "utf8")).toMatch(/^\{\n {2}"theme"/);
    expect(approve.mock.calls).toEqual([[[{ kind: "allow rule", source: local, text: "Bash(npm test:*)" }]]]);
    expect(await outcome("Bash", { command: "npm test" })).toBe("ok");
    const other = await open();
    expect(await other.outcome("Bash", { command: "npm test" })).toBe("ok");
  });

  it("makes the file where there is none, for the person alone, and leaves no temporary file", async () => {
    const { session, asked } = await open();
    await remembered.keep(session, await asked("Bash", { command: "npm test" }), "always");
    await remembered.keep(session, await asked("Bash", { command: "git push" }), "always");
    expect(read(local)).toEqual({ permissions: { allow: ["Bash(npm test:*)", "Bash(git push:*)"] } });
    expect(fs.readdirSync(join(shop, ".claude"))).toEqual(["settings.local.json"]);
    expect(fs.statSync(local).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["that is no JSON", "{ not json", "GANTRY_SETTINGS_UNREADABLE"],
    ["with a key twice", '{"a":1,"a":2}', "GANTRY_SETTINGS_UNREADABLE"],
    ["that is a list", "[]", "GANTRY_SETTINGS_UNREADABLE"],
    ["whose permissions are no object", '{"permissions":"all"}', "GANTRY_PERMIT_FILE_SHAPE"],
    ["whose rules are no list", '{"permissions":{"allow":"Bash"}}', "GANTRY_PERMIT_FILE_SHAPE"],
  ])("refuses a file %s and loses nothing of it", async (_, text, code) => {
    const { session, asked, outcome } = await open({ env: { HOME: join(base, "home") } });
    const call = await asked("Bash", { command: "npm test" });
    write(local, text);
    await expect(remembered.keep(session, call, "always")).rejects.toMatchObject({ code });
    expect(fs.readFileSync(local, "utf8")).toBe(text);
    expect(await outcome("Bash", { command: "npm test" })).toBe("denied");
  });

  const linkFile = (elsewhere: string) => fs.symlinkSync(elsewhere, local);
  const linkFolder = (elsewhere: string) => {
    fs.rmdirSync(join(shop, ".claude"));
    fs.symlinkSync(join(elsewhere, ".."), join(shop, ".claude"));
  };
  it.each([
    ["the file", "{}", linkFile, "GANTRY_SETTINGS_OUTSIDE"],
    ["the file to nothing", undefined, linkFile, "GANTRY_SETTINGS_UNSAVED"],
    ["the folder", "{}", linkFolder, "GANTRY_SETTINGS_OUTSIDE"],
    ["the folder to nothing", undefined, linkFolder, "GANTRY_SETTINGS_OUTSIDE"],
  ])("does not follow %s out of the folder by a link of the repository", async (_, text, link, code) => {
    const elsewhere = join(base, "home/.claude/settings.local.json");
    fs.mkdirSync(join(elsewhere, ".."), { recursive: true });
    fs.mkdirSync(join(shop, ".claude"));
    if (text !== undefined) fs.writeFileSync(elsewhere, text);
    link(elsewhere);
    const { session, asked } = await open();
    const call = await asked("Bash", { command: "npm test" });
    await expect(remembered.keep(session, call, "always")).rejects.toMatchObject({ code });
    expect(fs.existsSync(elsewhere) ? fs.readFileSync(elsewhere, "utf8") : undefined).toBe(text);
  });

  it("is refused where no rule covers just the call", async () => {
    const { session, asked } = await open();
    const call = await asked("Bash", { command: "a && b" });
    await expect(remembered.keep(session, call, "always")).rejects.toMatchObject({ code: "GANTRY_PERMIT_KEEP" });
  });

  it("keeps every one of several answers given at once", async () => {
    const { session, asked } = await open();
    const words = ["a", "b", "c", "d"];
    const calls = [];
    for (const word of words) calls.push(await asked("Bash", { command: `npm run ${word}` }));
    await Promise.all(calls.map((call) => remembered.keep(session, call, "always")));
    // Whose turn it is first is nobody's concern.
    expect(read(local).permissions.allow.sort()).toEqual(words.map((word) => `Bash(npm run ${word}:*)`));
  });
});

describe("rules that programs write", () => {
  it("go to the file of their destination, and are taken away again", async () => {
    const { session, outcome } = await open();
    const user = join(base, "home/.claude/settings.json");
    const rules = ["Bash(npm test:*)"];
    await remembered.write(session, { behavior: "allow", rules, destination: "user" });
    await remembered.write(session, { behavior: "deny", rules: ["Bash(rm:*)"], destination: "project" });
    expect(read(user)).toEqual({ permissions: { allow: rules } });
    expect(read(join(shop, ".claude/settings.json"))).toEqual({ permissions: { deny: ["Bash(rm:*)"] } });
    expect(await outcome("Bash", { command: "npm test" })).toBe("ok");
    await remembered.write(session, { behavior: "allow", rules, destination: "user", isRemoval: true });
    expect(read(user)).toEqual({ permissions: { allow: [] } });
    await remembered.write(session, { behavior: "ask", rules, destination: "local", isRemoval: true });
    expect(fs.existsSync(local)).toBe(false);
  });

  it("for the session allow, and never pretend to do more", async () => {
    const { session, outcome } = await open();
    const rules = ["Bash(npm test:*)"];
    await remembered.write(session, { behavior: "allow", rules, destination: "session" });
    expect(await outcome("Bash", { command: "npm test" })).toBe("ok");
    const code = "GANTRY_PERMIT_SESSION_RULE";
    const forSession = { rules, destination: "session" } as const;
    await expect(remembered.write(session, { ...forSession, behavior: "deny" })).rejects.toMatchObject({ code });
    await expect(
      remembered.write(session, { ...forSession, behavior: "allow", isRemoval: true }),
    ).rejects.toMatchObject({ code });
  });

  it.each(["", "Bash(", "Bash()", "Bash(:*)", "rm -rf", "Bash(ls\nx)", "Bash(ls\u202e)"])(
    "are refused as a whole when one is no rule: %j",
    async (rule) => {
      const { session } = await open();
      const change = { behavior: "deny", rules: ["Edit", rule], destination: "local" } as const;
      await expect(remembered.write(session, change)).rejects.toMatchObject({ code: "GANTRY_PERMIT_RULE_SHAPE" });
      expect(fs.existsSync(local)).toBe(false);
    },
  );
});

describe("a call that cannot be told from others", () => {
  it("is offered nothing", async () => {
    const { session } = await open();
    const tool = { name: "Send", owner: "some-tools" };
    const call = { id: "1", tool, input: { at: new Date(0), to: "x" }, origin: "model" } as unknown as Call;
    const bash = { ...call, tool: { ...tool, name: "Bash", permission: { family: "Bash", command: "to" } } } as Call;
    expect(remembered.offer(session, bash)).toBeUndefined();
    await expect(remembered.keep(session, bash, "session")).rejects.toMatchObject({ code: "GANTRY_PERMIT_KEEP" });
  });
});
