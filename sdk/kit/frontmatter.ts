/**
 * Frontmatter: what a markdown file says of itself in YAML between two lines of `---`. Only data is read: no tags, no code, and a
 * date stays the text it is.
 */
import { CORE_SCHEMA, dump, load, type YAMLException } from "js-yaml";

/** A markdown file in its two parts. */
export interface Frontmatter {
  /** Empty where there is none, or none that can be read. */
  readonly data: Record<string, unknown>;
  /** What follows; one blank line between the two is left out. */
  readonly body: string;
  /** Why the frontmatter cannot be read, for the person: a sentence without its end. */
  readonly problem?: string;
}

/** How to read one. */
export interface FrontmatterOptions {
  /**
   * What is no YAML at all is read line by line: a key at the beginning of a line has the text that follows it, down to the next key.
   * For files that people have written for other programs. Default false.
   */
  readonly isLenient?: boolean;
}

/** Longer ones are no frontmatter but something else. */
const MOST_CHARACTERS = 64 * 1024;
const FENCED = /^\ufeff?---[ \t]*\r?\n(?:([\s\S]*?)\r?\n)??---[ \t]*(?:\r?\n|$)/;
const UNCLOSED = /^\ufeff?---[ \t]*\r?\n[\w-]+:(?:\s|$)/;
/** A value on the line of its key, or of its dash, that is neither quoted nor the start of a block. */
const PLAIN_VALUE = /^(\s*(?:- |[\w-]+:[ \t]))[ \t]*([^\s"'|>].*?)[ \t]*$/;

/**
 * Takes a markdown file apart. People write `description: Use when: asked` and `paths: **\/*.ts`, which is no YAML: such values are
 * taken for the text they are.
 *
 * **Contract**: never throws.
 *
 * @example
 * readFrontmatter("---\ntype: fact\n---\n\nNode 20 is used.\n"); // { data: { type: "fact" }, body: "Node 20 is used.\n" }
 */
export function readFrontmatter(text: string, { isLenient = false }: FrontmatterOptions = {}): Frontmatter {
  const found = text.startsWith("---") || text.startsWith("\ufeff---") ? FENCED.exec(text) : null;
  if (!found) {
    return UNCLOSED.test(text)
      ? { data: {}, body: text, problem: "its frontmatter has no end" }
      : { data: {}, body: text };
  }
  const body = text.slice(found[0].length).replace(/^\r?\n/, "");
  const source = found[1] ?? "";
  if (source.length > MOST_CHARACTERS) return { data: {}, body, problem: "its frontmatter is over 64 KB" };
  try {
    return { ...dataOf(parseKindly(source)), body };
  } catch (thrown) {
    const data = isLenient ? lineByLine(source) : {};
    if (Object.keys(data).length) return { data, body };
    return { data: {}, body, problem: `its frontmatter cannot be read: ${reasonOf(thrown)}` };
  }
}

/**
 * Puts a markdown file together; reading it gives the same data and body again. Values that are `undefined` are left out.
 *
 * @example
 * writeFrontmatter({ type: "fact" }, "Node 20 is used.\n"); // "---\ntype: fact\n---\n\nNode 20 is used.\n"
 */
export function writeFrontmatter(data: Readonly<Record<string, unknown>>, body: string): string {
  const isEmpty = Object.values(data).every((value) => value === undefined);
  const yaml = isEmpty ? "" : dump(data, { schema: CORE_SCHEMA, lineWidth: -1, noRefs: true, skipInvalid: true });
  return `---\n${yaml}---\n\n${body}`;
}

function dataOf(value: unknown): Pick<Frontmatter, "data" | "problem"> {
  if (value === undefined || value === null) return { data: {} };
  if (typeof value !== "object" || Array.isArray(value)) {
    return { data: {}, problem: "its frontmatter holds no keys with values" };
  }
  return { data: value as Record<string, unknown> };
}

function parseKindly(source: string): unknown {
  try {
    return parse(source);
  } catch (thrown) {
    const quoted = source.split(/\r?\n/).map(quoteText).join("\n");
    try {
      return parse(quoted);
    } catch {
      throw thrown;
    }
  }
}

/** Texts, and lists of texts where every line below a key begins with a dash. */
function lineByLine(source: string): Record<string, unknown> {
  const found: { readonly key: string; readonly lines: string[] }[] = [];
  for (const line of source.split(/\r?\n/)) {
    const [, key, rest = ""] = /^([A-Za-z][\w-]*):(?:[ \t]+(.*))?$/.exec(line) ?? [];
    if (key !== undefined) found.push({ key, lines: [rest.trim()] });
    else found.at(-1)?.lines.push(line.trim());
  }
  return Object.fromEntries(found.map(({ key, lines }) => [key, valueOfLines(lines)]));
}

function valueOfLines([first = "", ...more]: readonly string[]): unknown {
  const items = more.filter(Boolean);
  if (first === "" && items.length && items.every((line) => line.startsWith("- "))) {
    return items.map((line) => unquoted(line.slice(2).trim()));
  }
  // What introduces a block of text is none of it.
  const text = unquoted([/^[|>][+-]?$/.test(first) ? "" : first, ...more].join("\n").trim());
  return text === "true" ? true : text === "false" ? false : text;
}

function unquoted(text: string): string {
  const [, quote, inside = ""] = /^(["'])([\s\S]*)\1$/.exec(text) ?? [];
  return quote === undefined || inside.includes(quote) ? text : inside;
}

function quoteText(line: string): string {
  const [, start, value] = PLAIN_VALUE.exec(line) ?? [];
  if (start === undefined || value === undefined || isYaml(value)) return line;
  return `${start}${JSON.stringify(value)}`;
}

function isYaml(value: string): boolean {
  try {
    parse(value);
    return !/:\s/.test(value) || /^[[{]/.test(value);
  } catch {
    return false;
  }
}

function parse(source: string): unknown {
  return load(source, { schema: CORE_SCHEMA });
}

function reasonOf(thrown: unknown): string {
  const { reason, mark, message } = thrown as YAMLException;
  return mark && reason ? `${reason} in line ${mark.line + 2}` : message;
}
