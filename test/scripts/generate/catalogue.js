import { pluginFolders } from "../project.js";

const HEADER = "// Written by `npm run generate` from the folders beside this file.\n";

/** `plugins/index.ts`: what comes with the program, by name. */
export function catalogueSource() {
  const folders = pluginFolders();
  const presets = folders.filter((name) => name.startsWith("preset-"));
  const plugins = folders.filter((name) => !name.startsWith("preset-"));
  return [
    HEADER,
    ...folders.map((name) => `import ${identifier(name)} from "./${name}/index.ts";\n`),
    "\n/** The plugins and presets that come with the program. */\n",
    "export const catalogue = {\n",
    "  plugins: {\n",
    ...plugins.map((name) => `    ${entry(name, name)}`),
    "  },\n",
    "  presets: {\n",
    ...presets.map((name) => `    ${entry(name.slice("preset-".length), name)}`),
    "  },\n",
    "};\n",
  ].join("");
}

function entry(/** @type {string} */ key, /** @type {string} */ folder) {
  const value = identifier(folder);
  if (key === value) return `${key},\n`;
  return `${/^[a-z]+$/.test(key) ? key : `"${key}"`}: ${value},\n`;
}

function identifier(/** @type {string} */ folder) {
  return folder.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}
