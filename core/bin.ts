/** Where the program begins: the one place that knows both the kernel and what comes with it. */
import module from "node:module";

/** The exit code when standard output or the terminal is gone, as after SIGPIPE. */
const GONE = 141;

// Node 22.1 and later keep compiled code between starts.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

const { main } = await import("./cli.ts");
const { catalogue } = await import("../plugins/index.ts");

// Whoever read our output, or the terminal, has gone: there is nobody left to tell.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(GONE));
process.on("unhandledRejection", (thrown) => stray(thrown));
process.on("uncaughtException", (thrown) => stray(thrown));

/** A plugin's stray failure is said, and does not end a session. */
function stray(thrown: unknown): void {
  process.stderr.write(
    `gantry: a plugin failed where nobody waited for it: ${thrown instanceof Error ? thrown.message : thrown}\n`,
  );
}

const code = await main(process.argv.slice(2), { catalogue, presets: { usual: "default", bare: "minimal" } });
process.exit(code);
