// Writes what is made from other files: the catalogue of plugins and the reference pages. With --check it writes nothing
// and fails where a file is not what it would write.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { catalogueSource } from "./generate/catalogue.js";
import { commandsPage } from "./generate/commands.js";
import { configPage } from "./generate/config.js";
import { errorsPage } from "./generate/errors.js";
import { flagsPage } from "./generate/flags.js";
import { hookEventFiles } from "./generate/hook-events.js";
import { hooksPage } from "./generate/hooks.js";
import { servicesPage } from "./generate/services.js";
import { settingsPage } from "./generate/settings.js";
import { exists, loadSources, root } from "./project.js";

const isCheck = process.argv.includes("--check");
/** @type {string[]} */
const stale = [];

put("plugins/index.ts", catalogueSource());
const { catalogue } = await loadSources("plugins/index.ts");
put("docs/reference/hooks.md", hooksPage());
put("docs/reference/errors.md", errorsPage());
put("docs/reference/config.md", configPage(catalogue));
put("docs/reference/services.md", servicesPage(catalogue));
put("docs/reference/flags.md", flagsPage(catalogue));
put("docs/reference/commands.md", commandsPage(catalogue));
const { KNOWN } = await loadSources("plugins/command-settings/known.ts");
put("docs/reference/settings.md", settingsPage(KNOWN));
const [events, { inputSchema }, { outputSchema }] = await Promise.all(
  ["events", "input-schemas", "output-schemas"].map((name) => loadSources(`plugins/hook-scripts/${name}.ts`)),
);
for (const [file, text] of Object.entries(hookEventFiles(events, inputSchema, outputSchema))) {
  put(`docs/reference/${file}`, text);
}

for (const file of stale) console.error(`${file} is not what "npm run generate" writes.`);
if (stale.length) process.exitCode = 1;

function put(/** @type {string} */ file, /** @type {string} */ text) {
  const path = join(root, file);
  if (exists(file) && readFileSync(path, "utf8") === text) return;
  if (isCheck) return void stale.push(file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`wrote ${file}`);
}
