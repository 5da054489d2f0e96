/** Tells a file or a folder by its content, so that what was approved can be known again. */
import fs from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { realPath } from "./folders.ts";

/** What a fingerprint covers at most. */
const MOST_ENTRIES = 2_000;
const MOST_BYTES = 32 * 1024 * 1024;

/** What may name further files, how a name may be written there, and what may be left out of it. */
const NAMING = /(\.[cm]?[jt]sx?|\/package\.json)$/;
const NAMED = /(["'`])(\.{1,2}\/[^"'`\n]+)\1/g;
const ENDINGS = ["", ".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json", "/index.ts", "/index.js", "/index.mjs"];

/**
 * The name, the size and the SHA-256 of a file's bytes; of a folder, of the names and bytes of all files in it. Files that code names
 * by a relative path, as imports do, belong to it wherever they lie. Links are followed, and where the path itself leads elsewhere,
 * that is said. Nothing is interpreted: a path that code puts together, and installed packages, are not seen.
 *
 * **Contract**: throws for what is neither file nor folder, cannot be read, or holds more than 2,000 entries or 32 MiB.
 *
 * @example
 * fingerprint("/home/me/shop/gantry.config.json"); // "gantry.config.json: 17 bytes, SHA-256 9f86d081…"
 */
export function fingerprint(path: string): string {
  const hash = createHash();
  const seen = new Set<string>();
  const counted = { entries: 0, files: 0, bytes: 0 };

  function add(one: string): void {
    if (seen.has(one)) return;
    seen.add(one);
    const stat = fs.statSync(one);
    if (stat.isFile()) counted.bytes += stat.size;
    if (counted.entries++ > MOST_ENTRIES || counted.bytes > MOST_BYTES) {
      throw new Error(
        `It holds more than ${MOST_ENTRIES} files or ${MOST_BYTES} bytes, so that it cannot be told by its content.`,
      );
    }
    if (stat.isDirectory()) {
      for (const inner of fs.readdirSync(one).sort()) add(join(one, inner));
      return;
    }
    if (!stat.isFile()) throw new Error(`${one} is neither a file nor a folder.`);
    counted.files++;
    const content = fs.readFileSync(one);
    hash.update(`${relative(path, one)}\0${content.length}\0`).update(content);
    if (NAMING.test(one)) for (const named of filesNamedIn(content.toString("utf8"), one)) add(named);
  }

  add(path);
  const real = fs.realpathSync(path);
  const leads = real === path ? "" : `, which leads to ${real}`;
  const files = counted.files === 1 ? "" : `${counted.files} files, `;
  return `${basename(path)}${leads}: ${files}${counted.bytes} bytes, SHA-256 ${hash.digest("hex")}`;
}

/** Beside the file, and where it really lies. */
function filesNamedIn(code: string, file: string): readonly string[] {
  const folders = new Set([dirname(file), dirname(realPath(file))]);
  return [...code.matchAll(NAMED)].flatMap(([, , name = ""]) =>
    [...folders].flatMap((folder) => ENDINGS.map((ending) => resolve(folder, `${name}${ending}`)).filter(isFile)),
  );
}

function isFile(path: string): boolean {
  try {
    return fs.statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The SHA-256 of a text or of bytes, in hexadecimal. */
export function sha256Of(content: string | Uint8Array): string {
  return createHash().update(content).digest("hex");
}

/** Loaded when it is needed, which most starts do not. */
function createHash() {
  return process.getBuiltinModule("node:crypto").createHash("sha256");
}
