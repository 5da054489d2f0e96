/** Standard input, as a part of the prompt. */
import { fstatSync } from "node:fs";
import { error } from "./errors.ts";

/** Most bytes of a prompt on standard input. */
const STDIN_BYTES = 10 * 1024 * 1024;

/** How long a prompt waits for more on standard input before it goes alone, in milliseconds. */
const STDIN_MS = 3_000;

/** The prompt of the command line and, behind it, what comes on standard input where that is no terminal. */
export async function withStdin(prompt: string | undefined): Promise<string | undefined> {
  if (process.stdin.isTTY || !hasStdin()) return prompt;
  const piped = (await readStdin(prompt !== undefined)).trimEnd();
  return [prompt, piped].filter(Boolean).join("\n\n") || undefined;
}

function hasStdin(): boolean {
  try {
    const stat = fstatSync(0);
    return stat.isFIFO() || stat.isFile() || stat.isSocket();
  } catch {
    return false;
  }
}

function readStdin(mayBeAbsent: boolean): Promise<string> {
  const { stdin } = process;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString("utf8"));
    };
    const timer = mayBeAbsent ? setTimeout(() => stdin.pause() && end(), STDIN_MS) : undefined;
    stdin.on("data", (chunk: Buffer) => {
      clearTimeout(timer);
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > STDIN_BYTES) {
        stdin.destroy();
        reject(
          error("GANTRY_ARGUMENT_INVALID", {
            problem: `Standard input holds more than ${STDIN_BYTES} bytes.`,
            remedy: "Put it into a file and name the file.",
          }),
        );
      }
    });
    stdin.on("end", end).on("error", reject);
  });
}
