/** The program: the one module that knows both the kernel and what comes with it. */
import { messageOf } from "gantry/sdk";
import { catalogue } from "../plugins/index.ts";
import { main } from "./cli.ts";

/** The exit code when standard output or the terminal is gone, as after SIGPIPE. */
const GONE = 141;

export async function run(argv: readonly string[]): Promise<never> {
  // Whoever read our output, or the terminal, has gone: there is nobody left to tell.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(GONE));
  process.on("unhandledRejection", stray).on("uncaughtException", stray);
  process.exit(await main(argv, { catalogue, presets: { usual: "default", bare: "minimal" } }));
}

/** A plugin's stray failure is said, and does not end a session. */
function stray(thrown: unknown): void {
  process.stderr.write(`gantry: a plugin failed where nobody waited for it: ${messageOf(thrown)}\n`);
}
