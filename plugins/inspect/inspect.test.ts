import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import {
  definePlugin,
  type Exec,
  type FrontendHost,
  GantryError,
  type HostReport,
  type LeftOut,
  type SandboxState,
  type Settings,
  type SettingValue,
  z,
} from "gantry/sdk";
import { createTestKernel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import setup from "./inspect.ts";
import { nodeVersion } from "./machine.ts";

const weather = definePlugin({
  name: "weather",
  config: z.object({
    city: z.string().default("Oslo"),
    apiKey: z.string().optional(),
    limits: z.array(z.number()).default([]),
  }),
  tools: { Weather: { description: "d", input: z.object({}) } },
  taps: { preTool: { only: ["Bash"], stage: "late" }, event: true },
  setup: () => ({ tools: { Weather: () => "" }, taps: { preTool: () => {}, event: () => {} } }),
});

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "gantry-inspect-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

interface World {
  readonly sandbox?: SandboxState;
  readonly claims?: LeftOut["claims"];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly settings?: Settings;
  readonly exec?: Exec;
  readonly env?: Readonly<Record<string, string>>;
  readonly stateFolder?: string;
  /** What the report says differently. */
  readonly report?: Partial<HostReport>;
}

/** Runs a subcommand over the report of the real kernel. */
async function gantry(
  name: "plugins" | "config" | "doctor",
  args: readonly string[] = [],
  flags: Readonly<Record<string, string | boolean>> = {},
  world: World = {},
) {
  const kernel = await createTestKernel({ plugins: [weather], config: world.config ?? {} });
  try {
    const report = { ...kernel.report(), ...world.report };
    const handlers = await setup({
      use: {
        inspector: { report: () => report },
        settings: world.settings,
        exec: world.exec,
        sandbox: async () => world.sandbox && { state: async () => world.sandbox },
      },
    } as never);
    const stdout = new PassThrough();
    const host = {
      info: {
        cwd: home,
        stateFolder: world.stateFolder ?? path.join(home, "state"),
        env: world.env ?? {},
        isTrusted: false,
      },
      stdout,
      untrusted: async () => ({ isTrusted: false, isRemembered: true, claims: world.claims ?? [] }),
    } as unknown as FrontendHost;
    const outcome = await handlers.subcommands[name](args, flags, host).then(
      (exit) => ({ exit, error: undefined }),
      (error: GantryError) => ({ exit: undefined, error }),
    );
    const out = String(stdout.read() ?? "");
    return { ...outcome, out, lines: out.trimEnd().split("\n"), json: () => JSON.parse(out) };
  } finally {
    await kernel.close();
  }
}

/** Programs of this machine, as far as the checks need them. */
const exec = {
  async run({ file, args, cwd }: { file: string; args: string[]; cwd: string }) {
    const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, encoding: "utf8" });
    if (error) throw new GantryError({ code: "GANTRY_EXEC_ABSENT", message: `There is no program "${file}".` });
    return {
      exitCode: status ?? undefined,
      stdout,
      stderr,
      isTimedOut: false,
      isKilled: false,
      signal: undefined,
      ms: 1,
    };
  },
} as unknown as Exec;
const noExec = {
  run: ({ file }: { file: string }) =>
    Promise.reject(new GantryError({ code: "GANTRY_EXEC_ABSENT", message: `There is no program "${file}".` })),
} as unknown as Exec;

/** Settings whose layers are given. */
function settingsOf(layers: Record<string, readonly SettingValue<unknown>[]>, problems: Settings["problems"] = []) {
  return { layers: (key: string) => layers[key] ?? [], get: () => undefined, problems } as unknown as Settings;
}

describe("gantry plugins", () => {
  it("lists each plugin with its state, origin and additions, in columns that line up", async () => {
    const { lines, exit } = await gantry("plugins");
    expect(exit).toBe(0);
    expect(lines[0]).toMatch(/^plugin +state +from +named by +load +setup +adds$/);
    const row = lines.find((line) => line.startsWith("weather"));
    expect(row).toMatch(/ active .* [\d.]+ ms +[\d.]+ ms +tools: Weather; hooks: preTool, event$/);
    expect(row?.indexOf("active")).toBe(lines[0]?.indexOf("state"));
    expect(lines.at(-1)).toMatch(/^3 plugins, loaded in [\d.]+ ms; the host was ready after [\d.]+ ms\.$/);
  });

  it("writes JSON without the schemas", async () => {
    const { plugins } = (await gantry("plugins", [], { json: true })).json();
    expect(plugins[1]).toMatchObject({ name: "weather", contributes: { tools: ["Weather"] } });
    expect(plugins[1]).not.toHaveProperty("manifest");
  });

  it("shows the order of every hook, and why", async () => {
    const { out } = await gantry("plugins", [], { hooks: true });
    expect(out).toMatch(/^preTool\n {2}1\. {2}weather {2}only Bash {2}stage late, then plugin order$/m);
    expect(out).toMatch(/^sessionEnd\n {2}nobody$/m);
    const { preTool } = (await gantry("plugins", [], { hooks: true, json: true })).json();
    expect(preTool).toMatchObject([{ plugin: "weather", only: ["Bash"] }]);
  });

  it("refuses words it does not know", async () => {
    expect((await gantry("plugins", ["extra"])).error).toMatchObject({
      code: "GANTRY_INSPECT_WORD",
      message: expect.stringContaining('"extra"'),
    });
  });
});

describe("gantry config", () => {
  const config = { weather: { city: "Bergen\u001b[31m", apiKey: "sk-123" } };

  it("lists what is set and what could be, with its source, and conceals secrets", async () => {
    const { lines, out } = await gantry("config", [], {}, { config });
    expect(lines[0]).toMatch(/^key +value +from$/);
    expect(lines).toContainEqual(expect.stringMatching(/^weather\.city +"Bergen\\u001b\[31m" +the test$/));
    expect(lines).toContainEqual(expect.stringMatching(/^weather\.limits +\[\] +default$/));
    expect(lines).toContainEqual(expect.stringMatching(/^weather\.apiKey +"\(concealed\)" +the test$/));
    expect(out).not.toContain("sk-123");
    const unset = await gantry("config", ["weather"], {});
    expect(unset.lines).toContainEqual(expect.stringMatching(/^weather\.apiKey +\(not set\)$/));
    expect(unset.lines).toHaveLength(4);
  });

  it("says which layer's value counts", async () => {
    const why = { why: "weather.city" };
    const { lines } = await gantry("config", [], why, { config: { weather: { city: "Bergen" } } });
    expect(lines).toEqual([
      'weather.city is "Bergen"',
      '  counts      the test  "Bergen"',
      '  overridden  default   "Oslo"',
    ]);
    const { rows } = (await gantry("config", [], { ...why, json: true })).json();
    expect(rows).toEqual([{ key: "weather.city", origins: [{ value: "Oslo", from: "default" }] }]);
  });

  it("explains every key of a plugin at once", async () => {
    const { out } = await gantry("config", [], { why: "weather" });
    expect(out).toContain("weather.apiKey is not set.");
    expect(out).toContain('weather.city is "Oslo"');
  });

  it("explains settings, joined and not", async () => {
    const value = (value: unknown, layer: string, source: string) => ({ value, layer, source, root: "/" });
    const settings = settingsOf({
      "permissions.allow": [
        value(["Bash(ls)"], "local", "/w/.claude/settings.local.json"),
        value(["Read"], "user", "/home/me/.claude/settings.json"),
      ] as never,
      model: [value("big", "flag", "flag"), value("small", "user", "/home/me/.claude/settings.json")] as never,
      "env.SOME_TOKEN": [value("t-123", "user", "/home/me/.claude/settings.json")] as never,
    });
    expect((await gantry("config", [], { why: "permissions.allow" }, { settings })).lines).toEqual([
      "permissions.allow is joined from these layers, the nearest first:",
      '  counts  local: /w/.claude/settings.local.json  ["Bash(ls)"]',
      '  counts  user: /home/me/.claude/settings.json   ["Read"]',
    ]);
    expect((await gantry("config", [], { why: "model" }, { settings })).lines).toEqual([
      'model is "big"',
      expect.stringMatching(/^ {2}counts {6}flag +"big"$/),
      '  overridden  user: /home/me/.claude/settings.json  "small"',
    ]);
    expect((await gantry("config", [], { why: "env.SOME_TOKEN" }, { settings })).out).not.toContain("t-123");
  });

  it("says of a setting what is left out, where and why, without its secrets", async () => {
    const user = "/home/me/.claude/settings.json";
    const left = {
      key: "env",
      value: { SOME_TOKEN: "t-123", A: "1" },
      layer: "project",
      source: "/shop/.claude/settings.json",
      reason: "nobody may",
    } as const;
    const settings = {
      ...settingsOf({ model: [{ value: "mine", layer: "user", source: user, root: "/home/me/.claude" }] }),
      leftOut: (key: string) => (key === "env" || key === "model" ? [left] : []),
    } as Settings;
    expect((await gantry("config", [], { why: "env" }, { settings })).lines).toEqual([
      "env is not set.",
      '  env in project: /shop/.claude/settings.json is left out: {"SOME_TOKEN":"(concealed)","A":"1"}',
      "    nobody may",
    ]);
    const { lines } = await gantry("config", [], { why: "model" }, { settings });
    expect(lines.slice(0, 2)).toEqual(['model is "mine"', `  counts  user: ${user}  "mine"`]);
    const { leftOut } = (await gantry("config", [], { why: "env", json: true }, { settings })).json();
    expect(leftOut).toEqual([expect.objectContaining({ key: "env", reason: "nobody may" })]);
  });

  it.each([
    ["--why", [], { why: "weather.citty" }],
    ["a word", ["weather.citty"], {}],
  ])("suggests the nearest key for one that nobody knows, given as %s", async (_, args, flags) => {
    expect((await gantry("config", args, flags as Record<string, string>)).error).toMatchObject({
      code: "GANTRY_CONFIG_KEY",
      message: expect.stringContaining('"weather.citty"'),
      remedy: 'Did you mean "weather.city"?',
    });
  });
});

describe("gantry doctor", () => {
  it("finds nothing wrong with a sound set-up", async () => {
    const { exit, out, lines } = await gantry("doctor", [], {}, { exec });
    expect(out).not.toMatch(/^fail/m);
    expect(exit).toBe(0);
    expect(lines).toContainEqual(expect.stringMatching(/^ok +git +git version \d/));
    expect(lines).toContainEqual(expect.stringMatching(/^ok +ripgrep +ripgrep \d/));
    expect(lines).toContainEqual(expect.stringMatching(/^ok +bash +GNU bash/));
    expect(lines).toContainEqual(expect.stringMatching(/^ok +provider scripted +Scripted: can always be used\.$/));
  });

  it("names each program that does not run, and what to do", async () => {
    const { exit, lines } = await gantry("doctor", [], {}, { exec: noExec });
    expect(exit).toBe(1);
    expect(lines).toContainEqual(
      expect.stringMatching(/^warn +git +It does not run: There is no program "git"\. .*Install git\.$/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^fail +ripgrep +It does not run/));
    expect(lines).toContainEqual(expect.stringMatching(/^fail +bash +It does not run/));
    expect(lines.at(-1)).toBe("2 to be put right, 1 worth knowing.");
  });

  it.each([
    ["is not mentioned where it is off", { isOn: false }, undefined],
    ["is well where it works", { isOn: true }, /^ok +sandbox +Commands are confined\.$/],
    [
      "is told of where it is missing",
      { isOn: true, problem: "Install bubblewrap." },
      /^warn +sandbox +.*unconfined\. Install/,
    ],
    [
      "fails where it has to be there",
      { isOn: true, problem: "Install it.", isRequired: true },
      /^fail +sandbox +.*No command/,
    ],
  ])("the sandbox %s", async (_, state, expected) => {
    const sandbox = { isRequired: false, mayBeLeft: true, notices: [], ...state };
    const { exit, lines } = await gantry("doctor", [], {}, { exec, sandbox });
    const told = lines.filter((line) => line.includes(" sandbox "));
    expect(told).toEqual(expected ? [expect.stringMatching(expected)] : []);
    expect(exit).toBe(sandbox.isRequired ? 1 : 0);
  });

  it("fails when the state folder cannot be written", async () => {
    const file = path.join(home, "a-file");
    await writeFile(file, "");
    await chmod(file, 0o400);
    const { exit, json } = await gantry("doctor", [], { json: true }, { exec, stateFolder: path.join(file, "state") });
    expect(exit).toBe(1);
    expect(json().isWell).toBe(false);
    expect(json().checks).toContainEqual(
      expect.objectContaining({ name: "state folder", state: "fail", remedy: expect.stringContaining("GANTRY_HOME") }),
    );
  });

  it("leaves nothing behind in the state folder", async () => {
    const { json } = await gantry("doctor", [], { json: true }, { exec, stateFolder: home });
    expect(json().checks).toContainEqual(expect.objectContaining({ name: "state folder", state: "ok" }));
    const { readdir } = await import("node:fs/promises");
    expect(await readdir(home)).toEqual([]);
  });

  it("tells of problems in the configuration and the settings, of failed plugins and of trust", async () => {
    const kernel = await createTestKernel({ plugins: [weather] });
    const [, plugin] = kernel.report().plugins;
    await kernel.close();
    const { exit, lines } = await gantry(
      "doctor",
      [],
      {},
      {
        exec,
        claims: [{ kind: "plugin", source: "/w/.gantry/plugins/p.ts", text: "p.ts", state: "new" }],
        settings: settingsOf({}, [{ level: "warning", text: "settings.json: model is no text\u001b[2J" }]),
        report: {
          notices: [
            { level: "error", text: "The configuration is broken." },
            { level: "info", text: "By the way." },
          ],
          plugins: [{ ...(plugin as never as object), state: "failed", from: "/w/p.ts" } as never],
        },
      },
    );
    expect(exit).toBe(1);
    expect(lines).toContainEqual(expect.stringMatching(/^fail +configuration +The configuration is broken\./));
    expect(lines).toContainEqual(
      expect.stringMatching(/^warn +configuration +settings\.json: model is no text<U\+001B>\[2J/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^fail +plugins +weather \(\/w\/p\.ts\) .*"-weather"/));
    expect(lines).toContainEqual(expect.stringMatching(/^warn +trust .*not trusted.*: 1 plugin\. .*--trust/));
    expect(lines).toContainEqual(expect.stringMatching(/^fail +providers +No plugin provides a model/));
    expect(lines.join()).not.toContain("By the way");
  });

  it("says of each provider whether it can be used, and what it wants", async () => {
    const provider = (name: string, usable: object | string, setup?: string) => ({
      name,
      state: "declared",
      contributes: {},
      manifest: { name, providers: { [name]: { title: name.toUpperCase(), usable, setup } } },
    });
    const report = {
      plugins: [
        provider("cloud", { env: ["CLOUD_KEY", "CLOUD_TOKEN"] }, "Set CLOUD_KEY."),
        provider("local", { env: ["LOCAL_URL"], probe: true }),
        provider("replay", "named"),
      ] as never,
    };
    const without = (await gantry("doctor", [], {}, { exec, report })).lines;
    expect(without).toContainEqual(
      expect.stringMatching(
        /^warn +provider cloud +CLOUD: cannot be used, CLOUD_KEY, CLOUD_TOKEN not set\. Set CLOUD_KEY\.$/,
      ),
    );
    expect(without).toContainEqual(
      expect.stringMatching(/^ok +provider local +LOCAL: LOCAL_URL not set; a local server/),
    );
    expect(without).toContainEqual(expect.stringMatching(/^ok +provider replay +REPLAY: is used when it is named\.$/));
    const ready = (await gantry("doctor", [], {}, { exec, report, env: { CLOUD_TOKEN: "x" } })).lines;
    expect(ready).toContainEqual(
      expect.stringMatching(/^ok +provider cloud +CLOUD: can be used, CLOUD_TOKEN is set\.$/),
    );
  });

  it.each([
    ["20.19.0", "ok"],
    ["24.1.0", "ok"],
    ["20.18.3", "fail"],
    ["18.20.0", "fail"],
  ])("judges Node %s as %s", (version, state) => {
    expect(nodeVersion(version)).toMatchObject({ state });
  });
});
