// Compiles every ```ts of the documentation and every @example of the sdk, and follows every link. The examples are written for
// readers: names that the text around them introduces come from test/fixtures/examples/ambient.d.ts, and the sdk's own need no
// import.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { docExamples, fences } from "./examples/extract.js";
import { sdkImports } from "./examples/imports.js";
import { deadLinks } from "./examples/links.js";
import { root } from "./project.js";

const folder = join(root, "test/.examples");
rmSync(folder, { recursive: true, force: true });
cpSync(join(root, "test/fixtures/examples"), folder, { recursive: true });

/** The files of one page lie in one folder, so that its examples can import each other. */
const examples = [...fences(), ...docExamples()].map((example, index) => ({
  ...example,
  file: example.isPage ? join(example.from.replace(/\W+/g, "-"), example.path ?? `${index}.ts`) : `${index}.ts`,
}));
for (const { file, code } of examples) {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  // The imports stand on the example's first line, so that the compiler's line numbers stay the reader's.
  const isInside = /\byield\b/.test(code) && !/^(import|export) /m.test(code);
  const body = isInside ? `export async function* example() { ${code} }` : `${code}\nexport {};`;
  writeFileSync(join(folder, file), `${sdkImports(code)}${body}\n`);
}
writeFileSync(
  join(folder, "tsconfig.json"),
  JSON.stringify({
    extends: "../../tsconfig.json",
    compilerOptions: {
      noUncheckedIndexedAccess: false,
      verbatimModuleSyntax: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
    include: ["**/*.ts", "**/.gantry/**/*.ts"],
    exclude: [],
  }),
);

const { status, stdout } = spawnSync(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "-p", folder, "--pretty", "false"],
  {
    cwd: folder,
    encoding: "utf8",
  },
);
for (const line of stdout.split("\n").filter(Boolean)) console.error(located(line));
if (status === 0) rmSync(folder, { recursive: true });
const dead = deadLinks();
for (const link of dead) console.error(link);
if (status !== 0 || !examples.length || dead.length) process.exitCode = 1;
console.log(`${examples.length} examples`);

/** Names the place in the documentation instead of the file that was made of it. */
function located(/** @type {string} */ line) {
  const [, file, row, rest] = /^(.+?)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
  const example = examples.find((one) => one.file === file);
  return example ? `${example.from}:${example.line + Number(row) - 1}: ${rest}` : line;
}
