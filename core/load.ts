/**
 * Loads modules that are not the program's own: TypeScript without a build, and `gantry/sdk` as the very module the host uses,
 * wherever the file lies.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as sdk from "gantry/sdk";

const here = fileURLToPath(import.meta.url);
const isSource = here.endsWith(".ts");

/** Whether a file of this name can be a plugin. */
export function isForeignSource(name: string): boolean {
  return /\.[cm]?[jt]s$/.test(name);
}

/** A fresh instance of the module: an edited file is picked up when it is loaded again. */
export async function importForeign(file: string): Promise<unknown> {
  const { createJiti } = await import("jiti");
  const jiti = createJiti(file, {
    moduleCache: false,
    tryNative: false,
    interopDefault: false,
    virtualModules: { "gantry/sdk": sdk as Record<string, unknown> },
    alias: { "gantry/sdk/kit": kitFolder() },
  });
  return jiti.import(file);
}

/** The kit is pure helpers, so that a second instance does no harm. */
function kitFolder(): string {
  if (isSource) return path.join(path.dirname(here), "..", "sdk", "kit");
  const dist = here.slice(0, here.lastIndexOf(`${path.sep}dist${path.sep}`));
  return path.join(dist, "dist", "sdk", "kit");
}
