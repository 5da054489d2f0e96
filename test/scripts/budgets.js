// What must stay small, and what the kernel must not know.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "rolldown/utils";
import { loadedBy } from "./loaded/list.js";
import { filesBelow, loadSources, packageJson, root } from "./project.js";

const BUDGETS = {
  /**
   * Lines of code of the kernel: core/ less the command line, without blanks, comments and imports. What it has grown by is what no
   * plugin can do: trust, bound to what was shown, and claims, since whoever loads a folder's code has to know what was approved
   * before there is any plugin; models, tools and a judge for plugins, which all go the one path of every call; the floor under what
   * may be read unasked; the place of a call, resolved once, since only the kernel stands before all gates and the tool; and what the log
   * is: its branches, its copies, what waits in it, and whether what a plugin makes of it may replace it; and, within a turn, what a
   * plugin has contributed meanwhile, what somebody else than a gate wants of the person, and a yes that changes its call; what lies in the slots
   * that plugins look into; and a call that nobody is asked about, and a turn that another model answers, for what skills say of themselves;
   * what each provider offers, and which keys the person keeps; and answers that come from elsewhere while others are asked; and at a start
   * only the flags that the words may mean, and no schema for a model before there is a session; and sessions below others, with the tools
   * that they have, since only whoever opens sessions can promise that there is no way around it.
   */
  kernelLines: 3_315,
  /** Lines of one file of core/, as an editor counts them. */
  kernelFileLines: 250,
  /** Bytes that are read before the first plugin is set up: the kernel, zod, and the manifests with some hundred commands. */
  startBytes: 707_000,
  /** Files that `gantry --version` loads. */
  versionFiles: 1,
  /** Files that `gantry --help` loads. */
  helpFiles: 6,
  /** Files that a prompt without a tool call loads: what its session needs lies in one of them; settings apart, for the terminal's first line. */
  promptFiles: 8,
};
/** The command line, which stands around the kernel. */
const COMMAND_LINE = ["arguments", "bin", "cli", "code-cache", "frontend-host", "program", "stdin", "version"].map(
  (name) => `core/${name}.ts`,
);

/** Core files above the limit, with the reason. */
const LONG = {
  "core/guard.ts": "every promise to and about a tap is kept in one place",
  "core/kernel.ts": "the host is one object; what it is made of lies in other files",
  "core/session.ts": "the session is one object; what it is made of lies in other files",
};

/** @type {string[]} */
const problems = [];
const { catalogue } = await loadSources("plugins/index.ts");
kernelIsSmall();
kernelNamesNoPlugin();
startIsSmall();
for (const problem of problems) console.error(problem);
if (problems.length) process.exitCode = 1;

function kernelIsSmall() {
  let all = 0;
  for (const file of kernelFiles()) {
    const text = readFileSync(join(root, file), "utf8");
    const code = withoutComments(file, text).replace(/^import\b[^;]*;\n/gm, "");
    if (!COMMAND_LINE.includes(file)) all += code.split("\n").filter((line) => line.trim()).length;
    const lines = text.split("\n").length - 1;
    if (lines > BUDGETS.kernelFileLines && !(file in LONG)) {
      problems.push(
        `${file} has ${lines} lines; above ${BUDGETS.kernelFileLines} it wants a reason in test/scripts/budgets.js.`,
      );
    }
  }
  report("kernel, lines of code", all, BUDGETS.kernelLines);
}

/** The kernel decides by manifests; a name of a built-in in its text would be a privilege. */
function kernelNamesNoPlugin() {
  const names = new Set();
  /** What a sentence could name of a plugin. */
  const phrases = new Set();
  for (const [name, { manifest }] of Object.entries(catalogue.plugins)) {
    for (const one of [name, ...Object.keys(manifest.tools ?? {}), ...Object.keys(manifest.providers ?? {})])
      names.add(one);
    for (const subcommand of Object.keys(manifest.subcommands ?? {})) phrases.add(`gantry ${subcommand}`);
    for (const command of Object.keys(manifest.commands ?? {})) phrases.add(`/${command}`);
    for (const [flag, { short }] of Object.entries(manifest.flags ?? {})) {
      phrases.add(`--${flag}`);
      if (short) phrases.add(`-${short}`);
    }
    for (const { usable } of Object.values(manifest.providers ?? {})) {
      if (typeof usable === "object") for (const variable of usable.env) phrases.add(variable);
    }
  }
  const said = new RegExp(`(^|[\\s"'(])(${[...phrases].join("|")})($|[\\s"'.,:;)])`);
  for (const file of kernelFiles()) {
    for (const { value, line } of strings(file)) {
      const known =
        [...names].find((name) => value === name || (name.includes("-") && value.includes(name))) ??
        said.exec(value)?.[2];
      if (known) problems.push(`${file}:${line} names "${known}", which belongs to a plugin.`);
    }
  }
}

function startIsSmall() {
  const { files, status, stderr } = loadedBy(["dist/gantry.js", "--help"]);
  if (status !== 0) problems.push(`gantry --help ended with ${status}: ${stderr.trim()}`);
  const bytes = files.reduce((sum, file) => sum + statSync(join(root, file)).size, 0);
  report("gantry --help, files loaded", files.length, BUDGETS.helpFiles);
  report("gantry --help, bytes loaded", bytes, BUDGETS.startBytes);
  const prompt = loadedBy(["dist/gantry.js", "--model", "offline", "-p", "hello"]);
  if (prompt.status !== 0) problems.push(`gantry -p hello ended with ${prompt.status}: ${prompt.stderr.trim()}`);
  report("gantry -p hello, files loaded", prompt.files.length, BUDGETS.promptFiles);
  const version = loadedBy(["dist/gantry.js", "--version"]);
  if (!version.stdout.includes(packageJson.version)) problems.push(`gantry --version says "${version.stdout.trim()}".`);
  report("gantry --version, files loaded", version.files.length, BUDGETS.versionFiles);
}

function report(/** @type {string} */ what, /** @type {number} */ value, /** @type {number} */ limit) {
  console.log(`${what}: ${value} of ${limit}`);
  if (value > limit) problems.push(`${what}: ${value}, at most ${limit}.`);
}

function kernelFiles() {
  return filesBelow("core").filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
}

function withoutComments(/** @type {string} */ file, /** @type {string} */ text) {
  const { comments } = parseSync(file, text);
  return comments.reduceRight((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), text);
}

/** The string literals of a file, template parts included. */
function strings(/** @type {string} */ file) {
  const text = readFileSync(join(root, file), "utf8");
  /** @type {{ value: string, line: number }[]} */
  const found = [];
  const visit = (/** @type {any} */ node) => {
    if (!node || typeof node !== "object") return;
    const value =
      node.type === "Literal" ? node.value : node.type === "TemplateElement" ? node.value.cooked : undefined;
    if (typeof value === "string") found.push({ value, line: text.slice(0, node.start).split("\n").length });
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseSync(file, text).program);
  return found;
}
