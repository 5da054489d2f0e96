import { filesBelow } from "../project.js";
import { cell, cut, exportsOf, HEADER, readSource } from "./source.js";

/** Every coded error: the kernel's from its table, the plugins' from the places where they are made. */
export function errorsPage() {
  const kernel = exportsOf(readSource("core/errors.ts")).find((one) => one.name === "ERRORS");
  if (!kernel) throw new Error("core/errors.ts has no table ERRORS.");
  return [
    HEADER,
    "# Errors\n",
    "Every error a person can act on has a code, one sentence and a remedy. Codes are never reused for another meaning.\n",
    "## The kernel\n",
    ...kernelErrors(kernel).flatMap(({ code, message, remedy }) => [
      `### ${code}\n`,
      `${message}\n`,
      ...(remedy ? [`**What to do.** ${remedy}\n`] : []),
    ]),
    "## Plugins and the sdk\n",
    "| Code | Made in |",
    "|---|---|",
    ...pluginErrors(new Set(kernelErrors(kernel).map((one) => one.code))).map(
      ([code, files]) => `| \`${code}\` | ${files.map((file) => `\`${file}\``).join(", ")} |`,
    ),
    "",
  ].join("\n");
}

/** @returns {{ code: string, message: string, remedy: string }[]} */
function kernelErrors(/** @type {import("./source.js").Declaration} */ { node, source }) {
  return tableOf(node.init).properties.map((/** @type {any} */ property) => {
    const [message, remedy] = property.value.body.elements;
    return { code: property.key.name, message: sentence(source, message), remedy: sentence(source, remedy) };
  });
}

/** The object literal inside `Object.freeze({…} as const satisfies …)`, however it is wrapped. */
function tableOf(/** @type {any} */ node) {
  if (node.type === "ObjectExpression") return node;
  return tableOf(node.expression ?? node.arguments[0]);
}

/**
 * The text of a string or template, with `…` or the value's name where a value comes in.
 * @returns {string}
 */
function sentence(/** @type {any} */ source, /** @type {any} */ node) {
  if (node.type === "Literal") return String(node.value);
  if (node.type === "TemplateLiteral") {
    return node.quasis
      .map(
        (/** @type {any} */ part, /** @type {number} */ index) =>
          part.value.cooked + placeholder(source, node.expressions[index]),
      )
      .join("");
  }
  const fallback = node.type === "LogicalExpression" ? node.right : undefined;
  return fallback ? sentence(source, fallback) : placeholder(source, node);
}

function placeholder(/** @type {any} */ source, /** @type {any} */ node) {
  if (!node) return "";
  const text = cut(source, node);
  if (text.startsWith("didYouMean")) return "";
  const name = /\bp\.(\w+)/.exec(text)?.[1];
  return `‹${name ?? "…"}›`;
}

/** @returns {[string, string[]][]} */
function pluginErrors(/** @type {Set<string>} */ known) {
  /** @type {Map<string, Set<string>>} */
  const places = new Map();
  const files = ["plugins", "sdk"]
    .flatMap((folder) => filesBelow(folder))
    .filter((file) => /^(?!.*\.test\.).*\.tsx?$/.test(file));
  for (const file of files) {
    for (const code of literals(readSource(file).program)) {
      if (known.has(code)) continue;
      const owner = file.startsWith("plugins/") ? file.split("/").slice(0, 2).join("/") : file;
      places.set(code, (places.get(code) ?? new Set()).add(owner));
    }
  }
  return [...places]
    .map(([code, files]) => /** @type {[string, string[]]} */ ([cell(code), [...files].sort()]))
    .sort((a, b) => a[0].localeCompare(b[0], "en"));
}

/** @returns {Iterable<string>} */
function* literals(/** @type {any} */ node) {
  if (!node || typeof node !== "object") return;
  if (node.type === "Literal" && /^GANTRY_[A-Z0-9]+_[A-Z0-9_]+$/.test(node.value)) yield node.value;
  for (const child of Object.values(node)) yield* literals(child);
}
