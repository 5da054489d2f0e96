import fs from "node:fs";
import fc from "fast-check";
import { definePlugin, type JsonObject, type Settings, z } from "gantry/sdk";
import { createTestKernel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import filesNode from "../files-node/index.ts";
import permitModes from "../permit-modes/index.ts";
import permitRules from "../permit-rules/index.ts";
import { at, makeFolder, open, path, removeFolder, setUp, type Where, write } from "./fixtures/place.ts";
import { settingsFiles } from "./index.ts";
import { settingsFrom } from "./settings-files.ts";

const strings = z.array(z.string());
const anything = z.unknown();

beforeEach(makeFolder);
afterEach(removeFolder);

describe("the administrator's further files", () => {
  it("come nearer the later their names stand in the alphabet, all nearer than the first file", () => {
    write("managed", { model: "base", theme: "base", language: "base", permissions: { deny: ["Base"] } });
    write("managed/managed-settings.d/10-b.json", { model: "ten", theme: "ten", permissions: { deny: ["Ten"] } });
    write("managed/managed-settings.d/20-a.json", { model: "twenty", permissions: { deny: ["Twenty"] } });
    write("managed/managed-settings.d/.99-hidden.json", { model: "hidden" });
    write("managed/managed-settings.d/99-notes.txt", "no settings");
    const settings = setUp({ flagSettings: { model: "flag" } });
    expect(["model", "theme", "language"].map((key) => settings.get(key, z.string()))).toEqual([
      "twenty",
      "ten",
      "base",
    ]);
    expect(settings.get("permissions.deny", strings)).toEqual(["Twenty", "Ten", "Base"]);
    expect(settings.layers("model", z.string()).map(({ layer, root }) => [layer, root])).toEqual([
      ["managed", at("managed")],
      ["managed", at("managed")],
      ["managed", at("managed")],
      ["flag", at("shop")],
    ]);
    expect(settings.problems).toEqual([]);
  });

  it("are told of alone when broken, and the others stay in force", () => {
    write("managed", { permissions: { deny: ["Base"] } });
    write("managed/managed-settings.d/10.json", '{"permissions":\n  oops}');
    write("managed/managed-settings.d/20.json", { permissions: { deny: ["Twenty"] } });
    const { settings, problems } = open();
    expect(settings.get("permissions.deny", strings)).toEqual(["Twenty", "Base"]);
    expect(problems()).toEqual([expect.stringMatching(/10\.json cannot be read: line 2, column 3.*forbidden/)]);
  });
});

describe("while a file of the administrator cannot be read", () => {
  const breaking: readonly [string, () => void][] = [
    ["that is broken", () => write("managed", "{")],
    ["that is a folder", () => fs.mkdirSync(path("managed"), { recursive: true })],
    ["among the further ones", () => write("managed/managed-settings.d/1.json", "[]")],
    ["since the folder of the further ones is none", () => write("managed/managed-settings.d" as Where, "")],
    ["that has no list where it denies", () => write("managed", { permissions: { deny: { Bash: true } } })],
    ["whose permissions are no object", () => write("managed", { permissions: ["Bash"] })],
    ["whose sandbox is no object", () => write("managed", { sandbox: true })],
  ];

  it.each(breaking)("(one %s) bypassing is forbidden, and a folder may only forbid", (_, spoil) => {
    spoil();
    write("project", { permissions: { allow: ["Bash"], deny: ["Edit"] }, model: "theirs" });
    write("user", { permissions: { allow: ["Read"] }, theme: "mine" });
    const { settings, problems } = open();
    const forbids = settings.layers("permissions.disableBypassPermissionsMode", anything);
    expect(forbids.map(({ layer, value }) => [layer, value])).toEqual([["managed", "disable"]]);
    expect(settings.get("disableAutoMode", anything)).toBe("disable");
    expect(settings.get("permissions.allow", strings)).toEqual(["Read"]);
    expect(settings.get("permissions.deny", strings)).toEqual(["Edit"]);
    expect(settings.get("model", anything)).toBeUndefined();
    expect(settings.get("theme", anything)).toBe("mine");
    expect(problems()).toContainEqual(expect.stringContaining("bypassPermissions and auto are forbidden"));
    expect(problems()).toContainEqual(expect.stringContaining("until the administrator's settings can be read"));
  });

  it("another of their files cannot take that back", () => {
    write("managed/managed-settings.d/2.json", { permissions: { disableBypassPermissionsMode: false } });
    write("managed", "{");
    expect(setUp().get("permissions.disableBypassPermissionsMode", anything)).toBe("disable");
  });
});

describe("a malformed value of the administrator counts as the stricter one", () => {
  it.each([
    ["allowManagedHooksOnly", "yes", true],
    ["allowManagedPermissionRulesOnly", 1, true],
    ["sandbox.enabled", "on", true],
    ["sandbox.allowUnsandboxedCommands", "no", false],
    ["permissions.disableBypassPermissionsMode", "disabled", "disable"],
    ["disableAutoMode", 7, "disable"],
    ["permissions.defaultMode", "bold", "default"],
    ["permissions.deny", "Bash", ["Bash"]],
    ["availableModels", "opus", []],
    ["allowedMcpServers", { a: 1 }, []],
    ["strictKnownMarketplaces", "none", []],
    ["strictPluginOnlyCustomization", "all", true],
    ["forceLoginOrgUUID", 5, []],
  ])("%s: %j", (key, value, expected) => {
    write("managed", nest(key, value));
    write("user", nest(key, expected === true ? false : ["mine"]));
    const { settings, problems } = open();
    expect(settings.layers(key, anything)[0]).toMatchObject({ layer: "managed", value: expected });
    const told = /managed-settings\.json, line 1, column \d+: .*has no meaning and counts as/;
    expect(problems()).toContainEqual(expect.stringMatching(told));
  });

  it("also where only its reader can tell", () => {
    write("managed", { availableModels: [5, "good"], allowedMcpServers: [{ serverName: 5 }], fallbackModel: ["a"] });
    write("user", { allowedMcpServers: [{ serverName: "mine" }], fallbackModel: ["b"] });
    const { settings, problems } = open();
    expect(settings.get("availableModels", strings)).toEqual(["good"]);
    expect(settings.get("allowedMcpServers", z.array(z.object({ serverName: z.string() })))).toEqual([]);
    const picky = strings.refine((list) => !list.includes("good"), "not good");
    expect(settings.get("availableModels", picky)).toEqual([]);
    expect(settings.get("fallbackModel", picky)).toEqual(["a", "b"]);
    expect(problems()[0]).toContain('"availableModels.0" does not count');
    expect(problems().at(-1)).toContain('"availableModels" counts as []: not good.');
  });
});

describe("what the administrator keeps to themselves", () => {
  it.each([
    ["sandbox.excludedCommands", ["git"], ["rm"]],
    ["sandbox.network.allowedDomains", ["a.org"], ["evil.org"]],
    ["sandbox.filesystem.allowWrite", [], ["/"]],
    ["permissions.additionalDirectories", ["/srv"], ["/"]],
    ["allowedHttpHookUrls", ["https://a.org/*"], ["*"]],
    ["availableModels", ["opus"], ["any"]],
    ["allowedMcpServers", [], [{ serverName: "mine" }]],
  ])("%s is theirs alone once they have it", (key, theirs, mine) => {
    write("user", nest(key, mine));
    expect(setUp().get(key, anything)).toEqual(mine);
    write("managed", nest(key, theirs));
    const { settings, problems } = open({ flagSettings: nest(key, mine) });
    expect(settings.get(key, anything)).toEqual(theirs);
    expect(problems()).toHaveLength(2);
    expect(problems()[1]).toContain(`${path("user")}, line 1`);
    expect(problems()[1]).toContain("the administrator has set it");
  });

  it("lists that forbid are joined all the same", () => {
    write("managed", { permissions: { deny: ["A"], ask: ["B"] }, deniedMcpServers: [1] });
    write("project", { permissions: { deny: ["C"], ask: ["D"] }, deniedMcpServers: [2] });
    const settings = setUp();
    expect(settings.get("permissions.deny", strings)).toEqual(["A", "C"]);
    expect(settings.get("permissions.ask", strings)).toEqual(["B", "D"]);
    expect(settings.get("deniedMcpServers", anything)).toEqual([1, 2]);
  });

  it("with allowManagedPermissionRulesOnly no other rule allows, and every rule that forbids holds", () => {
    const rules = (name: string) => ({ permissions: { allow: [name], ask: [name], deny: [name] } });
    write("managed", { ...rules("managed"), allowManagedPermissionRulesOnly: true });
    for (const where of ["local", "project", "user"] as const) write(where, rules(where));
    const { settings, problems } = open({ flagSettings: rules("flag") });
    expect(settings.get("permissions.allow", strings)).toEqual(["managed"]);
    expect(settings.get("permissions.ask", strings)).toHaveLength(5);
    expect(settings.get("permissions.deny", strings)).toHaveLength(5);
    expect(problems()).toHaveLength(4);
    expect(problems()[0]).toBe(
      'the command line: "permissions.allow" does not count there: only the administrator\'s count (allowManagedPermissionRulesOnly).',
    );
  });

  it("with allowManagedHooksOnly no hook of another layer counts", () => {
    write("managed", { allowManagedHooksOnly: true });
    for (const where of ["local", "project", "user"] as const) write(where, { hooks: { Stop: [] } });
    expect(setUp({ flagSettings: { hooks: { Stop: [] } } }).get("hooks", anything)).toBeUndefined();
  });

  it("with allowManagedDomainsOnly nobody else names domains, even if they name none", () => {
    write("managed", { sandbox: { network: { allowManagedDomainsOnly: true } } });
    write("user", { sandbox: { network: { allowedDomains: ["a.org"], deniedDomains: ["b.org"] } } });
    const settings = setUp();
    expect(settings.get("sandbox.network.allowedDomains", anything)).toBeUndefined();
    expect(settings.get("sandbox.network", anything)).toEqual({
      allowManagedDomainsOnly: true,
      deniedDomains: ["b.org"],
    });
  });

  it.each(["local", "project", "user", "other"] as const)(
    "keys that only they can set are passed over in %s",
    (where) => {
      write(where, { allowManagedHooksOnly: true, sandbox: { bwrapPath: "/x" }, hooks: { Stop: [] } });
      const { settings, problems } = open(where === "other" ? { flagSettings: { settings: path("other") } } : {});
      expect(settings.get("allowManagedHooksOnly", anything)).toBeUndefined();
      expect(settings.get("sandbox.bwrapPath", anything)).toBeUndefined();
      expect(settings.get("hooks", anything)).toEqual({ Stop: [] });
      expect(problems()[0]).toContain(`${path(where)}, line 1, column 2: "allowManagedHooksOnly" does not count there`);
    },
  );

  it("can be asked for: what is left out where, and why", () => {
    write("managed", { allowManagedPermissionRulesOnly: true });
    write("project", { env: { A: "1" } });
    write("user", { permissions: { allow: ["Bash"] } });
    const settings = setUp();
    const rule = { key: "permissions.allow", value: ["Bash"], layer: "user", source: path("user") };
    expect(settings.leftOut?.("permissions")).toEqual([expect.objectContaining(rule)]);
    expect(settings.leftOut?.("env.A")).toEqual([expect.objectContaining({ key: "env", source: path("project") })]);
    expect(settings.leftOut?.("env.B")).toEqual([]);
  });
});

describe("whoever goes by the settings", () => {
  const tool = { description: "Do.", input: z.object({}) };
  const tools = definePlugin({
    name: "some-tools",
    tools: { Mend: tool, Break: tool },
    setup: () => ({ tools: { Mend: () => "ok", Break: () => "ok" } }),
  });

  /** The outcome of a call of each tool, in a real session. */
  async function outcomes(settings: JsonObject) {
    const plugins = [tools, filesNode, permitRules, permitModes];
    const kernel = await createTestKernel({
      cwd: at(),
      env: { HOME: at("home"), IS_SANDBOX: "1" },
      settings,
      plugins: [...plugins, definePlugin(settingsFiles, settingsFrom(path("managed")))],
    });
    const calls = ["Mend", "Break"].map((name) => ({ calls: [{ name, input: {} }] }));
    kernel.model.push(...calls, { text: "Done." });
    const { results } = await kernel.run("go");
    await kernel.close();
    return results.map(({ outcome }) => outcome);
  }

  it("enters no mode that asks nobody while the administrator's file is broken", async () => {
    const bypass = { permissions: { dangerouslySkip: true } };
    expect(await outcomes(bypass)).toEqual(["ok", "ok"]);
    write("managed", "{");
    expect(await outcomes(bypass)).toEqual(["denied", "denied"]);
  });

  it("is not talked into a call by --allowedTools where only the administrator's rules count", async () => {
    const flags = { permissions: { allow: ["Break"] } };
    write("managed", { permissions: { allow: ["Mend"] } });
    expect(await outcomes(flags)).toEqual(["ok", "ok"]);
    write("managed", { allowManagedPermissionRulesOnly: true, permissions: { allow: ["Mend"] } });
    expect(await outcomes(flags)).toEqual(["ok", "denied"]);
  });
});

describe("no layer loosens what the administrator says", () => {
  const LISTS = [
    "permissions.deny",
    "permissions.ask",
    "permissions.allow",
    "permissions.additionalDirectories",
    "sandbox.excludedCommands",
    "sandbox.network.allowedDomains",
    "sandbox.network.deniedDomains",
    "sandbox.filesystem.allowWrite",
    "sandbox.filesystem.denyRead",
    "availableModels",
    "allowedMcpServers",
    "allowedHttpHookUrls",
    "httpHookAllowedEnvVars",
    "deniedMcpServers",
  ];
  const DENIALS = LISTS.filter((key) => /deny|ask|denied/.test(key));
  const SWITCHES = [
    "permissions.disableBypassPermissionsMode",
    "disableAutoMode",
    "permissions.blockReadsOutsideWorkingDirectories",
    "sandbox.enabled",
    "sandbox.allowUnsandboxedCommands",
    "allowManagedPermissionRulesOnly",
    "allowManagedHooksOnly",
    "sandbox.network.allowManagedDomainsOnly",
    "skipDangerousModePermissionPrompt",
  ];
  const word = fc.constantFrom("Bash", "Edit", "*", "a.org", "/");
  const list = fc.oneof(
    { weight: 4, arbitrary: fc.array(word, { maxLength: 2 }) },
    fc.constantFrom("Bash", 5, null, {}),
  );
  const toggle = fc.constantFrom<unknown>(true, false, "disable", "enable", "bypassPermissions", 0, null, []);
  const entry = fc.oneof(
    fc.tuple(fc.constantFrom(...LISTS), list),
    fc.tuple(fc.constantFrom(...SWITCHES), toggle),
    fc.tuple(
      fc.constantFrom("permissions", "sandbox", "sandbox.network", "hooks"),
      fc.constantFrom<unknown>({}, [], 1),
    ),
  );
  const file = fc
    .array(entry, { maxLength: 8 })
    .map((entries) => entries.reduce<JsonObject>((content, [key, value]) => put(content, key.split("."), value), {}));
  const lower = fc.record({ local: file, project: file, user: file, flag: file, isTrusted: fc.boolean() });

  it("whatever it holds", () => {
    fc.assert(
      fc.property(file, fc.option(fc.oneof(file, fc.constant("{"))), lower, (managed, further, others) => {
        fs.rmSync(at("shop"), { recursive: true, force: true });
        fs.rmSync(at("home"), { recursive: true, force: true });
        fs.rmSync(at("managed"), { recursive: true, force: true });
        write("managed", managed);
        if (further !== null) write("managed/managed-settings.d/1.json", further);
        const alone = setUp();
        const of = (settings: Settings, key: string) => settings.layers(key, anything);
        const before = new Map([...LISTS, ...SWITCHES, "hooks"].map((key) => [key, of(alone, key)]));
        const modes = alone.get("permissions.disableBypassPermissionsMode", anything);
        const isOn = (key: string) => before.get(key)?.some(({ value }) => value === true);

        for (const where of ["local", "project", "user"] as const) write(where, others[where]);
        const joined = setUp({ flagSettings: others.flag, isTrusted: others.isTrusted });
        const theirs = (key: string) => of(joined, key).filter(({ layer }) => layer === "managed");

        for (const [key, values] of before) expect(theirs(key)).toEqual(values);
        for (const key of SWITCHES) {
          if (before.get(key)?.length) expect(joined.get(key, anything)).toEqual(alone.get(key, anything));
        }
        expect([undefined, modes]).toContain(modes && joined.get("permissions.disableBypassPermissionsMode", anything));
        for (const key of DENIALS) {
          expect(joined.get(key, anything) ?? []).toEqual(
            expect.arrayContaining((alone.get(key, anything) ?? []) as []),
          );
        }
        for (const key of LISTS) {
          const isTheirs = !DENIALS.includes(key) && key !== "permissions.allow" && before.get(key)?.length;
          if (isTheirs) expect(of(joined, key)).toEqual(before.get(key));
        }
        if (isOn("allowManagedPermissionRulesOnly"))
          expect(of(joined, "permissions.allow")).toEqual(theirs("permissions.allow"));
        if (isOn("allowManagedHooksOnly")) expect(of(joined, "hooks")).toEqual(theirs("hooks"));
      }),
      { numRuns: 200 },
    );
  });
});

function put(content: JsonObject, [key = "", ...rest]: readonly string[], value: unknown): JsonObject {
  const inner = content[key];
  const holder = typeof inner === "object" && inner !== null && !Array.isArray(inner) ? (inner as JsonObject) : {};
  return { ...content, [key]: rest.length ? put(holder, rest, value) : value } as JsonObject;
}

function nest(key: string, value: unknown): JsonObject {
  return put({}, key.split("."), value);
}
