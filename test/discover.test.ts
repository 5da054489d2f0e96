import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type HostOptions, openHost } from "gantry";
import { definePlugin, definePreset, z } from "gantry/sdk";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let home: string;
let project: string;
const open: { close(): Promise<void> }[] = [];

beforeEach(() => {
  home = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "gantry-home-")));
  project = path.join(home, "work", "project");
  fs.mkdirSync(project, { recursive: true });
});
afterEach(async () => {
  for (const host of open.splice(0)) await host.close();
  fs.rmSync(home, { recursive: true, force: true });
});

function write(file: string, content: string) {
  const full = path.resolve(project, file);
  fs.mkdirSync(path.dirname(full), { recursive: true });
  fs.writeFileSync(full, content);
  return full;
}

const colour = definePlugin({ name: "colour", config: z.object({ shade: z.string().default("grey") }) });
const catalogue = {
  plugins: { colour },
  presets: { usual: definePreset("usual", ["colour"]), bare: definePreset("bare", []) },
};

async function host(options: HostOptions = {}) {
  const opened = await openHost({
    cwd: project,
    env: { HOME: home, PATH: process.env.PATH },
    catalogue,
    defaults: [{ from: "the default", values: { preset: "usual" } }],
    trust: true,
    ...options,
  });
  open.push(opened);
  return opened;
}
const names = (opened: { report(): { plugins: readonly { name: string }[] } }) =>
  opened.report().plugins.map(({ name }) => name);

const PLUGIN = (name: string) => `import { defineTool, z } from "gantry/sdk";
export default defineTool({ name: "${name}", description: "", input: z.object({ n: z.number() }), run: ({ n }: { n: number }) => String(n) });
`;

describe("configuration", () => {
  test.each([
    ["gantry.config.json", `{ "colour": { "shade": "red" } }`],
    ["gantry.config.yaml", "colour:\n  shade: red\n"],
    ["gantry.config.ts", `const shade: string = "red";\nexport default { colour: { shade } };\n`],
    ["gantry.config.js", `export default { colour: { shade: "red" } };\n`],
    [".gantryrc", "colour:\n  shade: red\n"],
    [".gantryrc.json", `{ "colour": { "shade": "red" } }`],
    ["package.json", `{ "name": "x", "gantry": { "colour": { "shade": "red" } } }`],
  ])("is found in %s", async (name, content) => {
    const file = write(name, content);
    expect((await host()).report().config["colour.shade"]).toEqual([{ value: "red", from: file }]);
  });

  test("of a parent folder counts in the folders below", async () => {
    const file = write("gantry.config.json", `{ "colour": { "shade": "red" } }`);
    const below = path.join(project, "a", "b");
    fs.mkdirSync(below, { recursive: true });
    expect((await host({ cwd: below })).report().config["colour.shade"]).toEqual([{ value: "red", from: file }]);
  });

  test("of the project stands before that of the user, and both are named", async () => {
    const near = write("gantry.config.json", `{ "colour": { "shade": "red" } }`);
    const far = write(path.join(home, ".gantry", "config.yaml"), "colour:\n  shade: blue\n");
    expect((await host()).report().config["colour.shade"]).toEqual([
      { value: "red", from: near },
      { value: "blue", from: far },
    ]);
  });

  test.each([
    ["a broken file", "gantry.config.json", "{ colour", "GANTRY_CONFIG_BROKEN"],
    ["a file that is no object", "gantry.config.json", "[1]", "GANTRY_CONFIG_BROKEN"],
    ["code that throws", "gantry.config.ts", `throw new Error("no");`, "GANTRY_CONFIG_BROKEN"],
    [
      "a package that configures with no object",
      "package.json",
      `{ "name": "x", "gantry": 5 }`,
      "GANTRY_CONFIG_BROKEN",
    ],
    [
      "a key that the plugin does not have",
      "gantry.config.json",
      `{ "colour": { "shad": "red" } }`,
      "GANTRY_CONFIG_INVALID",
    ],
    ["a value of the wrong type", "gantry.config.json", `{ "colour": { "shade": 3 } }`, "GANTRY_CONFIG_INVALID"],
    ["a key that no plugin owns", "gantry.config.json", `{ "color": {} }`, "GANTRY_CONFIG_UNKNOWN"],
    ["an unknown preset", "gantry.config.json", `{ "preset": "usuall" }`, "GANTRY_PRESET_UNKNOWN"],
    ["an unknown plugin", "gantry.config.json", `{ "plugins": ["colours"] }`, "GANTRY_PLUGIN_UNKNOWN"],
    ["an absent plugin file", "gantry.config.json", `{ "plugins": ["./none.ts"] }`, "GANTRY_PLUGIN_UNKNOWN"],
    ["plugins that are no names", "gantry.config.json", `{ "plugins": [3] }`, "GANTRY_CONFIG_INVALID"],
  ])("with %s is a coded error that names the file", async (_, name, content, code) => {
    write(name, content);
    const failure = await host().catch((thrown) => thrown);
    expect(failure).toMatchObject({ code, remedy: expect.any(String) });
    expect(`${failure.message} ${failure.remedy}`).toContain(name);
  });

  test.each([
    ["gantry.config.json", '{\n  "colour": {,}\n}', "(line 2"],
    ["gantry.config.yaml", "colour:\n  - a\n b: c\n", "(3:"],
    ["gantry.config.ts", "export default {\n  colour: (\n};\n", "gantry.config.ts:3:0"],
  ])("that is broken is shown where: %s", async (name, content, where) => {
    write(name, content);
    await expect(host()).rejects.toThrow(where);
  });

  test("suggests the key that was meant", async () => {
    write("gantry.config.json", `{ "colour": { "shad": "red" } }`);
    await expect(host()).rejects.toThrow('Did you mean "shade"?');
  });

  test("suggests the nearest name", async () => {
    write("gantry.config.json", `{ "plugins": ["colours"] }`);
    await expect(host()).rejects.toThrow('Did you mean "colour"?');
  });
});

describe("plugins", () => {
  test("in the project's folder are found without being named, with no build", async () => {
    write(".gantry/plugins/count.ts", PLUGIN("Count"));
    write(".gantry/plugins/sum/index.ts", PLUGIN("Sum"));
    write(".gantry/plugins/count.test.ts", "throw new Error('a test is no plugin')");
    expect(names(await host())).toEqual(["colour", "count", "sum"]);
  });

  test("share the sdk with the host, wherever they lie", async () => {
    write(
      ".gantry/plugins/same.ts",
      `import { definePlugin, Inspector } from "gantry/sdk";
export default definePlugin({ name: "same", needs: { inspector: Inspector }, setup: ({ use }) => { use.inspector.report; return {}; } });`,
    );
    expect((await host()).report().plugins.find(({ name }) => name === "same")?.state).toBe("active");
  });

  test("may be named by path, by package, as a list, and as values in a configuration that is code", async () => {
    write("plugins/count.ts", PLUGIN("Count"));
    write("node_modules/gantry-plugin-sum/package.json", `{ "name": "gantry-plugin-sum", "main": "main.js" }`);
    write(
      "node_modules/gantry-plugin-sum/main.js",
      `const { definePlugin } = require("gantry/sdk"); module.exports = definePlugin({ name: "sum" });`,
    );
    write(
      "many.ts",
      `import { definePlugin } from "gantry/sdk"; export default [definePlugin({ name: "a" }), definePlugin({ name: "b" })];`,
    );
    write(
      "gantry.config.ts",
      `import { definePlugin } from "gantry/sdk";
export default { plugins: ["./plugins/count.ts", "gantry-plugin-sum", "./many.ts", definePlugin({ name: "here" })] };`,
    );
    expect(names(await host())).toEqual(["colour", "count", "sum", "a", "b", "here"]);
  });

  test("of a preset may be left out", async () => {
    write("gantry.config.json", `{ "plugins": ["-colour"] }`);
    expect(names(await host())).toEqual([]);
  });

  test("that replace a built-in one take its place when that is left out", async () => {
    write("mine.ts", `import { definePlugin } from "gantry/sdk"; export default definePlugin({ name: "colour" });`);
    write("gantry.config.json", `{ "plugins": ["./mine.ts"] }`);
    await expect(host()).rejects.toMatchObject({ code: "GANTRY_PLUGIN_TWICE" });
    write("gantry.config.json", `{ "plugins": ["-colour", "./mine.ts"] }`);
    expect((await host()).report().plugins.map(({ from }) => from)).toEqual([path.join(project, "mine.ts")]);
  });

  test.each([
    ["that export nothing", "export const x = 1;", "GANTRY_PLUGIN_SHAPE"],
    ["that export something else", "export default { setup() {} };", "GANTRY_PLUGIN_SHAPE"],
    ["that do not compile", "export default (;", "GANTRY_PLUGIN_BROKEN"],
    ["that throw at load", "throw new Error('no');", "GANTRY_PLUGIN_BROKEN"],
    [
      "with a bad name",
      `import { definePlugin } from "gantry/sdk"; export default definePlugin({ name: "My Plugin" });`,
      "GANTRY_PLUGIN_NAME",
    ],
  ])("%s are a coded error", async (_, content, code) => {
    write(".gantry/plugins/bad.ts", content);
    await expect(host()).rejects.toMatchObject({ code, remedy: expect.any(String) });
  });

  test("that need each other are named", async () => {
    write(
      ".gantry/plugins/circle.ts",
      `import { createService, definePlugin } from "gantry/sdk";
const A = createService("a"), B = createService("b");
export default [
  definePlugin({ name: "one", needs: { b: B }, provides: { a: A }, setup: () => ({ services: { a: 1 } }) }),
  definePlugin({ name: "two", needs: { a: A }, provides: { b: B }, setup: () => ({ services: { b: 1 } }) }),
];`,
    );
    await expect(host()).rejects.toThrow("one → two → one");
  });

  test("that need what nobody provides are named", async () => {
    write(
      ".gantry/plugins/needy.ts",
      `import { createService, definePlugin } from "gantry/sdk"; export default definePlugin({ name: "needy", needs: { a: createService("tea") } });`,
    );
    await expect(host()).rejects.toMatchObject({
      code: "GANTRY_PLUGIN_NEEDS",
      message: expect.stringContaining('"tea"'),
      remedy: expect.stringContaining('leave out in "plugins" what cannot be without: "-needy".'),
    });
  });
});
