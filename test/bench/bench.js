// `npm run bench`: what the host costs, as ratios to the least that Node or tapable can do in the same run.
// `npm run bench -- hooks` measures one part.
import { boot } from "./boot.js";
import { hooks } from "./hooks.js";
import { markdown } from "./markdown.js";
import { mentions } from "./mentions.js";
import { permissions } from "./permissions.js";
import { sandbox } from "./sandbox.js";
import { sessions } from "./sessions.js";
import { start } from "./start.js";
import { tui } from "./tui.js";

const parts = { hooks, boot, start, permissions, sandbox, sessions, markdown, mentions, tui };
const wanted = process.argv.slice(2);

/** @type {{ what: string, value: string, beside: string, ratio: string }[]} */
const rows = [];
for (const [name, part] of Object.entries(parts)) {
  if (!wanted.length || wanted.includes(name)) rows.push(...(await part()));
}
const widths = ["what", "value", "beside", "ratio"].map((key) => Math.max(...rows.map((row) => row[key].length)));
for (const row of rows) {
  console.log(
    ["what", "value", "beside", "ratio"]
      .map((key, index) => row[key].padEnd(widths[index]))
      .join("  ")
      .trimEnd(),
  );
}
process.exit(0);
