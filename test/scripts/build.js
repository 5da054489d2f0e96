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
const EXTERNAL = [/^node:/, /^jiti($|\/)/, /^@vscode\/ripgrep$/, /^sharp$/, /^@napi-rs\/keyring$/, /^typescript$/];

/** Where the program starts, and the kernel for others. What each needs statically lies in one file. */
const PROGRAM = "core/program.ts";
const KERNEL = "core/index.ts";

/**
 * Plugins whose setups are needed at the same moment, each list one file: every file costs a millisecond.
 * @type {Record<string, string[]>}
 */
const TOGETHER = {
  /** Before the first request of nearly every run. */
  session: [
    "agents",
    "cache-watch",
    "command-files",
    "compact-breaker",
    "context-env",
    "context-git",
    "context-mentions",
    "exec-sandbox",
    "files-node",
    "frontend-headless",
    "hook-scripts",
    "http-node",
    "input-shell",
    "mcp-bridge",
    "memory-auto",
    "memory-dream",
    "memory-extract",
    "memory-files",
    "memory-session",
    "model-budget",
    "model-retry",
    "output-styles",
    "permit-modes",
    "permit-remember",
    "permit-rules",
    "prompt-base",
    "session-goal",
    "session-jsonl",
    "session-retention",
    "shell-folders",
    "skills",
    "tool-agent",
    "tool-ask",
    "tool-plan",
    "tool-search",
    "tool-todo",
    "telemetry-otel",
    "usage-meter",
  ],
  /** Before a terminal is drawn on: which frontend it is, and its colours. */
  settings: ["settings-files"],
  /** At the first command. */
  commands: ["exec-node", "tool-bash", "tool-jobs"],
};
const PLUGINS_TOGETHER = Object.values(TOGETHER).flat();

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

/** The SDK of MCP brings two validators of JSON schemas; the bridge gives it the one that makes no code of them, and the other stays out. */
const oneValidator = {
  name: "one-validator",
  resolveId: { filter: { id: /^@modelcontextprotocol\/client\/_shims$/ }, handler: () => "\0mcp-shims" },
  load: {
    filter: { id: /^\0mcp-shims$/ },
    handler: () =>
      'export { CfWorkerJsonSchemaValidator as DefaultJsonSchemaValidator } from "@modelcontextprotocol/client/validators/cf-worker";\n' +
      "export const CORS_IS_POSSIBLE = false;",
  },
};

/** Texts that lie beside a plugin's code and are no code of the program, such as a page, become part of its file. */
const textsBeside = {
  name: "texts-beside",
  transform: {
    filter: { id: /[\\/]plugins[\\/].*\.ts$/, code: /import\.meta\.url/ },
    handler: (/** @type {string} */ code, /** @type {string} */ id) =>
      code.replace(
        /readFileSync\(new URL\("(\.\/[\w./-]+)", import\.meta\.url\), "utf8"\)/g,
        (_, /** @type {string} */ name) => JSON.stringify(readFileSync(join(dirname(id), name), "utf8")),
      ),
  },
};

/**
 * What is an emoji is an expression of all emoji: it takes twenty milliseconds to be made. Of one code point the tables of widths say the
 * same, and only what has more is asked for.
 */
const emojiLater = {
  name: "emoji-later",
  transform: {
    filter: { id: /[\\/]string-width[\\/]index\.js$/ },
    handler: (/** @type {string} */ code) =>
      replaced(
        code,
        ["rgiEmojiRegex.test(segment)", "(!isOne(segment) && emojiNow().test(segment))"],
        [
          "const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;",
          'let rgiEmojiRegex;\nconst emojiNow = () => (rgiEmojiRegex ??= new RegExp("^\\\\p{RGI_Emoji}$", "v"));',
        ],
        ["of segmenter.segment(string)", "of isOne(string) ? [{ segment: string }] : segmenterNow().segment(string)"],
        [
          "const segmenter = new Intl.Segmenter();",
          "const isOne = (text) => text.length === (text.codePointAt(0) > 0xffff ? 2 : 1);\n" +
            "let segmenter;\n" +
            "const segmenterNow = () => (segmenter ??= new Intl.Segmenter());",
        ],
      ),
  },
};

/**
 * Ink waits for two things when it is loaded, and a script that is no module cannot: its developer tools, which stay out, and the
 * layouter, a WebAssembly that is compiled in place here.
 */
const YOGA = join(root, "node_modules/yoga-layout/dist");
const WASM = /data:application\/octet-stream;base64,([\w+/=]+)/;
const inkAtOnce = [
  {
    name: "ink-at-once",
    transform: {
      filter: { id: /[\\/]ink[\\/]build[\\/]reconciler\.js$/ },
      handler: (/** @type {string} */ code) =>
        replaced(
          code,
          ["await import('./devtools.js')", "undefined"],
          ["await loadPackageJson()", "{}"],
          ["await import('node:fs')", "{}"],
        ),
    },
  },
  {
    // Ink measures its texts anew in each frame, by expressions that take milliseconds; the painter knows what it has measured.
    name: "ink-measures-once",
    resolveId: {
      filter: { id: /^string-width$/ },
      handler: (/** @type {string} */ _, /** @type {string | undefined} */ importer = "") =>
        importer.includes("node_modules") ? "\0width" : undefined,
    },
    load: {
      filter: { id: /^\0width$/ },
      handler: () =>
        `export { width as default } from ${JSON.stringify(join(root, "plugins/frontend-tui/paint/width.ts"))};`,
    },
  },
  {
    // Ink makes a cell for each column of each row in each frame; a row needs those that something is written to, and those before.
    name: "ink-short-rows",
    transform: {
      filter: { id: /[\\/]ink[\\/]build[\\/]output\.js$/ },
      handler: (/** @type {string} */ code) =>
        replaced(
          code,
          ["x < this.width; x++", "false; x++"],
          ["let offsetX = x;", "while (currentLine.length < x) currentLine.push(BLANK);\nlet offsetX = x;"],
          [
            "export default class",
            'const BLANK = { type: "char", value: " ", fullWidth: false, styles: [] };\nexport default class',
          ],
        ),
    },
  },
  {
    name: "yoga-at-once",
    resolveId: { filter: { id: /^yoga-layout$/ }, handler: () => "\0yoga" },
    load: {
      filter: { id: /^\0yoga$/ },
      handler: () => {
        const binary = join(YOGA, "binaries/yoga-wasm-base64-esm.js");
        const [, wasm] = WASM.exec(readFileSync(binary, "utf8")) ?? [];
        if (!wasm) throw new Error(`${binary} holds no WebAssembly.`);
        return `
          import { setFlagsFromString } from "node:v8";
          import load from ${JSON.stringify(binary)};
          import wrap from ${JSON.stringify(join(YOGA, "src/wrapAssembly.js"))};
          // A function is compiled when it is called, as newer ones do unasked: most never are, and all of them take 90 ms.
          if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString("--wasm-lazy-compilation");
          const compiled = new WebAssembly.Module(Buffer.from("${wasm}", "base64"));
          const yoga = {
            instantiateWasm(imports, take) {
              take(new WebAssembly.Instance(compiled, imports));
              return {};
            },
          };
          load(yoga);
          export default wrap(yoga);
          export * from ${JSON.stringify(join(YOGA, "src/generated/YGEnums.js"))};`;
      },
    },
  },
  {
    name: "yoga-once",
    transform: {
      filter: { id: /[\\/]yoga-wasm-base64-esm\.js$/ },
      handler: (/** @type {string} */ code) => code.replace(WASM, "").replace("import.meta.url", '""'),
    },
  },
];

/**
 * What is not ASCII is written as an escape: such a file is read without being decoded, and V8 keeps it in half the room, which is six
 * milliseconds of a start. In a raw template an escape would be another text.
 */
const asciiOnly = {
  name: "ascii-only",
  generateBundle(/** @type {unknown} */ _, /** @type {import("rolldown").OutputBundle} */ files) {
    for (const file of Object.values(files)) {
      if (file.type !== "chunk") continue;
      if (/String\.raw`[^`]*[^\0-\x7f]/.test(file.code))
        throw new Error(`${file.fileName} has a raw template beyond ASCII.`);
      file.code = file.code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
    }
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
const bundles = await Promise.all([bundleModules(), bundleProgram(), bundleBeginning(), declarations()]);
const written = bundles.flatMap((files) => files ?? []);
writeLicences(written);
removeStale(new Set(["dist/licences.txt", ...written.map(({ file }) => file)]));
console.log(`dist/ built in ${((performance.now() - started) / 1000).toFixed(1)} s`);

/** The public modules, for whoever imports them. */
function bundleModules() {
  return bundle(entries(), {
    dir: "dist",
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    groups: groupsFrom(KERNEL),
  });
}

/** The one small file that a start begins with. */
async function bundleBeginning() {
  const files = await bundle(
    { gantry: "core/bin.ts" },
    { dir: "dist", format: "esm", entryFileNames: "[name].js", banner: "#!/usr/bin/env node", groups: [] },
  );
  chmodSync(join(root, "dist/gantry.js"), 0o755);
  return files;
}

/** The program itself, as CommonJS: the form in which every supported Node can keep compiled code. */
function bundleProgram() {
  return bundle(
    { program: PROGRAM },
    {
      dir: "dist/program",
      format: "cjs",
      entryFileNames: "[name].cjs",
      chunkFileNames: "[name]-[hash].cjs",
      // A script that comes from kept code has no way to import.
      dynamicImportInCjs: false,
      plugins: [asciiOnly],
      groups: groupsFrom(PROGRAM),
    },
  );
}

/**
 * @param {Record<string, string>} input
 * @param {import("rolldown").OutputOptions & { dir: string, groups: import("rolldown").CodeSplittingGroup[] }} output
 */
async function bundle(input, { dir, groups, ...options }) {
  const build = await rolldown({
    cwd: root,
    input,
    external: EXTERNAL,
    platform: "node",
    // ES modules where a package has both: what is not used of them is left out.
    resolve: { mainFields: ["module", "main"], conditionNames: ["module", "import", "node", "default"] },
    tsconfig: join(root, "tsconfig.json"),
    plugins: [plainEnglish, noPrograms, oneValidator, textsBeside, emojiLater, ...inkAtOnce, together],
    // React has a build for development, too.
    transform: { define: { "process.env.NODE_ENV": '"production"' } },
  });
  const { output } = await build.write({
    ...options,
    dir: join(root, dir),
    // Names and lines stay, so that a stack trace can be read: without them the start is no quicker (measured).
    minify: { compress: { target: "node20" }, mangle: false, codegen: { removeWhitespace: false } },
    comments: { legal: true, annotation: false, jsdoc: false },
    codeSplitting: { groups },
  });
  await build.close();
  return output.map((file) => ({
    file: `${dir}/${file.fileName}`,
    modules: file.type === "chunk" ? Object.keys(file.modules) : [],
  }));
}

/** What a start needs statically, and what is set up together after it, a file each. */
function groupsFrom(/** @type {string} */ start) {
  return [
    { name: closureOf("start", [join(root, start)]), debugName: "start", priority: 3 },
    { name: closureOf("settings", ["\0together:settings"]), debugName: "settings", priority: 2 },
    {
      name: closureOf("session", ["\0together:session", ...STREAMS.map((file) => join(root, file))]),
      debugName: "session",
      priority: 1,
    },
    { name: closureOf("commands", ["\0together:commands"]), debugName: "commands" },
  ];
}

function writeLicences(/** @type {{ modules: string[] }[]} */ files) {
  const licences = licencesOf(files.flatMap(({ modules }) => modules));
  writeFileSync(join(root, "dist/licences.txt"), licences.join(`\n${"-".repeat(80)}\n\n`));
}

/** A text with these parts replaced; each has to be there. */
function replaced(/** @type {string} */ code, /** @type {[string, string][]} */ ...parts) {
  for (const [part] of parts) if (!code.includes(part)) throw new Error(`"${part}" is no longer there to be replaced.`);
  return parts.reduce((text, [part, by]) => text.replaceAll(part, by), code);
}

/** Every public file, by its name in `dist/`. */
function entries() {
  const kit = filesBelow("sdk/kit").filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  return Object.fromEntries(
    [
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
