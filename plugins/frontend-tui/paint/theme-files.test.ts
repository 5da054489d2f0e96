import { expect, it } from "vitest";
import { readThemeFiles } from "./theme-files.ts";

it("reads themes of a folder, with the names that people's files have, and tells what it skips", () => {
  const { themes, faults } = readThemeFiles({
    "night.json": JSON.stringify({
      $schema: "./theme.schema.json",
      name: "Night",
      base: "dark-daltonized",
      overrides: {
        claude: "#d77757",
        diffAddedWord: "ansi:green",
        warning: "rgb(1,2,3)",
        claudeShimmer: "#fff",
        ide: "#000",
        error: "reddish",
      },
    }),
    "bare.json": "\ufeff{}",
    "odd.json": JSON.stringify({ base: "sepia", overrides: { text: 7, __proto__: null, constructor: "#fff" } }),
    "broken.json": "{",
    "list.json": "[]",
    "notes.md": "# no theme",
  });
  expect(themes).toEqual([
    {
      slug: "night",
      label: "Night",
      theme: {
        base: "dark-daltonized",
        colours: { accent: "#d77757", addedWord: "ansi:green", warning: "rgb(1,2,3)" },
      },
    },
    { slug: "bare", label: "bare", theme: { base: "dark", colours: {} } },
    { slug: "odd", label: "odd", theme: { base: "dark", colours: {} } },
  ]);
  expect(faults).toEqual([
    'night.json: "reddish" of error is no colour.',
    "night.json: Nothing here is called claudeShimmer, ide; skipped.",
    'odd.json: The base "sepia" is no theme; dark is taken.',
    "odd.json: 7 of text is no colour.",
    "odd.json: Nothing here is called constructor; skipped.",
    "broken.json: This is no theme; write a JSON object with name, base and overrides.",
    "list.json: This is no theme; write a JSON object with name, base and overrides.",
  ]);
});
