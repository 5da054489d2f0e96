import type { FrontendHost } from "gantry/sdk";

type Typing = FrontendHost["stdin"] & { isTTY?: boolean; setRawMode?(isRaw: boolean): void };

/** Most characters that are read. */
const LONGEST = 64 * 1024;

/** One line of standard input; at a terminal it is not shown while it is typed. Empty where it was given up. */
export async function readSecret(
  question: string,
  { stdin, stderr, signal }: Pick<FrontendHost, "stdin" | "stderr" | "signal">,
): Promise<string> {
  const typing = stdin as Typing;
  const isTyped = typing.isTTY === true && typing.setRawMode !== undefined;
  if (isTyped) stderr.write(question);
  if (isTyped) typing.setRawMode?.(true);
  try {
    return await readLine(typing, signal);
  } finally {
    if (isTyped) typing.setRawMode?.(false);
    if (isTyped) stderr.write("\n");
    stdin.pause();
  }
}

function readLine(stdin: Typing, signal: AbortSignal): Promise<string> {
  let text = "";
  return new Promise((resolve, reject) => {
    const end = (line: string) => {
      stdin.off("data", onData).off("end", onEnd).off("error", reject);
      signal.removeEventListener("abort", onAbort);
      resolve(line);
    };
    const onEnd = () => end(text);
    const onAbort = () => end("");
    const onData = (chunk: Buffer | string) => {
      for (const character of String(chunk)) {
        if (character === "\r" || character === "\n" || text.length > LONGEST) return end(text);
        if (character === "\u0003" || character === "\u0004") return end("");
        text = character === "\u007f" || character === "\b" ? text.slice(0, -1) : text + character;
      }
    };
    signal.addEventListener("abort", onAbort);
    stdin.on("data", onData).on("end", onEnd).on("error", reject);
  });
}
