import { expect, test } from "vitest";
import { catalogue } from "../plugins/index.ts";

const plugins = Object.entries(catalogue.plugins);

test.each(plugins)("%s is named as its folder", (folder, { manifest }) => {
  expect(manifest.name).toBe(folder);
});

test.each(plugins)("%s says in a sentence what it does", (_, { manifest }) => {
  expect(manifest.description).toMatch(/^[A-Z].*\.$/);
});

test.each(Object.entries(catalogue.presets))("the preset %s names plugins that exist, each once", (key, preset) => {
  expect(preset.name).toBe(key);
  expect(preset.plugins.filter((name) => !Object.hasOwn(catalogue.plugins, name))).toEqual([]);
  expect(new Set(preset.plugins).size).toBe(preset.plugins.length);
});

test("the presets headless and minimal are parts of the default, in its order", () => {
  const { default: standard, headless, minimal } = catalogue.presets;
  for (const preset of [headless, minimal]) {
    expect(preset.plugins).toEqual(standard.plugins.filter((name) => preset.plugins.includes(name)));
  }
});

test("the default preset claims no tool, command, subcommand, flag or service twice", () => {
  const claims = catalogue.presets.default.plugins.flatMap((name) => {
    const manifest = plugins.find(([key]) => key === name)?.[1].manifest;
    const slots = ["tools", "commands", "subcommands", "providers", "frontends", "flags"] as const;
    return [
      ...slots.flatMap((slot) => Object.keys(manifest?.[slot] ?? {}).map((key) => `${slot} ${key}`)),
      ...Object.values(manifest?.provides ?? {}).map((key) => `service ${key.id}`),
    ];
  });
  expect(claims.filter((claim, index) => claims.indexOf(claim) !== index)).toEqual([]);
});
