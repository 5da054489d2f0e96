import { visible } from "gantry/sdk/kit/visible";
import { Lexer, type Token as Marked } from "marked";
import type { PaintOptions } from "./line.ts";
import { allowedLink } from "./links.ts";
import type { Span } from "./spans.ts";
import type { More, Token } from "./theme.ts";

/** How a stretch of text looks so far, from the marks around it. */
interface Look {
  readonly token: Token;
  readonly more: More;
  readonly link?: string | undefined;
}

const MARKS = /[*_~`[\]<&\\@]|https?:|www\.| {2}\n/i;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

let lexer: Lexer | undefined;

/** Text with emphasis, code, links and so on as spans; line feeds stay in them. */
export function inlineSpans(text: string, options: PaintOptions, token: Token = "text", more: More = {}): Span[] {
  const look = { token, more };
  if (!MARKS.test(text)) return [leaf(text, look, options)];
  return spansOf(lex(text), look, options);
}

function lex(text: string): readonly Marked[] {
  lexer ??= new Lexer({ gfm: true });
  try {
    return lexer.inlineTokens(text);
  } catch {
    // It gives up on what it cannot get through; a new one starts without what this one was in the middle of.
    lexer = undefined;
    return [{ type: "text", raw: text, text }];
  }
}

function spansOf(tokens: readonly Marked[], look: Look, options: PaintOptions): Span[] {
  return tokens.flatMap((token): Span[] => {
    const inner = (more: More) => spansOf(childrenOf(token), { ...look, more: { ...look.more, ...more } }, options);
    switch (token.type) {
      case "strong":
        return inner({ bold: true });
      case "em":
        return inner({ italic: true });
      case "del":
        return inner({ strike: true });
      case "codespan":
        return [leaf(codeText(token.raw, options), { ...look, token: "code" }, options)];
      case "link":
      case "image":
        return linkSpans(token, look, options);
      case "br":
        return [leaf("\n", look, options)];
      case "html":
        return [leaf(/^<br\s*\/?>$/i.test(token.raw) ? "\n" : token.raw, look, options)];
      case "escape":
        return [leaf(token.text as string, look, options)];
      default:
        return "tokens" in token && token.tokens
          ? spansOf(token.tokens, look, options)
          : [leaf(decoded(token.raw), look, options)];
    }
  });
}

/** Emphasis cannot be seen without escapes, but code had better be told from prose. */
function codeText(raw: string, { theme }: PaintOptions): string {
  if (theme.depth === 0) return raw;
  const text = raw.replaceAll(/^`+|`+$/g, "").replaceAll("\n", " ");
  return /^ .*[^ ].* $/.test(text) ? text.slice(1, -1) : text;
}

function linkSpans(token: Marked, look: Look, options: PaintOptions): Span[] {
  const { href = "", text = "" } = token as { href?: string; text?: string };
  const address = allowedLink(href);
  const isLink = address !== undefined && options.hasLinks === true;
  const shown: Look = {
    token: "link",
    more: { ...look.more, underline: true },
    link: isLink ? address : look.link,
  };
  const children = childrenOf(token);
  const spans = children.length > 0 ? spansOf(children, shown, options) : [leaf(text || href, shown, options)];
  const isTold = isLink || href === "" || text === href || href === `mailto:${text}` || href === `http://${text}`;
  return isTold ? spans : [...spans, leaf(` (${href})`, { ...look, token: "dim" }, options)];
}

function childrenOf(token: Marked): readonly Marked[] {
  return "tokens" in token ? (token.tokens ?? []) : [];
}

function leaf(text: string, { token, more, link }: Look, { theme }: PaintOptions): Span {
  return { text: visible(text), style: theme.styleOf(token, more), link };
}

function decoded(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name) return ENTITIES[(name as string).toLowerCase()] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex as string, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
