import { spawn } from "node:child_process";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { performance } from "node:perf_hooks";
import { rolldown } from "rolldown";
import { licencesOf } from "./licences.js";
import { exists, filesBelow, pluginFolders, root } from "./project.js";

/**
 * Found at run time in the installation: programs, native code, and what reads TypeScript. (typescript: cosmiconfig names it
 * in a loader that is never asked.)
 */
const EXTERNAL = [/^node:/, /^jiti($|\/)/, /^@vscode\/ripgrep$/, /^sharp$/, /^typescript$/];

/** Where the program starts. What they need statically lies in one file. */
const START = ["core/cli.ts", "core/index.ts", "plugins/index.ts"];

/** What nearly every run sets up before its first request. Together they are one file: each file costs a millisecond. */
const SESSION = [
  "context-env",
  "files-node",
  "frontend-headless",
  "http-node",
  "model-budget",
  "model-retry",
  "permit-modes",
  "permit-rules",
  "prompt-base",
  "session-jsonl",
  "settings-files",
  "usage-meter",
];

/** zod brings its messages in fifty languages, two thirds of its code; Gantry speaks English. */
const plainEnglish = {
  name: "plain-english",
  load: {
    filter: { id: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ },
    handler: () => 'export { default as en } from "./en.js";',
  },
};

const started = performance.now();
const [written] = await Promise.all([bundle(), declarations()]);
removeStale(written);
console.log(`dist/ built in ${((performance.now() - started) / 1000).toFixed(1)} s`);

async function bundle() {
  const build = await rolldown({
    cwd: root,
    input: entries(),
    external: EXTERNAL,
    platform: "node",
    tsconfig: join(root, "tsconfig.json"),
    plugins: [plainEnglish],
  });
  const { output } = await build.write({
    dir: join(root, "dist"),
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    banner: ({ name }) => (name === "gantry" ? "#!/usr/bin/env node" : ""),
    // Names and lines stay, so that a stack trace can be read: without them the start is no quicker (measured).
    minify: { compress: { target: "node20" }, mangle: false, codegen: { removeWhitespace: false } },
    comments: { legal: true, annotation: false, jsdoc: false },
    codeSplitting: {
      groups: [
        { name: startChunk(), debugName: "start", priority: 2 },
        { name: sessionChunk(), debugName: "session", priority: 1 },
      ],
    },
  });
  await build.close();
  const modules = output.flatMap((file) => (file.type === "chunk" ? Object.keys(file.modules) : []));
  writeFileSync(join(root, "dist/licences.txt"), licencesOf(modules).join(`\n${"-".repeat(80)}\n\n`));
  if (exists("dist/gantry.js")) chmodSync(join(root, "dist/gantry.js"), 0o755);
  return new Set(["dist/licences.txt", ...output.map((file) => `dist/${file.fileName}`)]);
}

/** Every public file, by its name in `dist/`. */
function entries() {
  const kit = filesBelow("sdk/kit").filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  return Object.fromEntries(
    [
      ["gantry", "core/bin.ts"],
      ["index", "core/index.ts"],
      ["sdk", "sdk/index.ts"],
      ["plugins", "plugins/index.ts"],
      ["sdk/testing", "sdk/testing/index.ts"],
      ...kit.map((file) => [`sdk/kit/${basename(file, ".ts")}`, file]),
      ...pluginFolders().map((name) => [`plugins/${name}`, `plugins/${name}/index.ts`]),
    ].filter(([, file]) => exists(file)),
  );
}

/**
 * Names the one file of the start: the modules that the start needs before any plugin is set up. By themselves they
 * would fall apart into a file for every combination of entries that shares them.
 */
function startChunk() {
  /** @type {Set<string> | undefined} */
  let modules;
  return (/** @type {string} */ id, /** @type {import("rolldown").ChunkingContext} */ context) => {
    modules ??= staticClosure(
      START.map((file) => join(root, file)),
      context,
    );
    return modules.has(id) ? "start" : null;
  };
}

/** Names the one file of {@link SESSION}: their own code, not the packages they bring in later. */
function sessionChunk() {
  /** @type {Set<string> | undefined} */
  let modules;
  return (/** @type {string} */ id, /** @type {import("rolldown").ChunkingContext} */ context) => {
    modules ??= staticClosure(
      SESSION.flatMap((name) => {
        const info = context.getModuleInfo(join(root, `plugins/${name}/index.ts`));
        return info ? info.dynamicallyImportedIds : [];
      }),
      context,
    );
    return modules.has(id) ? "session" : null;
  };
}

function staticClosure(/** @type {string[]} */ ids, /** @type {import("rolldown").ChunkingContext} */ context) {
  const seen = new Set();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const info = seen.has(id) ? null : context.getModuleInfo(id);
    if (!info) continue;
    seen.add(id);
    open.push(...info.importedIds);
  }
  return seen;
}

/**
 * Writes `dist/types`. The compiler leaves `./x.ts` in declarations, which only the newest compilers follow to
 * `x.d.ts`; every compiler follows `./x.js`.
 */
async function declarations() {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  rmSync(join(root, "dist/types"), { recursive: true, force: true });
  await run(process.execPath, [tsc, "-p", "tsconfig.build.json"]);
  for (const file of filesBelow("dist/types")) {
    const text = readFileSync(join(root, file), "utf8");
    writeFileSync(join(root, file), text.replace(/((?:from |import\()"\.{1,2}\/[^"\n]+)\.ts"/g, '$1.js"'));
  }
}

/** Removes what earlier builds left in `dist/`, last, so that a running program keeps its files while this one works. */
function removeStale(/** @type {Set<string>} */ written) {
  for (const file of filesBelow("dist")) {
    if (!file.startsWith("dist/types/") && !written.has(file)) rmSync(join(root, file));
  }
}

/** @returns {Promise<void>} */
function run(/** @type {string} */ program, /** @type {string[]} */ args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: "inherit" });
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${args[0]} ended with ${code}.`))));
  });
}
