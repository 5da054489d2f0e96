/** Code by lines: where one ends, the next goes on, so that a line is coloured once, whenever it comes. */
import type { Emitter, HLJSApi, LanguageFn } from "highlight.js";
import core from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import go from "highlight.js/lib/languages/go";
import graphql from "highlight.js/lib/languages/graphql";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import lua from "highlight.js/lib/languages/lua";
import makefile from "highlight.js/lib/languages/makefile";
import markdown from "highlight.js/lib/languages/markdown";
import php from "highlight.js/lib/languages/php";
import powershell from "highlight.js/lib/languages/powershell";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import scss from "highlight.js/lib/languages/scss";
import sql from "highlight.js/lib/languages/sql";
import swift from "highlight.js/lib/languages/swift";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";

const LANGUAGES: Readonly<Record<string, LanguageFn>> = {
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  dockerfile,
  go,
  graphql,
  ini,
  java,
  javascript,
  json,
  kotlin,
  lua,
  makefile,
  markdown,
  php,
  powershell,
  python,
  ruby,
  rust,
  scss,
  sql,
  swift,
  typescript,
  xml,
  yaml,
};

/** A piece of code and what it is, in the words of highlight.js: `keyword`, `title.function`. */
export type Part = readonly [text: string, scope: string | undefined];

/** A mode of a grammar, as highlight.js leaves it open at the end of what it was given. */
interface Mode {
  readonly parent?: Mode;
  readonly scope?: string;
  case_insensitive?: boolean | undefined;
  classNameAliases?: Readonly<Record<string, string>> | undefined;
}

/** What is still open at the end of a line: a comment, a string. */
export type Open = Mode;

const CONTINUED = "continued";
let highlighter: HLJSApi | undefined;
let scopesBefore: string[] = [];

/** A line's parts, and what it leaves open for the next; nothing is said of code that the grammar chokes on. */
export function highlightLine(
  language: string,
  line: string,
  open: Open | undefined,
): { readonly parts: readonly Part[]; readonly open: Open | undefined } {
  highlighter ??= create();
  try {
    const name = open ? goOn(highlighter, open) : start(highlighter, language);
    const result = highlighter.highlight(`${line}\n`, { language: name, ignoreIllegals: true });
    const top = result._top as Mode;
    return { parts: (result._emitter as unknown as Parts).parts, open: top.parent ? top : undefined };
  } catch {
    scopesBefore = [];
    return { parts: [[line, undefined]], open: undefined };
  }
}

function create(): HLJSApi {
  const made = core.newInstance();
  made.configure({ __emitter: Parts as unknown as new (options: unknown) => Emitter });
  return made;
}

function start(highlighter: HLJSApi, language: string): string {
  if (!highlighter.getLanguage(language)) {
    highlighter.registerLanguage(language, LANGUAGES[language] as LanguageFn);
    // A page brings its scripts and styles, a fence in markdown its markup.
    for (const inner of INNER[language] ?? []) start(highlighter, inner);
  }
  return language;
}

const INNER: Readonly<Record<string, readonly string[]>> = {
  xml: ["javascript", "css"],
  markdown: ["xml"],
  php: ["xml"],
  javascript: ["xml"],
  typescript: ["xml"],
};

/** A grammar that begins in the middle of another: the open mode stands for it, and ends into the modes around it. */
function goOn(highlighter: HLJSApi, open: Open): string {
  let root = open;
  const scopes: string[] = [];
  for (let mode: Mode = open; mode.parent; mode = mode.parent) {
    root = mode.parent;
    if (typeof mode.scope === "string") scopes.unshift(mode.scope);
  }
  open.case_insensitive = root.case_insensitive;
  open.classNameAliases = root.classNameAliases ?? {};
  highlighter.registerLanguage(CONTINUED, () => open as unknown as ReturnType<LanguageFn>);
  scopesBefore = scopes;
  return CONTINUED;
}

/** Collects what highlight.js would make HTML of. */
class Parts {
  readonly parts: Part[] = [];
  private readonly scopes: string[];

  constructor() {
    this.scopes = scopesBefore;
    scopesBefore = [];
  }
  addText(text: string): void {
    if (text !== "") this.parts.push([text, this.scopes.at(-1)]);
  }
  openNode(scope: string): void {
    this.scopes.push(scope);
  }
  closeNode(): void {
    this.scopes.pop();
  }
  startScope(scope: string): void {
    this.openNode(scope);
  }
  endScope(): void {
    this.closeNode();
  }
  __addSublanguage(emitter: Parts): void {
    this.parts.push(...emitter.parts);
  }
  finalize(): void {}
  toHTML(): string {
    return "";
  }
}
