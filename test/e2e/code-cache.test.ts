import { chmod, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import module from "node:module";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { createPlace, type Place } from "./program.ts";

const open: Place[] = [];
afterEach(async () => {
  for (const place of open.splice(0)) await place.remove();
});

/** A place where the program has run once, and the files of compiled code that it left. */
async function warm() {
  const place = await createPlace();
  open.push(place);
  await place.write({ "package.json": '{ "name": "cached" }' });
  await runs(place);
  const cache = path.join(place.home, ".gantry", "cache");
  const [folder = ""] = await readdir(cache);
  const files = (await readdir(path.join(cache, folder))).map((name) => path.join(cache, folder, name));
  return { place, files };
}

async function runs(place: Place) {
  const { code, stdout, stderr } = await place.gantry(["-p", "read package.json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("cached");
}

// Later versions of Node keep compiled code themselves, elsewhere.
describe.skipIf("enableCompileCache" in module)("compiled code", () => {
  test("is kept where only the person can write, and used by the next start", async () => {
    const { place, files } = await warm();
    expect(files.length).toBeGreaterThan(2);
    const before = await Promise.all(files.map((file) => readFile(file)));
    await runs(place);
    const after = await Promise.all(files.map((file) => readFile(file)));
    expect(after.map((bytes, i) => bytes.equals(before[i] as Buffer))).toEqual(files.map(() => true));
  });

  test("loads a folder's TypeScript as well as fresh code does", async () => {
    const { place } = await warm();
    await place.write({ "gantry.config.ts": "const plugins: string[] = [];\nexport default { plugins };\n" });
    for (let i = 0; i < 2; i++) {
      expect(await place.gantry(["plugins", "--trust"])).toMatchObject({ code: 0, stderr: "" });
    }
  });

  test.each([
    ["is no compiled code", (file: string) => writeFile(file, "not compiled code")],
    ["is empty", (file: string) => truncate(file)],
    ["was cut off", (file: string) => truncate(file, 1000)],
    ["cannot be read", (file: string) => chmod(file, 0)],
  ])("that %s does no harm", async (_, spoil) => {
    const { place, files } = await warm();
    for (const file of files) await spoil(file);
    await runs(place);
    await runs(place);
  });
});
