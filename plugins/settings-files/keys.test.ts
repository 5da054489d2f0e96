import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFolder, open, path, removeFolder, write } from "./fixtures/place.ts";

beforeEach(makeFolder);
afterEach(removeFolder);

describe("a key that no setting has", () => {
  it("is told of once a file, with its line and the key that was meant", () => {
    write(
      "user",
      '{\n  "permision": {},\n  "model": "x",\n  "permissions": {\n    "alow": [],\n    "deny": []\n  },\n  "zzzzzzz": 1\n}',
    );
    write("project", '{"Model": 1}');
    expect(open().problems()).toEqual([
      `${path("project")}: no setting is called "Model" (line 1; did you mean "model"?). What is not known does nothing.`,
      `${path("user")}: no setting is called "permision" (line 2; did you mean "permissions"?), "permissions.alow" (line 5; did you mean "permissions.allow"?), "zzzzzzz" (line 8). What is not known does nothing.`,
    ]);
  });

  it("at the wrong depth is pointed to its place", () => {
    write("user", { deny: ["Bash"], network: {} });
    const [problem] = open().problems();
    expect(problem).toContain('"deny" (line 1; did you mean "permissions.deny"?)');
    expect(problem).toContain('"network" (line 1; did you mean "sandbox.network"?)');
  });

  it("is told of in the administrator's files and in --settings, and stops nothing", () => {
    write("managed", { modell: "a", model: "b" });
    const { problems, settings } = open({ flagSettings: { settings: '{"modell": 1}', "plugins.own": 1 } });
    expect(settings.problems).toHaveLength(2);
    expect(problems()[1]).toMatch(/^--settings: no setting is called "modell" \(line 1; did you mean "model"\?\)/);
  });

  it("may be one of very many, or steer terminals", () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`\u001b[2K${at}${"x".repeat(1000)}`, at]));
    write("project", many);
    const [problem = ""] = open().problems();
    expect(problem).toMatch(/ and 995 more\. What is not known does nothing\.$/);
    expect(problem).not.toContain("\u001b");
    expect(problem.length).toBeLessThan(1000);
  });

  it("is none where keys are free, and none where a plugin does not read it yet", () => {
    write("user", {
      $schema: "https://example.org/schema.json",
      env: { ANY: "1" },
      hooks: { Stop: [{ hooks: [{ type: "command", command: "true" }] }] },
      enabledPlugins: { "a@b": true },
      pluginConfigs: { a: { b: { c: 1 } } },
      statusLine: { type: "command", command: "x" },
      sandbox: { network: { allowedDomains: [] }, ripgrep: { command: "rg" } },
      attribution: { commit: "" },
      spinnerTipsEnabled: false,
    });
    expect(open().problems()).toEqual([]);
  });
});

describe("--setting-sources", () => {
  const models = (sources: string) => {
    for (const where of ["managed", "local", "project", "user"] as const) write(where, { model: where });
    const { settings } = open({ flagSettings: { settingSources: sources, model: "flag" } });
    return settings.layers("model", { safeParse: (data: unknown) => ({ success: true, data }) } as never);
  };
  const layers = (sources: string) => models(sources).map(({ layer }) => layer);

  it.each([
    ["user,project,local", ["managed", "flag", "local", "project", "user"]],
    ["user", ["managed", "flag", "user"]],
    [" project , local ", ["managed", "flag", "local", "project"]],
    ["", ["managed", "flag"]],
  ])("%j lets only these files count, and the administrator's", (sources, expected) => {
    expect(layers(sources)).toEqual(expected);
  });

  it("refuses a name that it does not know", () => {
    expect(() => layers("user,projet")).toThrow(
      expect.objectContaining({
        code: "GANTRY_SETTINGS_SOURCE",
        message: '--setting-sources knows no "projet". Did you mean "project"?',
      }),
    );
  });
});
