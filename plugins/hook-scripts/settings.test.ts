import fs from "node:fs";
import { join } from "node:path";
import {
  type Claim,
  definePlugin,
  Settings,
  type SettingsChange,
  type SettingsLayer,
  type SettingValue,
  Trust,
} from "gantry/sdk";
import { memoryFiles } from "gantry/sdk/testing";
import { describe, expect, it } from "vitest";
import execNode from "../exec-node/index.ts";
import filesNode from "../files-node/index.ts";
import { createBook } from "./book.ts";
import { createClaims } from "./claims.ts";
import hookScripts from "./index.ts";
import { claimOf } from "./read.ts";
import { deciding, fakeBash, folder, hooked, noting, shell } from "./test-kit.ts";

type Layers = { [L in SettingsLayer]?: Readonly<Record<string, unknown>> };

/** Settings that a test may change while they are in use. */
function settingsOf(layers: Layers) {
  const listeners = new Set<(change: SettingsChange) => void>();
  const reads: string[] = [];
  const settings: Settings = {
    get: () => undefined,
    layers: <T>(path: string) => {
      reads.push(path);
      return (["managed", "flag", "local", "project", "user"] as const).flatMap((layer): SettingValue<T>[] => {
        const value = layers[layer]?.[path];
        return value === undefined ? [] : [{ value: value as T, layer, source: `${layer}.json`, root: "/" }];
      });
    },
    problems: [],
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const change = (layer: SettingsLayer, content: Readonly<Record<string, unknown>>) => {
    layers[layer] = content;
    for (const listener of listeners) listener({ layer, source: `${layer}.json` });
  };
  return { settings, change, reads, listeners };
}

function bookOf(layers: Layers, { isTrusted = true, approves = (_: Claim): boolean => true } = {}) {
  const trust = { approves } as Partial<Trust> as Trust;
  const book = createBook({ settings: settingsOf(layers).settings, trust, host: { isTrusted } });
  const running = () => book.all.filter((hook) => book.whyOff(hook) === undefined).map(({ layer }) => layer);
  return { book, running };
}

const everywhere = (more: Layers = {}): Layers => {
  const layers: Layers = {};
  for (const layer of ["managed", "flag", "local", "project", "user"] as const) {
    layers[layer] = { hooks: { PreToolUse: shell(`echo ${layer}`) }, ...more[layer] };
  }
  return layers;
};

describe("the hooks of all layers", () => {
  it("stand in one order: the person's first, the administrator's last", () => {
    expect(bookOf(everywhere()).running()).toEqual(["user", "project", "local", "flag", "managed"]);
  });

  it("of the folder run neither untrusted nor unapproved", () => {
    expect(bookOf(everywhere(), { isTrusted: false }).running()).toEqual(["user", "flag", "managed"]);
    const approves = ({ text }: Claim) => text === "PreToolUse *: command echo local";
    expect(bookOf(everywhere(), { approves }).running()).toEqual(["user", "local", "flag", "managed"]);
  });

  it.each([
    ["a person switches all but the administrator's off", { user: { disableAllHooks: true } }, ["managed"]],
    ["a flag does", { flag: { disableAllHooks: true } }, ["managed"]],
    ["the administrator switches all off", { managed: { disableAllHooks: true } }, []],
    [
      "a folder switches nothing off",
      { project: { disableAllHooks: true }, local: { disableAllHooks: true, allowManagedHooksOnly: true } },
      ["user", "project", "local", "flag", "managed"],
    ],
    ["the administrator wants only their own", { managed: { allowManagedHooksOnly: true } }, ["managed"]],
    ["and says so wrongly", { managed: { allowManagedHooksOnly: "yes" } }, ["managed"]],
    ["and nobody else can", { user: { allowManagedHooksOnly: true } }, ["user", "project", "local", "flag", "managed"]],
  ])("%s", (_, more: Layers, expected) => {
    expect(bookOf(everywhere(more)).running()).toEqual(expected);
  });
});

describe("what cannot be read", () => {
  const read = (hooks: unknown) => {
    const { book } = bookOf({ user: { hooks } });
    return {
      commands: book.all.map(({ handler }) => (handler as { command?: string }).command),
      problems: book.problems,
    };
  };

  it("is left out alone, and told with what was meant", () => {
    const { commands, problems } = read({
      PreTolUse: shell("a"),
      PreToolUse: [...shell("good"), { matcher: 7, hooks: [] }, { matcher: "Bash" }, "x", ...shell("", {})],
      Stop: { hooks: [] },
      SessionStart: [
        {
          hooks: [
            { type: "prompt", prompt: "p" },
            { type: "command", command: "start" },
          ],
        },
      ],
      Notification: [{ hooks: [{ type: "agent", prompt: "p" }, { type: "video" }] }],
    });
    expect(commands).toEqual(["good", "start"]);
    expect(problems).toEqual([
      'user.json: there is no hook event "PreTolUse", so its hooks do not run. Did you mean "PreToolUse"?',
      "user.json: hooks.PreToolUse[1]: its matcher is no text, so it does not count.",
      'user.json: hooks.PreToolUse[2]: it has no list "hooks", so it does not count.',
      "user.json: hooks.PreToolUse[3]: it is no object, so it does not count.",
      expect.stringContaining('user.json: hooks.PreToolUse[4]: hooks[0] does not count: "command":'),
      "user.json: hooks.Stop is no list, so it does not count.",
      expect.stringContaining('hooks.SessionStart[0]: hooks[0] does not count: a hook of the type "prompt"'),
      expect.stringContaining('hooks.Notification[0]: hooks[0] does not count: a hook of the type "agent"'),
      expect.stringContaining("hooks.Notification[0]: hooks[1] does not count:"),
    ]);
  });

  it("a known event that nobody fires yet is no problem", () => {
    expect(read({ SubagentStop: shell("a"), WorktreeCreate: shell("b") })).toEqual({
      commands: ["a", "b"],
      problems: [],
    });
  });

  it("a list in place of the object counts where its entries name an event", () => {
    const { commands, problems } = read([
      { event: "PreToolUse", matcher: "Bash", hooks: [{ type: "command", command: "one" }] },
      { hook_event_name: "Stop", command: "two" },
      { matcher: "Bash", hooks: [{ type: "command", command: "three" }] },
    ]);
    expect(commands).toEqual(["one", "two"]);
    expect(problems).toEqual([expect.stringContaining("names no event")]);
  });

  it("keys of others are let be, and a hook may stand in place of its group", () => {
    const { commands, problems } = read({
      PostToolUse: [
        { matcher: "Edit", description: "d", hooks: [{ command: "old", continueOnError: true, timeout: 5 }] },
      ],
      Stop: [{ type: "command", command: "bare" }],
    });
    expect([commands, problems]).toEqual([["old", "bare"], []]);
  });

  it("a permission rule in place of a matcher, and a broken expression, are told", () => {
    const { problems } = read({
      PreToolUse: [...shell("a", { matcher: "Bash(git commit:*)" }), ...shell("b", { matcher: "(" })],
      Stop: shell("c", { if: "Bash(ls)" }),
    });
    expect(problems).toEqual([
      expect.stringContaining('"if": "Bash(git commit:*)"'),
      expect.stringContaining('its matcher "(" matches nothing'),
      expect.stringContaining("never runs on Stop"),
    ]);
  });
});

describe("the same hook in several places", () => {
  it("runs once, as the administrator's", async () => {
    const cwd = folder();
    const bash = fakeBash();
    const one = shell("echo x >> count", { timeout: 5 });
    const two = shell("echo y >> count");
    const { settings } = settingsOf({
      managed: { hooks: { PreToolUse: one } },
      user: { hooks: { PreToolUse: [...one, ...one, ...two] } },
    });
    const kernel = await kernelOn(settings, bash.plugin, { cwd });
    await kernel.call("Bash", { command: "ls" });
    expect(fs.readFileSync(join(cwd, "count"), "utf8").split("\n").sort()).toEqual(["", "x", "y"]);
  });
});

describe("settings that change while a session runs", () => {
  it("count from the next call on, and are read once in between", async () => {
    const bash = fakeBash();
    const { settings, change, reads } = settingsOf({ user: { hooks: { PreToolUse: shell(deciding("deny")) } } });
    const kernel = await kernelOn(settings, bash.plugin);
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("denied");
    const before = reads.length;
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("denied");
    expect(reads).toHaveLength(before);
    change("user", { hooks: {} });
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("ok");
  });

  it("are told to ConfigChange hooks and to the person where they are wrong", async () => {
    const cwd = folder();
    const { settings, change } = settingsOf({});
    const kernel = await kernelOn(settings, fakeBash().plugin, { cwd });
    change("user", {
      hooks: { Stopp: [], ConfigChange: shell("cat > change.json; echo no >&2; exit 2", { matcher: "user_settings" }) },
    });
    const objection = () => kernel.notices.find((text) => text.includes("objects to the change"));
    while (!objection()) await new Promise((resolve) => setImmediate(resolve));
    expect(JSON.parse(fs.readFileSync(join(cwd, "change.json"), "utf8"))).toMatchObject({
      hook_event_name: "ConfigChange",
      source: "user_settings",
      file_path: "user.json",
    });
    expect(kernel.notices.join()).toContain('Did you mean "Stop"?');
  });

  it("are told of once, whatever else changes", async () => {
    const { settings, change } = settingsOf({ user: { hooks: { Stopp: [] } } });
    const kernel = await kernelOn(settings, fakeBash().plugin);
    change("local", { permissions: { allow: ["Edit"] } });
    change("user", { hooks: { Stopp: [], Stoppp: [] } });
    const told = ["Stopp", "Stoppp"].map((name) => kernel.notices.filter((text) => text.includes(`"${name}"`)).length);
    expect(told).toEqual([1, 1]);
  });
});

describe("a folder that nobody trusts", () => {
  const write = (cwd: string) => {
    fs.mkdirSync(join(cwd, ".claude"));
    const hooks = { PreToolUse: shell("touch ran", { matcher: "Bash", timeout: 5 }), SessionStart: shell("touch ran") };
    fs.writeFileSync(join(cwd, ".claude/settings.json"), JSON.stringify({ hooks }));
  };

  it.each([
    ["nothing of it runs", {}, false],
    ["all of it runs once it is trusted", { GANTRY_TRUST: "1" }, true],
  ])("%s", async (_, env, runs) => {
    const cwd = folder();
    write(cwd);
    const kernel = await hooked(undefined, { plugins: [fakeBash().plugin], cwd, env });
    await kernel.call("Bash", { command: "ls" });
    expect(fs.existsSync(join(cwd, "ran"))).toBe(runs);
  });

  it("has each hook run once it is approved, and no other", async () => {
    const cwd = folder();
    const state = folder();
    write(cwd);
    const trusted = { folders: { [cwd]: { isTrusted: true, approved: [] } } };
    fs.writeFileSync(join(state, "trust.json"), JSON.stringify(trusted));
    const source = join(cwd, ".claude/settings.json");
    const approving = definePlugin({
      name: "approving",
      needs: { trust: Trust },
      commands: { approve: { description: "" } },
      setup: ({ use }) => ({
        commands: {
          approve: (text) => {
            use.trust.approve([{ kind: "hook", source, text }]);
            return "";
          },
        },
      }),
    });
    const env = { GANTRY_HOME: state };
    const kernel = await hooked(undefined, { plugins: [fakeBash().plugin, approving], cwd, env });
    const hasRun = async () => {
      await kernel.call("Bash", { command: "ls" });
      return fs.existsSync(join(cwd, "ran"));
    };
    expect(await hasRun()).toBe(false);
    expect(kernel.notices.join()).toContain(`Hooks that nobody has approved do not run: ${source}`);
    await kernel.run('/approve PreToolUse Bash: command touch ran {"timeout":6}');
    expect(await hasRun()).toBe(false);
    await kernel.run('/approve PreToolUse Bash: command touch ran {"timeout":5}');
    expect(await hasRun()).toBe(true);
  });

  it("says what it asks for, all of it, as it would run", async () => {
    const files = memoryFiles();
    const put = (name: string, content: unknown) =>
      files.write(`/repo/.claude/${name}`, new TextEncoder().encode(JSON.stringify(content)));
    await put("settings.json", {
      hooks: {
        PreToolUse: [
          { matcher: "Bash", hooks: [{ type: "command", command: "node", args: ["a b", "c"], timeout: 5 }] },
        ],
        Stop: [{ hooks: [{ type: "http", url: "https://example.com/x", headers: { a: "$B" } }] }],
      },
    });
    await put("settings.local.json", { hooks: { Stop: [{ hooks: [{ type: "prompt", prompt: "Done?" }] }] } });
    const claims = createClaims({ cwd: "/repo", claudeFolder: "/home/.claude" } as never, async () => files);
    expect(await claims()).toEqual([
      { kind: "hook", source: "/repo/.claude/settings.local.json", text: "Stop *: prompt Done?" },
      {
        kind: "hook",
        source: "/repo/.claude/settings.json",
        text: 'PreToolUse Bash: command node {"args":["a b","c"],"timeout":5}',
      },
      {
        kind: "hook",
        source: "/repo/.claude/settings.json",
        text: 'Stop *: http https://example.com/x {"headers":{"a":"$B"}}',
      },
    ]);
  });

  it("asks for nothing where its files are absent, broken, or no files", async () => {
    const files = memoryFiles();
    await files.write("/repo/.claude/settings.json", new TextEncoder().encode("{ broken"));
    const claims = createClaims({ cwd: "/repo", claudeFolder: "/home/.claude" } as never, async () => files);
    expect(await claims()).toEqual([]);
  });

  it("is asked again for another argument, matcher or time", () => {
    const texts = (hooks: unknown) => bookOf({ project: { hooks } }).book.all.map((hook) => claimOf(hook).text);
    const one = { type: "command", command: "x", args: ["a"], timeout: 1 };
    const variants = [
      one,
      { ...one, args: ["b"] },
      { ...one, timeout: 2 },
      { type: "command", command: "x a", timeout: 1 },
    ];
    const all = [
      ...texts({ PreToolUse: variants.map((hook) => ({ matcher: "Bash", hooks: [hook] })) }),
      ...texts({ PreToolUse: [{ matcher: "Edit", hooks: [one] }], PostToolUse: [{ matcher: "Bash", hooks: [one] }] }),
    ];
    expect(new Set(all).size).toBe(6);
  });

  it("runs nothing, even where settings of it come through", async () => {
    const { settings } = settingsOf({ project: { hooks: { PreToolUse: shell("exit 2") } } });
    const bash = fakeBash();
    const kernel = await kernelOn(settings, bash.plugin);
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("ok");
  });
});

async function kernelOn(
  settings: Settings,
  tool: ReturnType<typeof fakeBash>["plugin"],
  options: { cwd?: string } = {},
) {
  const { createTestKernel } = await import("gantry/sdk/testing");
  const { onTestFinished } = await import("vitest");
  const plugin = definePlugin({
    name: "settings-of-the-test",
    provides: { settings: Settings },
    setup: () => ({ services: { settings } }),
  });
  const kernel = await createTestKernel({
    plugins: [execNode, filesNode, plugin, hookScripts, tool],
    answer: "allow",
    ...options,
  });
  onTestFinished(() => kernel.close());
  return noting(kernel);
}
