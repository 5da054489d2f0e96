/** Where the program begins: with little, so that the rest is compiled once and not at every start. */
import module from "node:module";
import { fileURLToPath } from "node:url";
import { loadCached } from "./code-cache.ts";
import type { run } from "./program.ts";
import { VERSION } from "./version.ts";

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-v")) {
  process.stdout.write(`${VERSION} (Gantry)\n`);
} else {
  const program = load(fileURLToPath(new URL("./program/program.cjs", import.meta.url))) as { run: typeof run };
  await program.run(argv);
}

/** Node 22.1 and later keep compiled code between starts themselves. */
function load(file: string): unknown {
  const { enableCompileCache } = module as { enableCompileCache?: () => void };
  if (!enableCompileCache) return loadCached(file);
  enableCompileCache();
  return module.createRequire(import.meta.url)(file);
}
