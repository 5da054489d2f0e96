/** Themes that are not Gantry's own: a plugin's, and those in `~/.claude/themes/NAME.json`, which settings call `custom:NAME`. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { PluginReport, ThemeManifest } from "gantry/sdk";
import { readThemeFiles } from "../paint/theme-files.ts";

const NAME = /^custom:([\w-]+)$/;

/** `undefined` where nobody has it. */
export function customTheme(
  name: string,
  claudeFolder: string,
  plugins: readonly PluginReport[],
): ThemeManifest | undefined {
  const [, slug] = NAME.exec(name) ?? [];
  if (!slug) {
    const owner = plugins.find(({ manifest }) => manifest.themes && Object.hasOwn(manifest.themes, name));
    return owner?.manifest.themes?.[name];
  }
  try {
    const text = readFileSync(path.join(claudeFolder, "themes", `${slug}.json`), "utf8");
    return readThemeFiles({ [`${slug}.json`]: text }).themes[0]?.theme;
  } catch {
    return undefined;
  }
}
