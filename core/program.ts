/** The program: the one module that knows both the kernel and what comes with it. */
import { messageOf } from "gantry/sdk";
import { catalogue } from "../plugins/index.ts";
import { main } from "./cli.ts";
import { exit, isTerminalGone } from "./exit.ts";

/** The exit code when whoever read our output, or the terminal, is gone, as after SIGPIPE; and the errors that say so. */
const GONE = 141;
const IS_GONE = new Set(["EPIPE", "EIO", "ENXIO"]);

export async function run(argv: readonly string[]): Promise<never> {
  let lost: Error | undefined;
  const onError = (thrown: NodeJS.ErrnoException) => {
    if (IS_GONE.has(thrown.code ?? "")) exit(GONE);
    lost = thrown;
  };
  for (const stream of [process.stdout, process.stderr]) stream.on("error", onError);
  process.on("unhandledRejection", stray).on("uncaughtException", stray);
  // With the terminal everything that was waited for may be gone.
  process.once("beforeExit", () => isTerminalGone() && exit(GONE));

  const code = await main(argv, { catalogue, presets: { usual: "default", bare: "minimal" } });
  await new Promise((resolve) => process.stdout.write("", resolve));
  if (lost && code === 0) process.stderr.write(`gantry: Standard output cannot be written: ${lost.message}\n`);
  return exit(code || (lost ? 1 : 0));
}

/** A plugin's stray failure is said, and does not end a session. */
function stray(thrown: unknown): void {
  process.stderr.write(`gantry: a plugin failed where nobody waited for it: ${messageOf(thrown)}\n`);
}
