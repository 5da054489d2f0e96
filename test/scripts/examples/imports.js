import { basename } from "node:path";
import { exportsOf, readSource } from "../generate/source.js";
import { filesBelow } from "../project.js";

const sources = filesBelow("sdk").filter((file) => /\.ts$/.test(file) && !/(\.test|\/index)\.ts$/.test(file));

/** Every name of the sdk, with the module that a reader would import it from. */
const NAMES = new Map([
  ["z", "gantry/sdk"],
  ...sources.flatMap((file) =>
    exportsOf(readSource(file)).map((one) => /** @type {[string, string]} */ ([one.name, moduleOf(file)])),
  ),
]);

/** What makes a module of an example that has no imports: those, on one line, of the sdk's names that it uses. */
export function sdkImports(/** @type {string} */ code) {
  if (/^import /m.test(code)) return "";
  const isDeclared = (/** @type {string} */ name) =>
    new RegExp(`\\b(const|function|class|interface|type) (\\{[^}]*\\b)?${name}\\b`).test(code);
  const isUsed = (/** @type {string} */ name) => new RegExp(`(?<![\\w."'/])${name}\\b(?!['":])`).test(code);
  return [...NAMES]
    .filter(([name]) => isUsed(name) && !isDeclared(name))
    .map(([name, module]) => `import { ${name} } from "${module}"; `)
    .join("");
}

function moduleOf(/** @type {string} */ file) {
  if (file.startsWith("sdk/kit/")) return `gantry/sdk/kit/${basename(file, ".ts")}`;
  return file.startsWith("sdk/testing/") ? "gantry/sdk/testing" : "gantry/sdk";
}
