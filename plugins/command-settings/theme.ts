/** `/theme` and `/color`: the colours of the terminal. */
import fs from "node:fs";
import { basename, join } from "node:path";
import { type Block, type Command, type HostInfo, type HostReport, PluginError, z } from "gantry/sdk";
import { answering } from "gantry/sdk/kit/answering";
import { completions } from "gantry/sdk/kit/completions";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { type SaveParts, saveSetting } from "gantry/sdk/kit/save-setting";
import { type SettingChoice, settingCommand } from "gantry/sdk/kit/setting-command";
import { writeSettings } from "gantry/sdk/kit/settings-write";
import { visibleLine } from "gantry/sdk/kit/visible";

type Parts = SaveParts & { readonly host: HostInfo };

const THEMES: readonly (readonly [name: string, detail: string])[] = [
  ["auto", "dark or light, as the terminal is"],
  ["dark", ""],
  ["light", ""],
  ["dark-daltonized", "red and green told apart otherwise"],
  ["light-daltonized", "red and green told apart otherwise"],
  ["dark-ansi", "the terminal's own sixteen colours"],
  ["light-ansi", "the terminal's own sixteen colours"],
  ["high-contrast", ""],
];

/** The theme that `/color` writes. */
const OWN = "color";
const NAMES = ["red", "green", "yellow", "blue", "magenta", "cyan", "white", "black"];

/** Every theme that can be chosen: Gantry's own, the person's, those of plugins. */
export function themesOf(
  host: HostInfo,
  { plugins }: HostReport,
): readonly (readonly [name: string, detail: string])[] {
  return [
    ...THEMES,
    ...customThemes(host).map((name) => [`custom:${name}`, "yours"] as const),
    ...plugins.flatMap(({ name, manifest }) =>
      Object.keys(manifest.themes ?? {}).map((theme) => [theme, `of the plugin ${name}`] as const),
    ),
  ];
}

export function createTheme(parts: Parts, report: () => HostReport): Command {
  return settingCommand(parts, {
    title: "Theme",
    path: "theme",
    choices: () => themesOf(parts.host, report()).map(([word, detail]) => choice(word, detail)),
    fallback: "auto",
    say: (word) => `The theme is ${word}.`,
  });
}

function choice(word: string, detail: string): SettingChoice {
  return { word, value: word, preview: SAMPLE, theme: word, ...(detail && { detail }) };
}

/** Something of everything that has a colour. */
const SAMPLE: readonly Block[] = [
  { type: "markdown", text: "# A heading\n\nSome text with `code`, **weight** and [a link](https://example.org)." },
  { type: "code", language: "ts", text: "export const answer = (name: string) => name + 42; // why" },
  { type: "diff", path: "greet.ts", lines: [" function greet() {", "-  return 1;", "+  return 2;", " }"] },
  {
    type: "text",
    lines: [
      [
        { text: "good ", tone: "good" },
        { text: "warning ", tone: "warning" },
        { text: "bad ", tone: "bad" },
        { text: "accent ", tone: "accent" },
        { text: "dim", tone: "dim" },
      ],
    ],
  },
];

/** The themes in the person's own folder. */
function customThemes({ claudeFolder }: HostInfo): readonly string[] {
  try {
    const files = fs.readdirSync(join(claudeFolder, "themes")).filter((name) => name.endsWith(".json"));
    return files.map((name) => basename(name, ".json")).sort();
  } catch {
    return [];
  }
}

/** A colour of the person's own becomes a theme on top of the one there is. */
export function createColor(parts: Parts): Command {
  const { host, settings } = parts;
  const file = join(host.claudeFolder, "themes", `${OWN}.json`);
  return answering({
    async run(args) {
      const word = args.trim().toLowerCase();
      const theme = settings.get("theme", z.string()) ?? "auto";
      if (!word)
        return theme === `custom:${OWN}`
          ? `The prompt has a colour of its own: ${file}.`
          : "The prompt has the theme's colour.";
      if (word === "default") {
        if (theme !== `custom:${OWN}`) return "The prompt has the theme's colour already.";
        const base = baseOf(file);
        return `The prompt has the theme's colour. ${await saveSetting(parts, "theme", base)}`;
      }
      const colour = colourOf(word);
      const base = theme === `custom:${OWN}` ? baseOf(file) : theme;
      if (base.startsWith("custom:")) throw ownTheme(base, host);
      await writeSettings(file, () => ({
        name: "Your colour",
        base: base === "auto" ? "dark" : base,
        overrides: { prompt: colour, accent: colour },
      }));
      return `The prompt is ${word}. ${await saveSetting(parts, "theme", `custom:${OWN}`)}`;
    },
    complete: (args) => completions(args, [...NAMES, "default"]),
  });
}

function baseOf(file: string): string {
  try {
    const { base } = JSON.parse(fs.readFileSync(file, "utf8")) as { readonly base?: unknown };
    return THEMES.some(([name]) => name === base) ? String(base) : "auto";
  } catch {
    return "auto";
  }
}

function colourOf(word: string): string {
  if (/^#[0-9a-f]{6}$/.test(word)) return word;
  if (NAMES.includes(word)) return `ansi:${word}`;
  throw new PluginError(
    "GANTRY_COLOR_NAME",
    `"${visibleLine(word, 40)}" is no colour.${didYouMean(word, NAMES)}`,
    `Give #rrggbb or one of ${NAMES.join(", ")}; default takes it away.`,
  );
}

function ownTheme(theme: string, { claudeFolder }: HostInfo): PluginError {
  return new PluginError(
    "GANTRY_COLOR_THEME",
    `The theme ${visibleLine(theme, 60)} is your own, and is left as it is.`,
    `Set "prompt" among its overrides in ${join(claudeFolder, "themes")}, or choose another theme first.`,
  );
}
