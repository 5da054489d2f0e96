/**
 * What a folder asks of the kernel: its configuration, its plugins. They are told by their bytes, which nobody interprets before
 * they are approved.
 */
import fs from "node:fs";
import path from "node:path";
import { type Claim, messageOf } from "gantry/sdk";
import { inTime } from "./activate.ts";
import { isRecord } from "./config.ts";
import { error, wordsOf } from "./errors.ts";
import type { Generation } from "./generation.ts";

/** A file of the folder that would count, or a folder with a plugin in it. */
export interface Ask {
  readonly kind: "configuration" | "plugin";
  readonly file: string;
}

/** What would be hashed at most, and how long a plugin may take to list its claims. */
const MOST_FILES = 2_000;
const MOST_BYTES = 32 * 1024 * 1024;
const LIST_MS = 10_000;

/** All that the folder asks for. A plugin that cannot list its part is told of, and nothing of that part can be approved. */
export async function claimsOf(
  asks: readonly Ask[],
  { claims }: Generation,
  warn: (text: string) => void,
): Promise<readonly Claim[]> {
  const listed = [...claims.values()].map(async ({ owner, handler }) => {
    try {
      const list = async () => [...(await (await handler())())];
      return await inTime(LIST_MS, list, () => error("GANTRY_CLAIMS_SLOW", { name: owner.name, ms: LIST_MS }));
    } catch (thrown) {
      const { name } = owner;
      warn(`The plugin ${name} could not list what this folder asks for, so none of that counts: ${wordsOf(thrown)}`);
      return [];
    }
  });
  return [...asks.map(claimOf), ...(await Promise.all(listed)).flat()];
}

/** A configuration or a plugin as a claim: its size and the hash of its bytes. */
export function claimOf({ kind, file }: Ask): Claim {
  try {
    const isPackage = kind === "configuration" && path.basename(file) === "package.json";
    const text = isPackage ? `"gantry": ${JSON.stringify(gantryKey(file), null, 2)}` : fingerprint(file);
    return { kind, source: file, text };
  } catch (thrown) {
    return { kind, source: file, text: path.basename(file), problem: messageOf(thrown) };
  }
}

/** Its name, its size, and the hash of its bytes; of a folder the names and bytes of all in it. */
function fingerprint(file: string): string {
  const hash = process.getBuiltinModule("node:crypto").createHash("sha256");
  let [entries, files, bytes] = [0, 0, 0];
  const add = (one: string, name: string) => {
    const stat = fs.statSync(one);
    if (stat.isFile()) bytes += stat.size;
    if (entries++ > MOST_FILES || bytes > MOST_BYTES) {
      throw new Error(
        `It holds more than ${MOST_FILES} files or ${MOST_BYTES} bytes, so that it cannot be told by its content.`,
      );
    }
    if (stat.isDirectory()) {
      for (const inner of fs.readdirSync(one).sort()) add(path.join(one, inner), `${name}/${inner}`);
      return;
    }
    if (!stat.isFile()) throw new Error(`${one} is no file.`);
    files++;
    const content = fs.readFileSync(one);
    hash.update(`${name}\0${content.length}\0`).update(content);
  };
  add(file, "");
  const real = fs.realpathSync(file);
  const size = `${files === 1 ? "" : `${files} files, `}${bytes} bytes, SHA-256 ${hash.digest("hex")}`;
  return `${path.basename(file)}${real === file ? "" : `, which leads to ${real}`}: ${size}`;
}

/** What a package says under the key; `undefined` when it says nothing, or when it is none that could be read. */
export function gantryKey(file: string): unknown {
  try {
    if (!fs.statSync(file).isFile()) return undefined;
    const content: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
    return isRecord(content) ? content.gantry : undefined;
  } catch {
    return undefined;
  }
}
