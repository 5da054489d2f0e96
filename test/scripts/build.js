import { spawn } from "node:child_process";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
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
const START = ["core/program.ts", "core/index.ts"];

/**
 * Plugins whose setups are needed at the same moment, each list one file: every file costs a millisecond.
 * @type {Record<string, string[]>}
 */
const TOGETHER = {
  /** Before the first request of nearly every run. */
  session: [
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
  ],
  /** At the first command. */
  commands: ["exec-node", "tool-bash", "tool-jobs"],
};
const PLUGINS_TOGETHER = Object.values(TOGETHER).flat();

/** Asked for alone, by `gantry --version`. */
const VERSION = join(root, "core/version.ts");

/** What every model provider reads its answers with. */
const STREAMS = ["sdk/kit/sse.ts", "sdk/kit/tool-input.ts"];

/** Where a manifest names the module of its setup. */
const SETUP = /import\("(\.\/[\w-]+\.ts)"\)/;

/** zod brings its messages in fifty languages, two thirds of its code; Gantry speaks English. */
const plainEnglish = {
  name: "plain-english",
  load: {
    filter: { id: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ },
    handler: () => 'export { default as en } from "./en.js";',
  },
};

/** commander can start programs for subcommands that are files of their own; Gantry has none, and never loads what that needs. */
const noPrograms = {
  name: "no-programs",
  transform: {
    filter: { id: /[\\/]commander[\\/]lib[\\/]command\.js$/ },
    handler: (/** @type {string} */ code) =>
      code.replace("const childProcess = require('node:child_process');", "const childProcess = undefined;"),
  },
};

/**
 * Puts the setups of a list of {@link TOGETHER} behind one `import()`. Left to itself the bundler keeps a file for each, which
 * does no more than name the other.
 */
const together = {
  name: "together",
  resolveId: { filter: { id: /^together:/ }, handler: (/** @type {string} */ id) => `\0${id}` },
  load: {
    filter: { id: /^\0together:/ },
    handler: (/** @type {string} */ id) =>
      TOGETHER[id.slice("\0together:".length)]
        ?.map((name) => `export { default as ${camel(name)} } from ${JSON.stringify(setupOf(name))};`)
        .join("\n"),
  },
  transform: {
    filter: { id: new RegExp(`[\\\\/]plugins[\\\\/](${PLUGINS_TOGETHER.join("|")})[\\\\/]index\\.ts$`) },
    handler: (/** @type {string} */ code, /** @type {string} */ id) => {
      const name = basename(dirname(id));
      const [list] = Object.keys(TOGETHER).filter((key) => TOGETHER[key]?.includes(name));
      return code.replace(SETUP, `import("together:${list}").then((all) => ({ default: all.${camel(name)} }))`);
    },
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
    plugins: [plainEnglish, noPrograms, together],
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
        { name: "version", test: (/** @type {string} */ id) => id === VERSION, priority: 3 },
        {
          name: closureOf(
            "start",
            START.map((file) => join(root, file)),
          ),
          debugName: "start",
          priority: 2,
        },
        { name: closureOf("session", ["\0together:session", ...STREAMS.map((file) => join(root, file))]), priority: 1 },
        { name: closureOf("commands", ["\0together:commands"]) },
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
 * Names the one file of what these modules need statically. By itself it would fall apart into a file for every combination
 * of entries that shares a part of it.
 */
function closureOf(/** @type {string} */ name, /** @type {string[]} */ ids) {
  /** @type {Set<string> | undefined} */
  let modules;
  return (/** @type {string} */ id, /** @type {import("rolldown").ChunkingContext} */ context) => {
    modules ??= staticClosure(ids, context);
    return modules.has(id) ? name : null;
  };
}

/** The file of a plugin's setup. */
function setupOf(/** @type {string} */ name) {
  const [, file = ""] = SETUP.exec(readFileSync(join(root, `plugins/${name}/index.ts`), "utf8")) ?? [];
  return join(root, "plugins", name, file);
}

function camel(/** @type {string} */ name) {
  return name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
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
