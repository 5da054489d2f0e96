// `npm run record`: plays the first minute with the built program and writes docs/terminal.cast and docs/terminal.svg. Both are the
// same again while the terminal looks the same; with `--text` the screens that have a name are printed.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadSources, root } from "./project.js";
import { castOf } from "./record/cast.js";
import { svgOf } from "./record/svg.js";

const { playFirstMinute, SIZE } = await loadSources("test/e2e/recording/first-minute.ts");
const { screenText } = await loadSources("test/e2e/recording/screen.ts");

const about = {
  ...SIZE,
  title: "gantry in a terminal",
  description:
    "The first minute with Gantry in a small project: a question is answered in streaming markdown, an edit is shown as a diff and approved, the tests run and pass, and the way back is looked at.",
};
/** @type {import("../e2e/recording/recorder.ts").Shot[]} */
const shots = await playFirstMinute();
const files = { "docs/terminal.cast": castOf(shots, about), "docs/terminal.svg": svgOf(shots, about) };
for (const [name, text] of Object.entries(files)) {
  writeFileSync(join(root, name), text);
  console.log(`${name}: ${Math.ceil(Buffer.byteLength(text) / 1024)} KB`);
}
if (process.argv.includes("--text")) {
  for (const { name, screen } of shots) if (name) console.log(`\n===== ${name}\n${screenText(screen)}`);
}
