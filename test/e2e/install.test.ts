import { cp, mkdir, readdir, symlink } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OWNERS } from "../scripts/boundaries/rules.js";
import { fences } from "../scripts/examples/extract.js";
import { exists, packageJson, pluginFolders, root } from "../scripts/project.js";
import { copySources, type Installed, installPackage } from "./installed.ts";

let installed: Installed;
beforeAll(async () => {
  installed = await installPackage();
});
afterAll(() => installed.remove());

/** The files of a guide, by path. */
const guide = (page: string) =>
  Object.fromEntries(fences().flatMap((one) => (one.from === page && one.path ? [[one.path, one.code]] : [])));
const firstTool = guide("docs/guides/first-tool.md");

describe("the installed package", () => {
  test("says its version", async () => {
    const { code, stdout } = await installed.gantry(["--version"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${packageJson.version} (Gantry)\n` });
  });

  test("brings few packages", async () => {
    const packages = (await readdir(path.join(installed.folder, "node_modules"))).filter(
      (name) => !name.startsWith("."),
    );
    expect(packages.sort()).toEqual(expect.arrayContaining(["@vscode", "gantry", "jiti", "tapable", "zod"]));
    const optional = ["@img", "@napi-rs", "detect-libc", "semver", "sharp", "@emnapi", "tslib"];
    expect(packages.filter((name) => !optional.includes(name)).length).toBeLessThanOrEqual(5);
  });

  test("gives one and the same sdk by every door", async () => {
    await installed.write({
      "doors.mjs": `
        import { Files, isGantryError } from "gantry/sdk";
        import filesNode from "gantry/plugins/files-node";
        import { openHost } from "gantry";
        import { nearest } from "gantry/sdk/kit/nearest";
        const same = filesNode.manifest.provides.files === Files;
        const refused = await openHost({ useFiles: false, config: [{ from: "the test", values: { plugins: ["absent"] } }] }).catch((error) => error);
        console.log(JSON.stringify({ same, coded: isGantryError(refused), nearest: nearest("Reed", ["Read", "Edit"]) }));
      `,
    });
    const { stdout, stderr } = await installed.node(["doors.mjs"]);
    expect(stdout || stderr).toBe('{"same":true,"coded":true,"nearest":"Read"}\n');
  });

  test("has the testing kernel for plain JavaScript", async () => {
    await installed.write({
      "kernel.mjs": `
        import { defineTool, z } from "gantry/sdk";
        import { createTestKernel } from "gantry/sdk/testing";
        const weather = defineTool({
          name: "Weather",
          description: "Say what the weather is.",
          input: z.object({ city: z.string() }),
          traits: { readOnly: true },
          run: ({ city }) => "12 °C in " + city,
        });
        const kernel = await createTestKernel({ plugins: [weather] });
        console.log(JSON.stringify((await kernel.call("Weather", { city: "Oslo" })).content));
        await kernel.close();
      `,
    });
    const { stdout, stderr } = await installed.node(["kernel.mjs"]);
    expect(stdout || stderr).toBe('[{"type":"text","text":"12 °C in Oslo"}]\n');
  });
});

describe("a plugin in TypeScript", () => {
  const check = (folder: string) => installed.node([path.join(root, "node_modules/typescript/bin/tsc"), "-p", folder]);
  const project = (options: object) =>
    JSON.stringify({
      compilerOptions: {
        module: "nodenext",
        target: "es2023",
        strict: true,
        noEmit: true,
        types: ["node"],
        allowImportingTsExtensions: true,
        ...options,
      },
      include: ["*.ts", ".gantry/**/*.ts"],
    });

  beforeAll(async () => {
    const modules = path.join(installed.folder, "node_modules");
    await mkdir(path.join(modules, "@types"), { recursive: true });
    await cp(path.join(root, "node_modules/@types/node"), path.join(modules, "@types/node"), { recursive: true });
    await cp(path.join(root, "node_modules/undici-types"), path.join(modules, "undici-types"), { recursive: true });
  });

  test.each([true, false])("type-checks against the sdk's declarations (skipLibCheck: %s)", async (skipLibCheck) => {
    await installed.write({ ...inFolder("right", firstTool), "right/tsconfig.json": project({ skipLibCheck }) });
    const { code, stdout } = await check("right");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  });

  test("does not type-check when a handler is missing", async () => {
    await installed.write({
      "wrong/wrong.ts": `
        import { definePlugin } from "gantry/sdk";
        export default definePlugin({
          name: "wrong",
          commands: { say: { description: "Says it." } },
          setup: () => ({ commands: {} }),
        });
      `,
      "wrong/tsconfig.json": project({ skipLibCheck: true }),
    });
    const { code, stdout } = await check("wrong");
    expect(code).not.toBe(0);
    expect(stdout).toContain("'say' is missing");
  });

  test("is found and configured without a build, once the folder is trusted", async () => {
    await installed.write(firstTool);
    const before = await installed.gantry(["plugins"]);
    expect(before.stdout).not.toContain("weather");
    const { code, stdout, stderr } = await installed.gantry(["plugins", "--trust"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^weather\b/m);
    expect(stdout).toMatch(/^redact\b/m);
    const config = await installed.gantry(["config", "redact.words", "--trust"]);
    expect(config.stdout).toContain("hunter2");
  });
});

describe("a built-in plugin copied out of the repository", () => {
  const folders = pluginFolders().filter((name) => !name.startsWith("preset-"));

  test("works as a stranger: nothing of it needs to be built in", async () => {
    const modules = path.join(installed.folder, "node_modules");
    for (const name of Object.keys(OWNERS).filter((one) => exists(`node_modules/${one}/package.json`))) {
      await mkdir(path.dirname(path.join(modules, name)), { recursive: true });
      await symlink(path.join(root, "node_modules", name), path.join(modules, name)).catch((thrown) => {
        if (thrown.code !== "EEXIST") throw thrown;
      });
    }
    for (const name of folders) await copySources(`plugins/${name}`, path.join(installed.folder, "ejected", name));
    await installed.write({
      "ejected/gantry.config.json": JSON.stringify({
        plugins: folders.flatMap((name) => [`-${name}`, `./${name}/index.ts`]),
      }),
      "ejected/notes.txt": "one\ntwo\nthree\n",
    });
    await installed.write({
      "eject.mjs": `
        import { openHost } from "gantry";
        import { catalogue } from "gantry/plugins";
        const defaults = [{ from: "the test", values: { preset: "default" } }];
        const host = await openHost({ cwd: "ejected", trust: true, catalogue, defaults });
        const { plugins } = host.report();
        const session = await host.open();
        let text = "";
        for await (const event of session.send("Read notes.txt")) if (event.type === "text") text += event.text;
        console.log(JSON.stringify({ plugins: plugins.map(({ name, from, state }) => ({ name, from, state })), text }));
        await host.close();
      `,
    });
    const { stdout, stderr } = await installed.node(["eject.mjs"]);
    expect(stderr).toBe("");
    const { plugins, text } = JSON.parse(stdout) as {
      plugins: { name: string; from: string; state: string }[];
      text: string;
    };
    expect(plugins.map(({ name }) => name).sort()).toEqual([...folders].sort());
    expect(plugins.filter(({ from }) => !from.includes("ejected"))).toEqual([]);
    expect(plugins.filter(({ state }) => state === "failed")).toEqual([]);
    expect(text).toContain("two");
  });
});

function inFolder(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
}
