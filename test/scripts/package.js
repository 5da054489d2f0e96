// What a stranger gets: publint's rules, and the files of `npm pack`.
import { execFileSync } from "node:child_process";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { exists, packageJson, root } from "./project.js";

const ALLOWED = /^(dist\/(.+\.(c?js|d\.ts)|licences\.txt)|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;
/**
 * A little above what it was when agents, plans and todos had come. The largest parts are what the terminal is drawn with (React, Ink and its layouter,
 * the colours of code), the SDKs of the Model Context Protocol and of telemetry, the reader of PDF pages and the grammar of bash: everything lies in the package twice, as the program and for those who import it.
 */
const LARGEST_PACKED = 3_950_000;

const problems = [];
const { messages } = await publint({ pkgDir: root, strict: true, pack: false });
for (const message of messages) problems.push(formatMessage(message, packageJson) ?? message.code);

const [packed] = JSON.parse(
  execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts", "--loglevel=error"], {
    cwd: root,
    encoding: "utf8",
  }),
);
const files = packed.files.map((/** @type {{ path: string }} */ file) => file.path);
for (const file of files) if (!ALLOWED.test(file)) problems.push(`${file} does not belong into the package.`);
for (const file of ["README.md", "LICENSE", "dist/licences.txt", "CHANGELOG.md", packageJson.bin.gantry.slice(2)]) {
  if (!files.includes(file)) problems.push(`${file} is missing from the package.`);
}
for (const [name, { types, default: code }] of Object.entries(packageJson.exports).filter(
  ([, value]) => typeof value !== "string",
)) {
  for (const path of [types, code].filter((one) => !one.includes("*"))) {
    if (!exists(path)) problems.push(`The export ${name} names ${path}, which the build does not write.`);
  }
}
if (packed.size > LARGEST_PACKED) problems.push(`The package is ${packed.size} bytes; at most ${LARGEST_PACKED}.`);

for (const problem of problems) console.error(problem);
if (problems.length) process.exitCode = 1;
