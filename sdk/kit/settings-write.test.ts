import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { JsonObject } from "gantry/sdk";
import { writeSettings } from "gantry/sdk/kit/settings-write";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder: string;
let file: string;
beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-settings-write-")));
  file = join(folder, "settings.json");
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const read = () => fs.readFileSync(file, "utf8");
const mode = () => fs.statSync(file).mode & 0o777;
const theme = (current: JsonObject) => ({ ...current, theme: "dark" });

describe("writing settings", () => {
  it("keeps unknown keys, the order of keys, other values and the file's mode", async () => {
    fs.writeFileSync(file, '{"zeta":1,\n\t"env": {"A": "é"},\n"alpha":[1,{"b":null}]}', { mode: 0o640 });
    await writeSettings(file, theme);
    expect(read()).toBe(
      '{\n  "zeta": 1,\n  "env": {\n    "A": "é"\n  },\n  "alpha": [\n    1,\n    {\n      "b": null\n    }\n  ],\n  "theme": "dark"\n}\n',
    );
    expect(mode()).toBe(0o640);
    expect(fs.readdirSync(folder)).toEqual(["settings.json"]);
  });

  it("makes a file that is not there, with its folder, for its owner alone", async () => {
    file = join(folder, "a", "b", "settings.json");
    await writeSettings(file, theme);
    expect([JSON.parse(read()), mode()]).toEqual([{ theme: "dark" }, 0o600]);
  });

  it("leaves a file alone that would say the same", async () => {
    fs.writeFileSync(file, '{ "theme" : "dark" }');
    await writeSettings(file, theme);
    expect(read()).toBe('{ "theme" : "dark" }');
  });

  it("follows a link to the file, and keeps the link", async () => {
    fs.writeFileSync(join(folder, "real.json"), "{}");
    fs.symlinkSync("real.json", file);
    await writeSettings(file, theme, { within: folder });
    expect(fs.lstatSync(file).isSymbolicLink()).toBe(true);
    expect(JSON.parse(fs.readFileSync(join(folder, "real.json"), "utf8"))).toEqual({ theme: "dark" });
  });

  it.each(["file", "folder"])("does not follow a link out of the folder that it has to stay in (%s)", async (what) => {
    const shop = join(folder, "shop");
    fs.mkdirSync(shop);
    fs.writeFileSync(file, "{}");
    if (what === "file") fs.symlinkSync(file, join(shop, "settings.json"));
    else fs.symlinkSync(folder, join(shop, ".claude"));
    const target = what === "file" ? join(shop, "settings.json") : join(shop, ".claude", "new", "settings.json");
    await expect(writeSettings(target, theme, { within: shop })).rejects.toMatchObject({
      code: "GANTRY_SETTINGS_OUTSIDE",
    });
    expect(read()).toBe("{}");
    expect(fs.readdirSync(folder).sort()).toEqual(["settings.json", "shop"]);
  });

  it.each([
    ["a comma too many", '{\n  "a": 1,\n}', "line 3, column 1"],
    ["a list", "[]", "line 1, column 1"],
    ["nothing", "", "line 1, column 1"],
    ["a key twice", '{"a": 1, "a": 2}', "line 1, column 10"],
    ["other text", Buffer.from([0x7b, 0xff, 0x7d]), "not UTF-8"],
  ])("does not touch a file with %s, and says where it is wrong", async (_, text, place) => {
    fs.writeFileSync(file, text);
    const before = fs.readFileSync(file);
    const writing = writeSettings(file, theme);
    await expect(writing).rejects.toMatchObject({ code: "GANTRY_SETTINGS_UNREADABLE" });
    await expect(writing).rejects.toThrow(place);
    expect(fs.readFileSync(file)).toEqual(before);
    expect(fs.readdirSync(folder)).toEqual(["settings.json"]);
  });

  it("writes nothing when the change fails, would be too large, or leads nowhere", async () => {
    fs.writeFileSync(file, "{}");
    const failing = writeSettings(file, () => {
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    const large = writeSettings(file, () => ({ a: "x".repeat(3 * 1024 * 1024) }));
    await expect(large).rejects.toMatchObject({ code: "GANTRY_SETTINGS_UNSAVED" });
    const below = writeSettings(join(file, "settings.json"), theme);
    await expect(below).rejects.toMatchObject({ code: "GANTRY_SETTINGS_UNSAVED" });
    fs.symlinkSync("nowhere", join(folder, "link.json"));
    const nowhere = writeSettings(join(folder, "link.json"), theme);
    await expect(nowhere).rejects.toMatchObject({ code: "GANTRY_SETTINGS_UNSAVED" });
    expect([read(), fs.readdirSync(folder).sort()]).toEqual(["{}", ["link.json", "settings.json"]]);
  });
});

describe("a lock on settings", () => {
  const lock = () => `${file}.lock`;
  const id = "00000000-0000-4000-8000-000000000000";

  it("of a program that is gone is taken over", async () => {
    const gone = spawn(process.execPath, ["-e", ""]);
    await new Promise((resolve) => gone.once("exit", resolve));
    fs.writeFileSync(lock(), `${gone.pid} ${id}`);
    fs.writeFileSync(`${file}.tmp`, "cut sho");
    await writeSettings(file, theme);
    expect(fs.readdirSync(folder)).toEqual(["settings.json"]);
  });

  it.each(["", `${process.pid} ${id}`])(
    "that is too old to be held is taken over, whatever it says (%j)",
    async (text) => {
      fs.writeFileSync(lock(), text);
      fs.utimesSync(lock(), 1_000_000_000, 1_000_000_000);
      await writeSettings(file, theme);
      expect(fs.readdirSync(folder)).toEqual(["settings.json"]);
    },
  );

  it("that is a pipe holds nobody up for ever", async () => {
    execFileSync("mkfifo", [lock()]);
    const writing = writeSettings(file, theme, { waitMs: 20 });
    await expect(writing).rejects.toMatchObject({ code: "GANTRY_SETTINGS_LOCKED" });
  });

  it("that is held is waited for, and not for ever", async () => {
    fs.writeFileSync(lock(), `${process.pid} ${id}`);
    await expect(writeSettings(file, theme, { waitMs: 20 })).rejects.toMatchObject({
      code: "GANTRY_SETTINGS_LOCKED",
      remedy: expect.stringContaining(lock()),
    });
    expect(fs.existsSync(file)).toBe(false);
    const waiting = writeSettings(file, theme);
    fs.rmSync(lock());
    await waiting;
    expect(JSON.parse(read())).toEqual({ theme: "dark" });
  });
});

describe("many writers at once", () => {
  const WRITER = `
    import { createJiti } from "jiti";
    const [root, file, name, saves] = process.argv.slice(1);
    const alias = { "gantry/sdk/kit": root + "/sdk/kit", "gantry/sdk": root + "/sdk/index.ts" };
    const jiti = createJiti(root + "/writer.js", { alias });
    const { writeSettings } = await jiti.import(root + "/sdk/kit/settings-write.ts");
    for (let at = 0; at < Number(saves); at++) {
      await writeSettings(file, (current) => ({ ...current, [name]: [...(current[name] ?? []), at] }));
    }
  `;
  const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

  it("lose nothing, and the file can be read at any moment", { timeout: 60_000 }, async () => {
    const names = Array.from({ length: 10 }, (_, at) => `writer${at}`);
    fs.writeFileSync(file, '{"kept": true}');
    const exits = names.map(
      (name) =>
        new Promise<string>((resolve) => {
          const args = ["--input-type=module", "-e", WRITER, "--", root, file, name, "50"];
          const child = spawn(process.execPath, args, { cwd: root });
          let errors = "";
          child.stderr.on("data", (chunk) => {
            errors += chunk;
          });
          child.once("exit", (code) => resolve(`${code} ${errors}`));
        }),
    );
    let isDone = false;
    const all = Promise.all(exits).finally(() => {
      isDone = true;
    });
    while (!isDone) {
      expect(JSON.parse(read())).toMatchObject({ kept: true });
      await setTimeout(1);
    }
    expect(await all).toEqual(names.map(() => "0 "));
    const saves = Array.from({ length: 50 }, (_, at) => at);
    expect(JSON.parse(read())).toEqual({ kept: true, ...Object.fromEntries(names.map((name) => [name, saves])) });
    expect(fs.readdirSync(folder)).toEqual(["settings.json"]);
  });
});
