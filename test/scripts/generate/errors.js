import { filesBelow } from "../project.js";
import { cut, exportsOf, HEADER, readSource } from "./source.js";

/** @typedef {{ code: string, message: string, remedy: string, owner: string }} CodedError */

/** Every coded error: the kernel's from its table, the plugins' from the places where they are made. */
export function errorsPage() {
  const kernel = exportsOf(readSource("core/errors.ts")).find((one) => one.name === "ERRORS");
  if (!kernel) throw new Error("core/errors.ts has no table ERRORS.");
  return [
    HEADER,
    "# Errors\n",
    "Every error a person can act on has a code, one sentence and a remedy; the program prints `gantry: sentence remedy [CODE]`. Codes are never reused for another meaning. Names in ‹ › stand for the value at hand. `GANTRY_INTERNAL` is on no list: it marks what should not have happened, so please report it.\n",
    "## The kernel\n",
    ...section(kernelErrors(kernel)),
    "## Plugins and the sdk\n",
    ...section(pluginErrors()),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

/** One heading a code; what differs under one code is a list. */
function section(/** @type {CodedError[]} */ errors) {
  const codes = [...new Set(errors.map(({ code }) => code))];
  return codes.flatMap((code) => {
    const same = errors.filter((one) => one.code === code);
    const owners = [...new Set(same.map(({ owner }) => owner))].filter(Boolean);
    const by = owners.length ? [`Made by ${owners.map((owner) => `\`${owner}\``).join(", ")}.\n`] : [];
    const [first] = same;
    if (same.length === 1 && first) {
      return [
        `### ${code}\n`,
        `${first.message}\n`,
        ...(first.remedy ? [`**What to do.** ${first.remedy}\n`] : []),
        ...by,
      ];
    }
    const items = same.map(({ message, remedy }) => `- ${message}${remedy ? ` **What to do.** ${remedy}` : ""}`);
    return [`### ${code}\n`, ...new Set(items), "", ...by];
  });
}

/** @returns {CodedError[]} */
function kernelErrors(/** @type {import("./source.js").Declaration} */ { node, source }) {
  return tableOf(node.init).properties.map((/** @type {any} */ property) => {
    const [message, remedy] = property.value.body.elements;
    return { code: property.key.name, message: sentence(source, message), remedy: sentence(source, remedy), owner: "" };
  });
}

/** The object literal inside `Object.freeze({…} as const satisfies …)`, however it is wrapped. */
function tableOf(/** @type {any} */ node) {
  if (node.type === "ObjectExpression") return node;
  return tableOf(node.expression ?? node.arguments[0]);
}

/** @returns {CodedError[]} */
function pluginErrors() {
  const files = ["plugins", "sdk"]
    .flatMap((folder) => filesBelow(folder))
    .filter((file) => /^(?!.*(\.test\.|\/fixtures\/|\/test-|^sdk\/testing\/)).*\.tsx?$/.test(file));
  const errors = files.flatMap((file) => {
    const source = readSource(file);
    const owner = file.startsWith("plugins/") ? (file.split("/")[1] ?? "") : file;
    return [...made(source.program)].map(({ code, message, remedy }) => ({
      code,
      message: sentence(source, message),
      remedy: remedy ? sentence(source, remedy) : "",
      owner,
    }));
  });
  return errors.sort((a, b) => a.code.localeCompare(b.code, "en"));
}

/**
 * The places where a coded error is made: `new PluginError(code, message, remedy)` and functions of the same order, a row of a
 * table, or an object of parts.
 * @returns {Iterable<{ code: string, message: any, remedy: any }>}
 */
function* made(/** @type {any} */ node) {
  if (!node || typeof node !== "object") return;
  if (["NewExpression", "CallExpression", "ArrayExpression"].includes(node.type)) {
    const [code, message, remedy] = node.arguments ?? node.elements;
    if (isCode(code) && message) yield { code: code.value, message, remedy };
  }
  if (node.type === "ObjectExpression") {
    const part = (/** @type {string} */ name) =>
      node.properties.find((/** @type {any} */ one) => one.key?.name === name)?.value;
    if (isCode(part("code")) && part("message")) {
      yield { code: part("code").value, message: part("message"), remedy: part("remedy") };
    }
  }
  for (const child of Object.values(node)) yield* made(child);
}

function isCode(/** @type {any} */ node) {
  return node?.type === "Literal" && /^GANTRY_[A-Z0-9]+_[A-Z0-9_]+$/.test(node.value);
}

/**
 * The text of a string or template, with the value's name where a value comes in. Of a choice, what is said by default.
 * @returns {string}
 */
function sentence(/** @type {any} */ source, /** @type {any} */ node) {
  if (node.type === "Literal") return String(node.value);
  if (node.type === "TemplateLiteral") {
    return node.quasis
      .map((/** @type {any} */ part, /** @type {number} */ index) => {
        const value = node.expressions[index];
        return part.value.cooked + (value ? placeholder(source, value) : "");
      })
      .join("");
  }
  if (node.type === "ArrowFunctionExpression") return sentence(source, node.body);
  if (node.type === "ConditionalExpression") {
    return sentence(source, node.consequent.type === "Literal" ? node.consequent : node.alternate);
  }
  if (node.type === "LogicalExpression" && node.operator !== "&&") return sentence(source, node.right);
  return placeholder(source, node);
}

/** What stands for a value: its name; nothing for what is only sometimes said. */
function placeholder(/** @type {any} */ source, /** @type {any} */ node) {
  if (node.type === "ConditionalExpression") {
    return ["Literal", "TemplateLiteral"].includes(node.alternate.type)
      ? sentence(source, node.alternate)
      : `‹${nameOf(source, node.alternate)}›`;
  }
  if (node.type === "LogicalExpression" && node.operator === "&&") return "";
  if (/^didYouMean\b/.test(cut(source, node))) return "";
  const name = nameOf(source, node);
  return name && `‹${name}›`;
}

/** @returns {string} */
function nameOf(/** @type {any} */ source, /** @type {any} */ node) {
  switch (node.type) {
    case "Identifier":
      return plain(node.name);
    case "ChainExpression":
      return nameOf(source, node.expression);
    case "MemberExpression":
      if (node.property.name === "length") return "number";
      return node.computed ? nameOf(source, node.object) : plain(node.property.name);
    case "LogicalExpression":
      return nameOf(source, node.operator === "??" ? node.right : node.left);
    case "BinaryExpression":
      return /\/ 1000$/.test(cut(source, node)) ? "seconds" : nameOf(source, node.left);
    case "CallExpression": {
      if (node.callee.name === "messageOf") return "problem";
      if (node.callee.type === "MemberExpression" && node.callee.object.name !== "JSON")
        return nameOf(source, node.callee.object);
      return node.arguments[0] ? nameOf(source, node.arguments[0]) : cut(source, node.callee);
    }
    case "ArrayExpression":
    case "SpreadElement":
      return nameOf(source, node.elements?.[0] ?? node.argument);
    default:
      return "…";
  }
}

/** Names of the sources that would say little to a reader; an empty one is only sometimes said. */
const NAMES = new Map([
  ["ms", "milliseconds"],
  ["maxBytes", "bytes"],
  ["maxLength", "number"],
  ["message", "problem"],
  ["start", "beginning"],
  ["through", ""],
  ["LOG_VERSION", "version"],
]);

function plain(/** @type {string} */ name) {
  return NAMES.get(name) ?? name;
}
