import { filesBelow } from "../project.js";
import { importsOf } from "./imports.js";
import { RULES } from "./rules.js";

/** Every broken rule below a folder, as a line that names place, rule and what to do. */
export function broken(/** @type {string} */ base) {
  return violations(base).map(
    ({ file, line, rule, target }) => `${file}:${line} imports ${target} (${rule}): ${SAYS[rule]}.`,
  );
}

/** @type {Record<string, string>} */
const SAYS = {
  ...Object.fromEntries(Object.entries(RULES).map(([name, rule]) => [name, rule.says])),
  "no-cycle": "modules that need each other to run cannot be read one after the other",
  exists: "the imported file is not there",
};

/** @returns {{ file: string, line: number, rule: string, target: string }[]} */
export function violations(/** @type {string} */ base) {
  const files = ["core", "sdk", "plugins"]
    .flatMap((folder) => filesBelow(folder, base))
    .filter((file) => /\.tsx?$/.test(file));
  const known = new Set(files);
  const imports = files.flatMap((file) => importsOf(base, file));
  const heavy = new Set(imports.filter((one) => one.isPackage && one.kind === "static").map((one) => one.file));
  const isOurs = (/** @type {string} */ target) => /^(core|sdk|plugins)\/.*\.tsx?$/.test(target);
  return [
    ...imports.flatMap((one) =>
      Object.entries(RULES).flatMap(([rule, { isBroken }]) => (isBroken(one, heavy) ? [{ ...one, rule }] : [])),
    ),
    ...imports.filter(({ target }) => isOurs(target) && !known.has(target)).map((one) => ({ ...one, rule: "exists" })),
    ...cycles(imports.filter(({ kind, target }) => kind === "static" && known.has(target))),
  ];
}

/** The import that closes each cycle of modules. */
function cycles(/** @type {import("./rules.js").Import[]} */ imports) {
  const byFile = groupByFile(imports);
  /** @type {Map<string, "open" | "done">} */
  const state = new Map();
  /** @type {{ file: string, line: number, rule: string, target: string }[]} */
  const found = [];
  const visit = (/** @type {string} */ file) => {
    state.set(file, "open");
    for (const one of byFile.get(file) ?? []) {
      if (state.get(one.target) === "open") found.push({ ...one, rule: "no-cycle" });
      else if (!state.has(one.target)) visit(one.target);
    }
    state.set(file, "done");
  };
  for (const file of byFile.keys()) if (!state.has(file)) visit(file);
  return found;
}

function groupByFile(/** @type {import("./rules.js").Import[]} */ imports) {
  /** @type {Map<string, import("./rules.js").Import[]>} */
  const groups = new Map();
  for (const one of imports) groups.set(one.file, [...(groups.get(one.file) ?? []), one]);
  return groups;
}
