/**
 * The marks that most texts have, found at a glance: `**strong**`, `*emphasis*`, `` `code` `` and `[links](https://…)` that can be
 * read in one way only. Whatever is less plain is left to the whole of markdown, which takes ten times as long.
 */
const PLAIN = "[^*_~`[\\]<>&\\\\@!\\n]";
const EDGE = "[\\p{L}\\p{N}]";
/** What may stand behind a mark that ends. */
const AFTER = "(?=[\\s.,;:?)]|$)";
const INNER = (mark: string) =>
  `(?<=^|[\\s(])${mark}(${EDGE}(?:${PLAIN}*${EDGE})?)${mark}${AFTER}|(?<=^|\\s)${mark}(${EDGE}${PLAIN}*[:.?])${mark}(?=\\s|$)`;

const PART = new RegExp(
  [
    // 1: text, where an underscore within a word is one sign among others.
    `((?:${PLAIN}+|(?<! ) ?\\n(?! )|!(?!\\[)|(?<=[A-Za-z0-9])_(?=[A-Za-z0-9]))+)`,
    // 2: code
    "(?<!`)`([^`\\n]+)`(?!`)",
    // 3 and 4: strong
    INNER("\\*\\*"),
    // 5 and 6: emphasis
    INNER("\\*"),
    // 7: what a link says, 8: where it leads
    `(?<![\\]!])\\[(${EDGE}(?:${PLAIN}*${EDGE})?)\\]\\((https?:\\/\\/[\\w./:?=#%+,~-]+)\\)(?![[(])`,
  ].join("|"),
  "uy",
);
/** Addresses in the midst of a text become links; a blank before a line end may be a break. */
const ADDRESS = /https?:|www\.|ftp:|mailto:|xmpp:| {2}\n/i;

/** What is found: the text inside of the marks, and where a link leads. */
export type FoundMark = (kind: "text" | "code" | "strong" | "em" | "link", inner: string, href?: string) => void;

/** Finds the marks of a text that is plain enough, one after the other. Otherwise gives `false`, and what was found does not count. */
export function readPlainMarks(text: string, found: FoundMark): boolean {
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const part = PART.exec(text);
    if (!part) return false;
    const [, plain, code, strong, strongEnded, em, emEnded, label, href] = part;
    const inner = plain ?? strong ?? strongEnded ?? em ?? emEnded ?? label;
    if (inner === undefined) found("code", code as string);
    else if (ADDRESS.test(inner)) return false;
    else if (plain !== undefined) found("text", inner);
    else if (href !== undefined) found("link", inner, href);
    else found((strong ?? strongEnded) === undefined ? "em" : "strong", inner);
  }
  return true;
}
