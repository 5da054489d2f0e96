/**
 * What a folder asks for: of the kernel its configuration and its plugins, told by their bytes, which nobody interprets before they
 * are approved; the rest is what plugins list.
 */
import fs from "node:fs";
import path from "node:path";
import { type Claim, messageOf } from "gantry/sdk";
import { fingerprint } from "gantry/sdk/kit/fingerprint";
import { inTime } from "gantry/sdk/kit/in-time";
import { isRecord } from "./config.ts";
import { error, wordsOf } from "./errors.ts";
import type { Generation } from "./generation.ts";

/** A file of the folder that would count, or a folder with a plugin in it. */
export interface Ask {
  readonly kind: "configuration" | "plugin";
  readonly file: string;
}

/** How long a plugin may take to list its claims. */
const LIST_MS = 10_000;

/** A plugin that cannot list its part is told of, and nothing of that part can be approved. */
export async function listedClaims({ claims }: Generation, warn: (text: string) => void): Promise<readonly Claim[]> {
  const listed = [...claims.values()].map(async ({ owner: { name }, handler }) => {
    try {
      const list = async () => [...(await (await handler())())];
      return await inTime(LIST_MS, list, () => {
        throw error("GANTRY_CLAIMS_SLOW", { name, ms: LIST_MS });
      });
    } catch (thrown) {
      warn(`The plugin ${name} could not list what this folder asks for, so none of that counts: ${wordsOf(thrown)}`);
      return [];
    }
  });
  return (await Promise.all(listed)).flat();
}

export function claimOf({ kind, file }: Ask): Claim {
  try {
    const isPackage = kind === "configuration" && path.basename(file) === "package.json";
    const text = isPackage ? `"gantry": ${JSON.stringify(gantryKey(file), null, 2)}` : fingerprint(file);
    return { kind, source: file, text };
  } catch (thrown) {
    return { kind, source: file, text: path.basename(file), problem: messageOf(thrown) };
  }
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
