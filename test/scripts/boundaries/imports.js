import { readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { parseSync } from "rolldown/utils";

/**
 * Every import of a file, type imports included.
 * @returns {import("./rules.js").Import[]}
 */
export function importsOf(/** @type {string} */ base, /** @type {string} */ file) {
  const text = readFileSync(join(base, file), "utf8");
  const { module, program, errors } = parseSync(file, text);
  if (errors.length) throw new Error(`${file}: ${errors[0].message}`);
  const found = (
    /** @type {number} */ at,
    /** @type {string} */ request,
    /** @type {"static" | "type" | "dynamic"} */ kind,
    isLazy = false,
  ) => ({
    file,
    line: text.slice(0, at).split("\n").length,
    kind,
    isLazy,
    ...targetOf(file, request),
  });
  return [
    ...module.staticImports.map(({ start, moduleRequest, entries }) =>
      found(start, moduleRequest.value, entries.length && entries.every((one) => one.isType) ? "type" : "static"),
    ),
    ...module.staticExports.flatMap(({ start, entries }) =>
      entries.flatMap((one) =>
        one.moduleRequest ? [found(start, one.moduleRequest.value, one.isType ? "type" : "static")] : [],
      ),
    ),
    ...[...nested(program)].map(({ node, isLazy }) =>
      found(node.start, requestOf(node), node.type === "TSImportType" ? "type" : "dynamic", isLazy),
    ),
  ];
}

/** What a request leads to: the package's own names stand for its sources. */
function targetOf(/** @type {string} */ file, /** @type {string} */ request) {
  const kit = /^gantry\/sdk\/kit\/(.+)$/.exec(request)?.[1];
  if (kit) return { target: `sdk/kit/${kit}.ts`, isPackage: false };
  if (request === "gantry") return { target: "core/index.ts", isPackage: false };
  if (request.startsWith("gantry/")) return { target: `${request.slice("gantry/".length)}/index.ts`, isPackage: false };
  if (request.startsWith(".")) return { target: posix.join(dirname(file), request), isPackage: false };
  if (request.startsWith("node:")) return { target: request, isPackage: false };
  return {
    target: request
      .split("/")
      .slice(0, request.startsWith("@") ? 2 : 1)
      .join("/"),
    isPackage: true,
  };
}

/**
 * `import()` expressions and types; lazy is one that is all a function handed to lazy() does.
 * @returns {Iterable<{ node: any, isLazy: boolean }>}
 */
function* nested(/** @type {any} */ node, isLazy = false) {
  if (!node || typeof node !== "object") return;
  if (node.type === "ImportExpression" || node.type === "TSImportType") yield { node, isLazy };
  const isHandedToLazy = node.type === "CallExpression" && node.callee.name === "lazy";
  const isStillLazy = isHandedToLazy || (isLazy && (Array.isArray(node) || node.type === "ArrowFunctionExpression"));
  for (const child of Object.values(node)) yield* nested(child, isStillLazy);
}

function requestOf(/** @type {any} */ node) {
  return (node.source ?? node.argument)?.value ?? "(computed)";
}
