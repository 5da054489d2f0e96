/** Columns of text that may hold looks (SGR) and links (OSC 8). Other escapes take no column and are left out. */
import { columnsOf, isAscii } from "./cells.ts";
import { cutSpans, linesOf, PLAIN, type Span, type Style, wrapSpans } from "./spans.ts";

const TAB = 8;
const STRING_END = "(?:\\u0007|\\u001b\\\\)";
/** SGR (1: codes), a link (2: address), any other string, CSI or short escape; also when it is not finished. */
const ESCAPE = new RegExp(
  [
    "\\u001b\\[([0-9;:]*)m",
    `\\u001b\\]8;[^;\\u0007\\u001b]*;([^\\u0007\\u001b]*)${STRING_END}`,
    `\\u001b[\\]PX^_][^\\u0007\\u001b]*${STRING_END}?`,
    "\\u001b\\[[0-?]*[ -/]*[@-~]?",
    "\\u001b[ -/]*[0-~]?",
  ].join("|"),
  "g",
);

/** How many columns the text takes; of several lines, the widest. */
export function width(text: string): number {
  if (isAscii(text)) return text.length;
  const plain = text.includes("\u001b") ? text.replace(ESCAPE, "") : text;
  if (!/[\t\n]/.test(plain)) return columnsOf(plain);
  return Math.max(...plain.split("\n").map((line) => columnsOf(withoutTabs(line))));
}

/** One line of at most `columns`, with … where something was cut. */
export function cut(text: string, columns: number): string {
  if (text.length <= columns && isAscii(text)) return text;
  return cutSpans(spansOf(withoutTabs(text).replaceAll("\n", " ")), columns);
}

/** Lines of at most `columns`: broken at blanks, which go, and inside of words that are wider. Each closes what it opens. */
export function wrap(text: string, columns: number): string[] {
  if (text.length <= columns && isAscii(text)) return [text];
  return linesOf(spansOf(withoutTabs(text))).flatMap((line) => wrapSpans(line, columns));
}

/** Tabs as blanks up to the next stop; escapes take no column. */
export function withoutTabs(text: string, stop = TAB): string {
  if (!text.includes("\t")) return text;
  return text
    .split("\n")
    .map((line) => {
      const [first = "", ...rest] = line.split("\t");
      let filled = first;
      let columns = columnsOf(first.replace(ESCAPE, ""));
      for (const part of rest) {
        const blanks = stop - (columns % stop);
        filled += " ".repeat(blanks) + part;
        columns += blanks + columnsOf(part.replace(ESCAPE, ""));
      }
      return filled;
    })
    .join("\n");
}

/** The text with blanks behind it, `columns` wide. */
export function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(columns - width(text), 0));
}

function spansOf(text: string): Span[] {
  if (!text.includes("\u001b")) return [{ text, style: PLAIN }];
  const spans: Span[] = [];
  const looks = new Map<string, string>();
  let style = PLAIN;
  let link: string | undefined;
  let at = 0;
  const push = (end: number) => {
    if (end > at) spans.push({ text: text.slice(at, end), style, link });
  };
  for (const match of text.matchAll(ESCAPE)) {
    push(match.index);
    at = match.index + match[0].length;
    const [, codes, address] = match;
    if (codes !== undefined) {
      change(looks, codes);
      style = styleOf(looks);
    } else if (address !== undefined) link = address || undefined;
  }
  push(text.length);
  return spans;
}

const CLOSING: Readonly<Record<string, string>> = {
  bold: "22",
  dim: "22",
  italic: "23",
  underline: "24",
  inverse: "27",
  strike: "29",
  colour: "39",
  background: "49",
};
const OPENING: Readonly<Record<number, string>> = {
  1: "bold",
  2: "dim",
  3: "italic",
  4: "underline",
  7: "inverse",
  9: "strike",
};

/** What an SGR escape changes; codes that are not known change nothing. */
function change(looks: Map<string, string>, codes: string): void {
  const numbers = codes.split(/[;:]/).map(Number);
  for (let at = 0; at < numbers.length; at++) {
    const code = numbers[at] as number;
    const opened = OPENING[code];
    if (code === 0) looks.clear();
    else if (opened) looks.set(opened, String(code));
    else if (code === 38 || code === 48) {
      const length = numbers[at + 1] === 2 ? 5 : 3;
      looks.set(code === 38 ? "colour" : "background", numbers.slice(at, at + length).join(";"));
      at += length - 1;
    } else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) looks.set("colour", String(code));
    else if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) looks.set("background", String(code));
    else for (const [look, closing] of Object.entries(CLOSING)) if (closing === String(code)) looks.delete(look);
  }
}

function styleOf(looks: Map<string, string>): Style {
  if (looks.size === 0) return PLAIN;
  const closing = new Set([...looks.keys()].map((look) => CLOSING[look]));
  return { open: `\u001b[${[...looks.values()].join(";")}m`, close: `\u001b[${[...closing].join(";")}m` };
}
