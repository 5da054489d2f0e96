import { existsSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPlace, type Place } from "./program.ts";

// Plugins that somebody put into a project: one adds, one wraps, one replaces, one fails wherever it can.

const FILES = {
  ".gantry/plugins/weather.ts": `
    import { defineTool, z } from "gantry/sdk";
    export default defineTool({
      name: "Weather",
      description: "Say what the weather is in a city.",
      input: z.object({ city: z.string() }),
      traits: { readOnly: true },
      run: async ({ city }: { city: string }) => "12 °C in " + city,
    });`,
  ".gantry/plugins/louder.ts": `
    import { definePlugin } from "gantry/sdk";
    export default definePlugin({
      name: "louder",
      wraps: ["Bash"],
      setup: () => ({
        wraps: {
          Bash: (next) => async (input, call) => ({ ...(await next(input, call)), content: "wrapped by louder" }),
        },
      }),
    });`,
  ".gantry/plugins/reader.ts": `
    import { definePlugin, z } from "gantry/sdk";
    export default definePlugin({
      name: "reader",
      tools: {
        Read: { description: "Read a file.", input: z.object({ file_path: z.string() }), traits: { readOnly: true } },
      },
      setup: () => ({ tools: { Read: () => "read by reader" } }),
    });`,
  ".gantry/plugins/hostile.ts": `
    import { definePlugin } from "gantry/sdk";
    import { writeFileSync } from "node:fs";
    writeFileSync(new URL("../../loaded", import.meta.url), "");
    const fail = () => { throw new Error("hostile to all"); };
    export default definePlugin({
      name: "hostile",
      setup: () => ({
        taps: {
          sessionStart: fail, input: fail, promptBuild: fail, preTool: fail, ask: fail, postTool: fail,
          turnStop: fail, compact: fail, notify: fail, event: fail, sessionEnd: fail,
        },
      }),
    });`,
  "gantry.config.ts": `
    import { writeFileSync } from "node:fs";
    writeFileSync(new URL("./configured", import.meta.url), "");
    export default { plugins: ["-tool-read"], "model-budget": { maxTurns: 40 } };`,
  "notes.txt": "the real notes\n",
};

let place: Place;
beforeEach(async () => {
  place = await createPlace();
  await place.write(FILES);
});
afterEach(() => place.remove());

test("nothing of them runs without trust, and it is said what was left out", async () => {
  const { code, stdout, stderr } = await place.gantry(["-p", "Read notes.txt"]);
  expect(code).toBe(0);
  expect(stdout).toContain("the real notes");
  expect(stderr).toContain("Left out: 1 configuration, 4 plugins. It counts only once you trust this folder.");
  expect(stderr).toContain("--trust");
  const list = await place.gantry(["trust", "list"]);
  for (const file of Object.keys(FILES).slice(0, 5)) expect(list.stdout).toContain(path.join(place.work, file));
  const json = await place.gantry(["-p", "Read notes.txt", "--output-format", "stream-json", "--verbose"]);
  expect(json.stdout.split("\n")[0]).toContain("Left out: 1 configuration, 4 plugins.");
  for (const made of ["loaded", "configured"]) expect(existsSync(path.join(place.work, made))).toBe(false);
});

test("with --trust they add, wrap and replace, and the one that fails everywhere harms none", async () => {
  const read = await place.gantry(["-p", "Read notes.txt", "--trust"]);
  expect(read.code).toBe(0);
  expect(read.stdout).toContain("read by reader");
  expect(read.stderr).toContain("The plugin hostile failed in");
  expect(read.stderr).not.toMatch(/^ +at /m);
  const run = await place.gantry(["-p", "run `echo hi`", "--trust", "--allowedTools", "Bash"]);
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("wrapped by louder");
  const stream = await place.gantry(["-p", "Read notes.txt", "--trust", "--output-format", "stream-json", "--verbose"]);
  const lines = stream.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const init = lines.find(({ subtype }) => subtype === "init");
  expect(init.tools).toEqual(expect.arrayContaining(["Weather", "Read", "Bash"]));
  expect(lines.some(({ content }) => /hostile/.test(content ?? ""))).toBe(true);
  expect(lines.at(-1)).toMatchObject({ subtype: "success" });
});

test("gantry plugins says where each comes from and what it adds", async () => {
  const { stdout } = await place.gantry(["plugins", "--trust"]);
  expect(stdout).toMatch(/^weather .*weather\.ts .*tools: Weather$/m);
  expect(stdout).toMatch(/^louder .*wraps: Bash$/m);
  expect(stdout).not.toMatch(/^tool-read/m);
  const why = await place.gantry(["config", "--why", "model-budget.maxTurns", "--trust"]);
  expect(why.stdout).toContain("gantry.config.ts");
});

test("two plugins that claim one tool are an error that names both and the way out", async () => {
  await place.write({ "gantry.config.ts": "export default {};" });
  const { code, stderr } = await place.gantry(["-p", "hi", "--trust"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/tool-read.*reader.*"Read".*"-tool-read".*GANTRY_PLUGIN_CLASH/s);
});
