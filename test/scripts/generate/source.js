// Reads declarations and their doc comments out of TypeScript sources.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "rolldown/utils";
import { root } from "../project.js";

/** @typedef {{ name: string, doc: string, text: string, node: any, source: Source }} Declaration */
/** @typedef {{ file: string, text: string, program: any, comments: any[] }} Source */

/** @returns {Source} */
export function readSource(/** @type {string} */ file) {
  const text = readFileSync(join(root, file), "utf8");
  const { program, comments, errors } = parseSync(file, text);
  if (errors.length) throw new Error(`${file}: ${errors[0].message}`);
  return { file, text, program, comments };
}

/**
 * The exported declarations of a file, in order.
 * @returns {Declaration[]}
 */
export function exportsOf(/** @type {Source} */ source) {
  return source.program.body
    .filter((/** @type {any} */ node) => node.type === "ExportNamedDeclaration" && node.declaration)
    .map((/** @type {any} */ node) => {
      const inner = node.declaration.declarations?.[0] ?? node.declaration;
      return {
        name: inner.id.name,
        doc: docBefore(source, node.start),
        text: cut(source, inner),
        node: inner,
        source,
      };
    });
}

export function cut(/** @type {Source} */ source, /** @type {{ start: number, end: number }} */ node) {
  return source.text.slice(node.start, node.end);
}

/** The doc comment that ends right before an offset, as markdown. */
export function docBefore(/** @type {Source} */ source, /** @type {number} */ offset) {
  const comment = source.comments.findLast((one) => one.end <= offset);
  if (!comment?.value.startsWith("*") || /\S/.test(source.text.slice(comment.end, offset))) return "";
  return comment.value
    .slice(1)
    .split("\n")
    .map((/** @type {string} */ line) => line.replace(/^\s*\* ?/, ""))
    .join("\n")
    .replace(/\{@link (\w+)\}/g, "`$1`")
    .trim();
}

/** A doc comment without its tags, such as `@example`. */
export function prose(/** @type {string} */ doc) {
  return doc.replace(/\n@[\s\S]*$/, "").trim();
}

/**
 * The code of each `@example` of a doc comment.
 * @returns {string[]}
 */
export function examplesOf(/** @type {string} */ doc) {
  return [...doc.matchAll(/^@example\n([\s\S]*?)(?=\n@|$(?![\s\S]))/gm)].map(([, code = ""]) => code.trimEnd());
}

/** Prose on one line, for a table's cell. */
export function cell(/** @type {string} */ text) {
  return text.replace(/\s+/g, " ").replaceAll("|", "\\|").trim();
}

export const HEADER = "<!-- Written by `npm run generate`. Change what it is made from instead. -->\n";
