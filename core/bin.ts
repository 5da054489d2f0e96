/** Where the program begins. */
import module from "node:module";
import { VERSION } from "./version.ts";

// Node 22.1 and later keep compiled code between starts.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-v")) {
  process.stdout.write(`${VERSION} (Gantry)\n`);
} else {
  const { run } = await import("./program.ts");
  await run(argv);
}
