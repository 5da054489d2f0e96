import readline from "node:readline";
import { type FrontendHost, PluginError } from "gantry/sdk";

/** Asks the person yes or no; no answer is a no. An error where there is nobody to ask. */
export async function isConfirmed(
  question: string,
  { stdin, stderr, signal }: Pick<FrontendHost, "stdin" | "stderr" | "signal">,
): Promise<boolean> {
  if (!isTerminal(stdin) || !isTerminal(stderr)) {
    throw new PluginError(
      "GANTRY_SESSIONS_UNCONFIRMED",
      `${question} There is no terminal to ask at, so nothing was removed.`,
      "--force removes without asking.",
    );
  }
  stderr.write(`${question} [y/N] `);
  const lines = readline.createInterface({ input: stdin, terminal: false });
  const close = () => lines.close();
  signal.addEventListener("abort", close);
  try {
    const answer = await new Promise<string | undefined>((resolve) => {
      lines.once("line", resolve).once("close", () => resolve(undefined));
      if (signal.aborted) close();
    });
    // What was asked still waits for the end of its line.
    if (answer === undefined) stderr.write("\n");
    return /^y(es)?$/i.test(answer?.trim() ?? "");
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

function isTerminal(stream: unknown): boolean {
  return (stream as { isTTY?: boolean }).isTTY === true;
}
