import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The licences of the packages that are bundled, as their authors ask: name, version, text. */
export function licencesOf(/** @type {string[]} */ modules) {
  const folders = [...new Set(modules.filter((id) => id.includes("node_modules")).map(packageFolder))].sort();
  return folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    const text = file ? readFileSync(join(folder, file), "utf8").trim() : `Licence: ${license}`;
    return `${name} ${version}\n\n${text}\n`;
  });
}

/** The nearest folder upward whose package.json names a package; some packages have nameless ones inside. */
function packageFolder(/** @type {string} */ id) {
  for (let folder = dirname(id.replace(/^\0|\?.*$/g, "")); ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file) && JSON.parse(readFileSync(file, "utf8")).version) return folder;
    if (folder === dirname(folder)) throw new Error(`${id} belongs to no package.`);
  }
}
