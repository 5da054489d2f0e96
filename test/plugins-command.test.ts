import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openHost } from "gantry";
import { definePlugin, definePreset, Settings } from "gantry/sdk";
import { expect, onTestFinished, test } from "vitest";
import commandExtend from "../plugins/command-extend/index.ts";
import filesNode from "../plugins/files-node/index.ts";

const colour = definePlugin({
  name: "colour",
  commands: { colour: { description: "d" } },
  setup: () => ({ commands: { colour: () => "red" } }),
});
const settings = definePlugin({
  name: "settings",
  provides: { settings: Settings },
  setup: () => ({
    services: { settings: { get: () => undefined, layers: () => [], problems: [], watch: () => () => {} } as Settings },
  }),
});
const model = definePlugin({
  name: "model",
  providers: { model: { title: "Model", usable: "always", models: ["small"], defaultModel: "small" } },
  setup: () => ({ providers: { model: { stream: async function* () {} } } }),
});
const wanting = definePlugin({ name: "wanting", needs: { settings: Settings } });

async function opened() {
  const home = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-home-")));
  const file = join(home, ".gantry", "config.json");
  const plugins = { model, colour, settings, wanting, "command-extend": commandExtend, "files-node": filesNode };
  const host = await openHost({
    cwd: home,
    env: { HOME: home, PATH: process.env.PATH },
    catalogue: { plugins, presets: { usual: definePreset("usual", Object.keys(plugins)) } },
    defaults: [{ from: "the default", values: { preset: "usual" } }],
  });
  const session = await host.open();
  onTestFinished(async () => {
    await host.close();
    fs.rmSync(home, { recursive: true, force: true });
  });
  const say = async (command: string) => {
    for await (const event of session.send(command)) if (event.type === "turn_end") return event.end.text;
    return "";
  };
  return { say, file, content: () => JSON.parse(fs.readFileSync(file, "utf8")) };
}

test("/plugins turns a plugin off and on again: its commands go and come back", async () => {
  const { say, content, file } = await opened();
  expect(await say("/colour")).toBe("red");
  expect(await say("/plugins disable colour")).toBe(`colour is off from your next prompt on. Written in ${file}.`);
  expect(content()).toEqual({ plugins: ["-colour"] });
  expect(await say("/colour")).toContain("There is no command /colour.");
  expect(await say("/plugins")).toContain("Turned off\n  colour  off");
  expect(await say("/plugins enable colour")).toBe(`colour is on from your next prompt on. Written in ${file}.`);
  expect(content()).toEqual({ plugins: [] });
  expect(await say("/colour")).toBe("red");
});

test("/plugins takes back what cannot be taken in", async () => {
  const { say, file } = await opened();
  expect(await say("/plugins disable settings")).toMatch(/^settings stays as it was: .*wanting/);
  expect(fs.existsSync(file)).toBe(false);
  expect(await say("/plugins enable nosuch")).toMatch(/^nosuch stays as it was: /);
  expect(fs.existsSync(file)).toBe(false);
});

test("/reload says what is new", async () => {
  const { say, file } = await opened();
  fs.mkdirSync(join(file, "..", "plugins"), { recursive: true });
  fs.writeFileSync(
    join(file, "..", "plugins", "mine.ts"),
    'import { definePlugin } from "gantry/sdk";\nexport default definePlugin({ name: "mine", commands: { mine: { description: "d" } }, setup: () => ({ commands: { mine: () => "mine" } }) });\n',
  );
  expect(await say("/reload")).toBe("7 plugins are taken in anew, from your next prompt on. New: mine.");
  expect(await say("/mine")).toBe("mine");
});
