import { readShell as read } from "./grammar.ts";
import type { ShellText } from "./text.ts";

const MOST = 100;
/** No system passes a longer argument on. */
const LONGEST = 128 * 1024;
const texts = new Map<string, ShellText>();

/** Reads a text of bash; one that was read a moment ago is not read anew. Never throws. */
export function readShell(text: string): ShellText {
  if (text.length > LONGEST)
    return { text, commands: [], problem: "it is longer than any shell is given", isUnread: true };
  const before = texts.get(text);
  if (before) return before;
  const found = read(text);
  const [oldest] = texts.keys();
  if (texts.size >= MOST && oldest !== undefined) texts.delete(oldest);
  texts.set(text, found);
  return found;
}
