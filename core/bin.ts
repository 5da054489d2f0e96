/** Where the program begins: with little, so that the rest is compiled once and not at every start. */
import module from "node:module";
import { fileURLToPath } from "node:url";
import { loadCached } from "./code-cache.ts";
import type { run } from "./program.ts";
import { PROTOCOL_TEXT, VERSION_TEXT } from "./version.ts";

const VERSION_TEXTS: Readonly<Record<string, string>> = { "--version": VERSION_TEXT, "-v": PROTOCOL_TEXT };

const argv = process.argv.slice(2);
const text = argv.length === 1 ? VERSION_TEXTS[argv[0] as string] : undefined;
if (text !== undefined) process.stdout.write(text);
else {
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
