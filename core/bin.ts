/** Where the program begins: the one place that knows both the kernel and what comes with it. */
import module from "node:module";

// Node 22.1 and later keep compiled code between starts.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

const { main } = await import("./cli.ts");
const { catalogue } = await import("../plugins/index.ts");

process.stdout.on("error", (thrown: NodeJS.ErrnoException) => {
  // Whoever read our output has gone; there is nobody left to tell.
  if (thrown.code === "EPIPE") process.exit(0);
});
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
