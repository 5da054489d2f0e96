import { visible } from "gantry/sdk/kit/visible";
import { Lexer, type Token as Marked } from "marked";
import { readPlainMarks } from "./inline-marks.ts";
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
const MOST_MARKS = 500;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

let lexer: Lexer | undefined;

/** Text with emphasis, code, links and so on as spans; line feeds stay in them. */
export function inlineSpans(text: string, options: PaintOptions, token: Token = "text", more: More = {}): Span[] {
  const look = { token, more };
  if (!MARKS.test(text) || hasTooManyMarks(text)) return [leaf(text, look, options)];
  const plain = plainSpans(text, look, options);
  if (plain) return plain;
  const spans: Span[] = [];
  collect(lex(text), look, options, spans);
  return spans;
}

function plainSpans(text: string, look: Look, options: PaintOptions): Span[] | undefined {
  const spans: Span[] = [];
  const isRead = readPlainMarks(text, (kind, inner, href = "") => {
    switch (kind) {
      case "text":
        spans.push(leaf(inner, look, options));
        return;
      case "code":
        spans.push(leaf(codeText(`\`${inner}\``, options), { ...look, token: "code" }, options));
        return;
      case "link":
        spans.push(leaf(inner, linkLook(href, look, options), options));
        tellAddress(href, inner, look, options, spans);
        return;
      default:
        spans.push(
          leaf(inner, { ...look, more: { ...look.more, [kind === "em" ? "italic" : "bold"]: true } }, options),
        );
    }
  });
  return isRead ? spans : undefined;
}

/** Which of thousands of marks belong together takes seconds to find out, and nobody means them. */
function hasTooManyMarks(text: string): boolean {
  if (text.length < MOST_MARKS) return false;
  let marks = 0;
  for (const _ of text.matchAll(/[*_~`[\]<&\\@]/g)) marks++;
  return marks > MOST_MARKS;
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

function collect(tokens: readonly Marked[], look: Look, options: PaintOptions, spans: Span[]): void {
  for (const token of tokens) collectOne(token, look, options, spans);
}

function collectOne(token: Marked, look: Look, options: PaintOptions, spans: Span[]): void {
  const inner = (more: More) =>
    collect(childrenOf(token), { ...look, more: { ...look.more, ...more } }, options, spans);
  const add = (text: string, as = look) => spans.push(leaf(text, as, options));
  switch (token.type) {
    case "strong":
      inner({ bold: true });
      return;
    case "em":
      inner({ italic: true });
      return;
    case "del":
      inner({ strike: true });
      return;
    case "codespan":
      add(codeText(token.raw, options), { ...look, token: "code" });
      return;
    case "link":
    case "image":
      collectLink(token, look, options, spans);
      return;
    case "br":
      add("\n");
      return;
    case "html":
      add(/^<br\s*\/?>$/i.test(token.raw) ? "\n" : token.raw);
      return;
    case "escape":
      add(token.text as string);
      return;
    default: {
      const children = childrenOf(token);
      if (children.length > 0) collect(children, look, options, spans);
      else add(decoded(token.raw));
    }
  }
}

/** Emphasis cannot be seen without escapes, but code had better be told from prose. */
function codeText(raw: string, { theme }: PaintOptions): string {
  if (theme.depth === 0) return raw;
  const text = raw.replaceAll(/^`+|`+$/g, "").replaceAll("\n", " ");
  const isPadded = text.startsWith(" ") && text.endsWith(" ") && text.trim() !== "";
  return isPadded ? text.slice(1, -1) : text;
}

function collectLink(token: Marked, look: Look, options: PaintOptions, spans: Span[]): void {
  const { href = "", text = "" } = token as { href?: string; text?: string };
  const shown = linkLook(href, look, options);
  const children = childrenOf(token);
  if (children.length > 0) collect(children, shown, options, spans);
  else spans.push(leaf(text || href, shown, options));
  tellAddress(href, text, look, options, spans);
}

function linkLook(href: string, look: Look, options: PaintOptions): Look {
  const address = options.hasLinks ? allowedLink(href) : undefined;
  return { token: "link", more: { ...look.more, underline: true }, link: address ?? look.link };
}

/** Where the terminal knows no links, and where an address is none that may be one, it stands behind the text. */
function tellAddress(href: string, text: string, look: Look, options: PaintOptions, spans: Span[]): void {
  if (options.hasLinks && allowedLink(href) !== undefined) return;
  if (href === "" || text === href || href === `mailto:${text}` || href === `http://${text}`) return;
  spans.push(leaf(` (${href})`, { ...look, token: "dim" }, options));
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
