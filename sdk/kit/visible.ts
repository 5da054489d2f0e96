/**
 * The one sanitiser for the screen. Paths, names, model text and errors are written by others: what they hold must be
 * seen, and must never steer the terminal or reorder what a person reads.
 */

/** Most of what is shown; to know the rest takes tables of Unicode. */
const PLAIN = /^[\t\n\x20-\x7e]*$/;
// Controls, so that ESC, CSI and OSC lose their introducer; what has no ink or turns the reading direction; separators
// that some programs take for a line end. Tab and line feed are layout.
const hidden = once(() => /(?![\n\t])[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\ufff9-\ufffb]/gu);
// Joiners and selectors are part of an emoji, and joiners part of the spelling in scripts that join their letters.
const pictographBefore = once(() => /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f|\u20e3)$/u);
const joiningBefore = once(
  () =>
    /[\p{scx=Arab}\p{scx=Beng}\p{scx=Deva}\p{scx=Gujr}\p{scx=Guru}\p{scx=Knda}\p{scx=Mlym}\p{scx=Orya}\p{scx=Sinh}\p{scx=Taml}\p{scx=Telu}]$/u,
);

/**
 * The text with everything that has no ink written out, such as `<U+001B>` for an escape and `<U+202E>` for a bidi
 * override. Tabs and line ends stay; a carriage return before a line feed is dropped. Each sign is judged for itself, so
 * streamed text is safe wherever it is cut.
 *
 * @example
 * visible("ok\u001b[2K\u202egpj.exe"); // "ok<U+001B>[2K<U+202E>gpj.exe"
 */
export function visible(text: string): string {
  if (PLAIN.test(text) || text.search(hidden()) < 0) return text;
  return text
    .replaceAll("\r\n", "\n")
    .replace(hidden(), (sign, at: number, whole: string) => (isSpelling(sign, at, whole) ? sign : written(sign)));
}

/**
 * The text on one line: line ends become `⏎`, runs of blanks one blank, and what is longer than `limit` characters ends
 * in `…`.
 *
 * @example
 * visibleLine("one\ntwo", 80); // "one ⏎ two"
 */
export function visibleLine(text: string, limit = Number.POSITIVE_INFINITY): string {
  // Cut first: a line of output may be megabytes long.
  const head = text.length > limit * 4 ? text.slice(0, limit * 4) : text;
  const line = visible(head)
    .trim()
    .replaceAll(/[ \t]*\n\s*/g, " ⏎ ")
    .replaceAll(/[ \t]+/g, " ");
  const isCut = line.length > limit || head.length < text.length;
  return isCut ? `${[...line.slice(0, limit)].slice(0, -1).join("")}…` : line;
}

/** Made at first need: tables of Unicode cost a millisecond, and most starts show nothing that others wrote. */
function once(make: () => RegExp): () => RegExp {
  let made: RegExp | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function isSpelling(sign: string, at: number, whole: string): boolean {
  const isSelector = sign === "\ufe0e" || sign === "\ufe0f";
  const isJoiner = sign === "\u200d" || sign === "\u200c";
  if (!isSelector && !isJoiner) return false;
  const before = whole.slice(Math.max(0, at - 2), at);
  if (isJoiner && joiningBefore().test(before)) return true;
  return pictographBefore().test(before) || whole[at + 1] === "\u20e3";
}

function written(sign: string): string {
  return `<U+${(sign.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}>`;
}
