/**
 * The marks that most texts have, found at a glance: `**strong**`, `*emphasis*`, `` `code` `` and `[links](https://…)` that can be
 * read in one way only. Whatever is less plain is left to the whole of markdown, which takes ten times as long.
 */
import type { Token as Marked } from "marked";

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

/** The tokens of a text that is plain enough; otherwise `undefined`. */
export function plainTokens(text: string): Marked[] | undefined {
  const tokens: Marked[] = [];
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const found = PART.exec(text);
    if (!found) return undefined;
    const token = tokenOf(found);
    if (!token) return undefined;
    tokens.push(token);
  }
  return tokens;
}

function tokenOf([raw, plain, code, strong, strongEnded, em, emEnded, label, href]: RegExpExecArray):
  | Marked
  | undefined {
  if (plain !== undefined) return ADDRESS.test(plain) ? undefined : textToken(plain);
  if (code !== undefined) return { type: "codespan", raw, text: code };
  const inner = strong ?? strongEnded ?? em ?? emEnded ?? label ?? "";
  if (ADDRESS.test(inner)) return undefined;
  const tokens = [textToken(inner)];
  if (href !== undefined) return { type: "link", raw, href, text: inner, title: null, tokens };
  return { type: (strong ?? strongEnded) ? "strong" : "em", raw, text: inner, tokens };
}

function textToken(text: string): Marked {
  return { type: "text", raw: text, text, escaped: false };
}
