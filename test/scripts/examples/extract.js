import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exists, filesBelow, root } from "../project.js";

/** @typedef {{ from: string, line: number, code: string, path: string | undefined, isPage: boolean }} Example */

/**
 * Every ```ts of the README and docs/. One whose first line is a comment with a path is that file.
 * @returns {Example[]}
 */
export function fences() {
  const pages = ["README.md", ...filesBelow("docs").filter((file) => file.endsWith(".md"))].filter(exists);
  return pages.flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => {
      const code = match[1] ?? "";
      const path = /^\/\/ (\S+\.ts)\b/.exec(code)?.[1];
      return { from: page, line: lineAt(text, match.index) + 1, code, path, isPage: true };
    });
  });
}

/**
 * Every @example in the doc comments of the sdk.
 * @returns {Example[]}
 */
export function docExamples() {
  const files = filesBelow("sdk").filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return [...text.matchAll(/^[ \t]*\* @example\n([\s\S]*?)(?=^[ \t]*\*\/|^[ \t]*\* @)/gm)].map((match) => {
      const code = (match[1] ?? "").replace(/^[ \t]*\* ?/gm, "");
      return { from: file, line: lineAt(text, match.index) + 1, code, path: undefined, isPage: false };
    });
  });
}

function lineAt(/** @type {string} */ text, /** @type {number} */ offset) {
  return text.slice(0, offset).split("\n").length;
}
