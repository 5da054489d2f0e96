import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** Lines of a stream in its ordinary mode. */
export interface Feed {
  attach(): void;
  detach(): void;
}

/** Lines that arrive together are one text: somebody pasted them. */
export function createFeed(
  stream: Readable,
  { onText, onEnd }: { readonly onText: (text: string) => void; readonly onEnd: () => void },
): Feed {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let lines: string[] = [];

  function onData(chunk: Buffer | string) {
    rest += typeof chunk === "string" ? chunk : decoder.write(chunk);
    const whole = rest.split(/\r?\n/);
    rest = whole.pop() ?? "";
    if (whole.length && lines.length === 0) setImmediate(flush);
    lines.push(...whole);
  }
  function flush() {
    if (lines.length === 0) return;
    const text = lines.join("\n");
    lines = [];
    onText(text);
  }
  function onClose() {
    if (rest) lines.push(rest);
    rest = "";
    flush();
    onEnd();
  }

  return {
    attach() {
      stream.on("data", onData).on("end", onClose);
      stream.resume();
    },
    detach() {
      stream.off("data", onData).off("end", onClose);
    },
  };
}
