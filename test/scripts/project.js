import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { createJiti } from "jiti";

/** The project's folder, without a slash at its end. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** Every file below a folder, as sorted paths from the project's folder with forward slashes. */
export function filesBelow(/** @type {string} */ folder, base = root) {
  return readdirSync(join(base, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      relative(base, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join("/"),
    )
    .sort();
}

/** The plugin folders, sorted: those with an `index.ts`. */
export function pluginFolders() {
  return readdirSync(join(root, "plugins"))
    .filter((name) => exists(`plugins/${name}/index.ts`))
    .sort();
}

/** Whether a path from the project's folder leads to a file. */
export function exists(/** @type {string} */ path) {
  const full = join(root, path);
  return existsSync(full) && statSync(full).isFile();
}

/** Loads a TypeScript module of the project as the tests do: `gantry/sdk` is the source. */
export function loadSources(/** @type {string} */ path) {
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    alias: {
      "gantry/sdk/testing": join(root, "sdk/testing/index.ts"),
      "gantry/sdk/kit": join(root, "sdk/kit"),
      "gantry/sdk": join(root, "sdk/index.ts"),
      gantry: join(root, "core/index.ts"),
    },
  });
  return /** @type {Promise<any>} */ (jiti.import(join(root, path)));
}

/** The package as it describes itself. */
export const packageJson = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
