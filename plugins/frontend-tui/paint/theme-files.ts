/** Themes of a folder of JSON files: `{ "name": "…", "base": "dark", "overrides": { "claude": "#d77757" } }`. */
import { type ThemeManifest, z } from "gantry/sdk";
import { parseColour } from "./colours.ts";
import { isBase, isToken, type Token } from "./theme.ts";

export interface ThemeFile {
  /** The file's name without its ending: what settings call the theme, as `custom:NAME`. */
  readonly slug: string;
  readonly label: string;
  readonly theme: ThemeManifest;
}

const fileSchema = z.object({
  name: z.string().optional(),
  base: z.string().optional(),
  overrides: z.record(z.string(), z.unknown()).optional(),
});

/** Names that people's files have, beside our own. */
const MEANINGS: Readonly<Record<string, Token>> = {
  claude: "accent",
  inactive: "dim",
  subtle: "border",
  success: "good",
  error: "bad",
  diffAdded: "addedBackground",
  diffRemoved: "removedBackground",
  diffAddedWord: "addedWord",
  diffRemovedWord: "removedWord",
  promptBorder: "prompt",
  planMode: "mode",
  selectionBg: "selection",
};

/** The themes of the files, and a sentence for each thing that could not be used. */
export function readThemeFiles(files: Readonly<Record<string, string>>): { themes: ThemeFile[]; faults: string[] } {
  const themes: ThemeFile[] = [];
  const faults: string[] = [];
  for (const [file, text] of Object.entries(files)) {
    if (!file.endsWith(".json")) continue;
    const tell = (fault: string) => faults.push(`${file}: ${fault}`);
    const parsed = parse(text);
    if (!parsed) tell("This is no theme; write a JSON object with name, base and overrides.");
    else themes.push(themeOf(file.replace(/\.json$/, ""), parsed, tell));
  }
  return { themes, faults };
}

function parse(text: string): z.infer<typeof fileSchema> | undefined {
  try {
    return fileSchema.safeParse(JSON.parse(text.replace(/^\ufeff/, ""))).data;
  } catch {
    return undefined;
  }
}

function themeOf(slug: string, file: z.infer<typeof fileSchema>, tell: (fault: string) => void): ThemeFile {
  const { name = slug, base = "dark", overrides = {} } = file;
  if (!isBase(base)) tell(`The base "${base}" is no theme; dark is taken.`);
  const colours: Record<string, string> = {};
  const unknown: string[] = [];
  for (const [key, colour] of Object.entries(overrides)) {
    const token = isToken(key) ? key : Object.hasOwn(MEANINGS, key) ? MEANINGS[key] : undefined;
    if (!token) unknown.push(key);
    else if (typeof colour !== "string" || !parseColour(colour))
      tell(`${JSON.stringify(colour)} of ${key} is no colour.`);
    else colours[token] = colour;
  }
  if (unknown.length > 0) tell(`Nothing here is called ${unknown.join(", ")}; skipped.`);
  return { slug, label: name, theme: { base: isBase(base) ? base : "dark", colours } };
}
