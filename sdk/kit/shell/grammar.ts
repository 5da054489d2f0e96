/**
 * The one module around the grammar of bash. It knows every kind of node by name: what it does not know is a problem of the text, so
 * that a new version of the parser cannot open a gap unseen.
 */
import { type Command, forEachChild, parse, type Redirection, type SyntaxNode, type Word } from "unbash";
import { visible } from "../visible.ts";
import type { ShellCommand, ShellRedirection, ShellText, ShellWord } from "./text.ts";

/** Above these a text is not allowed because of what it says. */
const MOST_CHARACTERS = 32 * 1024;
const MOST_COMMANDS = 100;
const MOST_NESTING = 50;
const DEEPEST = 2000;
/** What a variable may stand for is looked at so far. */
const LONGEST_GUESS = 1000;
const MOST_GUESSES = 500;

/** What stands for nothing that anybody knows; what else is not seen, {@link visible} knows. */
const UNKNOWN_SIGN = /[\r\p{Co}\p{Cn}\p{Cs}]/u;
const ODD_BLANK = /(?! )\p{Zs}/u;

/** Every kind of node that the parser makes, besides those that {@link Reader.visit} deals with by name. */
export const KNOWN: ReadonlySet<string> = new Set(
  [
    "Time Negation If Elif For ArithmeticFor Select While Subshell BraceGroup Case CaseItem Redirected Function Coproc",
    "TestCommand TestUnary TestBinary TestLogical TestNot TestGroup",
    "ArithmeticCommand ArithmeticBinary ArithmeticUnary ArithmeticTernary ArithmeticGroup ArithmeticWord",
    "ArithmeticCommandExpansion Word Literal Glob SingleQuoted DoubleQuoted AnsiCQuoted LocaleString",
    "SimpleExpansion ParameterExpansion CommandExpansion ArithmeticExpansion ProcessSubstitution ExtendedGlob BraceExpansion",
    "Assignment ArrayValue Redirect HereString HereDoc FileDescriptor FileDescriptorVariable HereDocDelimiter HereDocBody",
    "Default Remove Replace Slice CaseModification Transform Names Unknown",
  ].flatMap((line) => line.split(" ")),
);

/** Reads a text of bash. Never throws: what cannot be read is the text's problem. */
export function readShell(text: string): ShellText {
  const commands: ShellCommand[] = [];
  const problems: string[] = [];
  const unseen = firstUnseen(text);
  if (unseen !== undefined) problems.push(`it holds a sign that is not seen (U+${hex(unseen)})`);
  if (text.length > MOST_CHARACTERS) problems.push(`it is longer than ${MOST_CHARACTERS} characters`);
  try {
    const script = parse(text);
    new Reader(commands, problems).visit(script, { after: "start", isPiped: false, depth: 0 });
    if (!isWholly(script, text)) problems.push("it is no valid bash (a part of it belongs to no command)");
  } catch (thrown) {
    problems.push(`it cannot be read (${thrown instanceof Error ? thrown.message : "unknown"})`);
  }
  if (commands.length > MOST_COMMANDS) problems.push(`it has more than ${MOST_COMMANDS} commands`);
  return { text, commands, ...(problems[0] !== undefined && { problem: problems[0] }) };
}

const NESTED = { after: undefined, isPiped: false } as const;

interface Place {
  readonly after: ShellCommand["after"];
  readonly isPiped: boolean;
  readonly depth: number;
}

class Reader {
  readonly #commands: ShellCommand[];
  readonly #problems: string[];

  constructor(commands: ShellCommand[], problems: string[]) {
    this.#commands = commands;
    this.#problems = problems;
  }

  visit(node: SyntaxNode, place: Place): void {
    if (place.depth > MOST_NESTING) this.#problems.push("it is nested too deeply");
    // What forbids still looks, as far as the parser has.
    if (place.depth > DEEPEST) return;
    const inside: Place = { after: undefined, isPiped: false, depth: place.depth + 1 };
    switch (node.type) {
      case "Script":
        for (const { message } of node.errors ?? []) this.#problems.push(`it is no valid bash (${message})`);
        this.#list(node.commands, place);
        break;
      case "CompoundList":
        this.#list(node.commands, place);
        break;
      case "Statement":
        if (node.background && place.after !== undefined) this.#problems.push("it puts something into the background");
        this.visit(node.command, node.background ? inside : place);
        break;
      case "AndOr":
        for (const [index, command] of node.commands.entries()) {
          const after = index === 0 ? place.after : place.after && node.operators[index - 1];
          this.visit(command, { ...place, after });
        }
        break;
      case "Pipeline":
        for (const [index, command] of node.commands.entries()) {
          const after = index === 0 ? place.after : place.after && "|";
          this.visit(command, { ...place, after, isPiped: node.commands.length > 1 });
        }
        break;
      case "Command":
        this.#command(node, place, inside);
        break;
      default:
        this.#other(node, place, inside);
    }
  }

  /** Whatever is no plain list of commands: its commands are found, but nothing is allowed because of them. */
  #other(node: SyntaxNode, place: Place, inside: Place): void {
    if (givenText(node) !== undefined) return;
    if (!KNOWN.has(node.type)) this.#problems.push(`it holds a ${node.type}, which is not known here`);
    else if (place.after !== undefined) {
      this.#problems.push(`it is more than a list of commands (${wordsOf(node.type)})`);
    }
    if (node.type === "Redirected") {
      this.#commands.push({ words: [], assignments: [], redirections: node.redirects.map(redirectionOf), ...NESTED });
    }
    if (node.type === "For" || node.type === "Select") {
      const words = (node.wordlist ?? []).map((word) => homeOf(word.text, word.value));
      this.#values.set(node.name.value, words.join(" "));
    }
    if ("script" in node && node.script === undefined) this.#problems.push("a substitution in it cannot be read");
    if (node.type === "ParameterExpansion" && node.operation?.type === "Unknown") {
      this.#problems.push(`it expands ${node.text}, which is not known here`);
    }
    forEachChild(node, (child) => this.visit(child, inside));
  }

  #list(statements: readonly SyntaxNode[], place: Place): void {
    for (const [index, statement] of statements.entries()) {
      this.visit(statement, { ...place, after: index === 0 ? place.after : place.after && ";" });
    }
  }

  #command(node: Command, place: Place, inside: Place): void {
    const own = node.prefix.filter((part) => part.type === "Assignment");
    const args = node.args.map((part) => (part.type === "Assignment" ? assignmentWord(part) : wordOf(part)));
    const words = [...(node.name ? [wordOf(node.name)] : []), ...args];
    for (const word of [node.name, ...node.args]) {
      if (word?.type === "Word" && hasOddBlank(word))
        this.#problems.push("it holds a blank that the shell takes for a letter");
    }
    this.#commands.push({
      words,
      assignments: own.map(({ name }) => name),
      redirections: node.redirects.map(redirectionOf),
      after: place.after,
      isPiped: place.isPiped,
    });
    this.#guess(words, node.redirects.map(redirectionOf));
    this.#note(words, node);
    // What stands in quotes here may be evaluated where the variable is used.
    for (const { value } of own) {
      if (value.type === "Word" && wordOf(value).kind === "literal" && /\$\(|`/.test(value.value))
        this.visit(parse(value.value), inside);
    }
    forEachChild(node, (child) => this.visit(child, inside));
  }

  readonly #values = new Map<string, string>();
  #guesses = 0;

  /** What the text itself gives to variables, as it is written. */
  #note([program, ...rest]: readonly ShellWord[], node: Command): void {
    for (const { name, value } of node.prefix.filter((part) => part.type === "Assignment")) {
      if (value.type === "Word") this.#values.set(name, homeOf(value.text, value.value));
    }
    const words = rest.map(({ text }) => text);
    const plain = words.filter((text) => !/^-./.test(text));
    switch (program?.text) {
      case "export":
      case "declare":
      case "local":
      case "typeset":
      case "readonly":
        for (const text of words) {
          const [, name = "", value = ""] = /^(\w+)\+?=(.*)$/s.exec(text) ?? [];
          if (name) this.#values.set(name, value);
        }
        break;
      case "set":
        for (const [at, text] of plain.entries()) this.#values.set(String(at + 1), text);
        this.#values.set("@", plain.join(" "));
        this.#values.set("*", plain.join(" "));
        break;
      case "read": {
        const said = node.redirects.flatMap((one) =>
          one.type === "HereString" && one.target ? [one.target.value] : [],
        );
        for (const name of plain) this.#values.set(name, said.join(" "));
        break;
      }
      case "printf":
        if (words[0] === "-v" && words[1] !== undefined) this.#values.set(words[1], words.slice(2).join(" "));
        break;
    }
  }

  /** A variable that the text itself sets may be what it was set to; then that is a command, too. */
  #guess(words: readonly ShellWord[], redirections: readonly ShellRedirection[]): void {
    const isOpen = ({ kind }: ShellWord) => kind === "open";
    const targets = redirections.flatMap(({ target }) => target ?? []);
    if (![...words, ...targets].some(isOpen)) return;
    let isGuess = false;
    const put = (word: ShellWord): ShellWord[] => {
      if (!isOpen(word)) return [word];
      const filled = word.text
        .replace(/\$IFS\b|\$\{IFS[^}]*\}/g, " ")
        .replace(/\$(?:(\w+|[@*])|\{(\w+|[@*])(?:[^{}]*)\})/g, (whole, a, b) => this.#values.get(a ?? b) ?? whole)
        .slice(0, LONGEST_GUESS);
      isGuess ||= filled !== word.text;
      return filled.split(/\s+/).filter(Boolean).map(wordFrom);
    };
    const guessed = words.flatMap(put);
    const redirected = redirections.flatMap((one) =>
      one.target ? put(one.target).map((target) => ({ ...one, target })) : [one],
    );
    if (isGuess && ++this.#guesses <= MOST_GUESSES)
      this.#commands.push({ words: guessed, assignments: [], redirections: redirected, ...NESTED });
  }
}

/** A value as the shell would expand it when it is given. */
function homeOf(text: string, value: string): string {
  return text.startsWith("~") ? text : value;
}

/** A word of a text that a program makes, or that was put together here. */
export function wordFrom(text: string): ShellWord {
  const kind = /[$`]/.test(text) ? "open" : /[*?[]/.test(text) ? "glob" : "literal";
  return { text, kind, ...(/^~(?:\/|$)/.test(text) && { isHome: true }) };
}

/** Whether every sign of a text belongs to a statement, or stands between two: the parser may pass over what it does not expect. */
function isWholly(script: ReturnType<typeof parse>, text: string): boolean {
  let rest = "";
  let at = 0;
  const spans = script.commands.flatMap((statement) => [statement, ...bodiesIn(statement)]);
  for (const { pos, end } of spans.sort((a, b) => a.pos - b.pos)) {
    rest += text.slice(at, Math.max(at, pos));
    at = Math.max(at, end);
  }
  return /^[\s;&]*$/.test((rest + text.slice(at)).replace(/\\\n/g, "").replace(/#[^\n]*/g, ""));
}

/** Here-documents stand behind the line that they belong to. */
function bodiesIn(node: SyntaxNode): { readonly pos: number; readonly end: number }[] {
  const found = node.type === "HereDoc" ? [{ pos: node.body.pos, end: node.closing?.end ?? node.body.end }] : [];
  forEachChild(node, (child) => {
    if (child.type !== "CommandExpansion" && child.type !== "ProcessSubstitution") found.push(...bodiesIn(child));
  });
  return found;
}

// ---------------------------------------------------------------- words

function wordOf(word: Word): ShellWord {
  const { text, parts = [] } = word;
  const isHome = /^~(?:\/|$)/.test(text);
  const isOtherHome = (text.startsWith("~") && !isHome) || /[=:]~/.test(text);
  const kinds = parts.map(kindOf);
  const kind = isOtherHome || kinds.includes("open") ? "open" : kinds.includes("glob") ? "glob" : "literal";
  return { text: saidBy(word), kind, ...(isHome && { isHome }) };
}

/** A word without its quotes, with the text of `"$(cat <<'E' … E)"` in its place. */
function saidBy({ value, parts = [] }: Word): string {
  const [part, ...others] = parts;
  if (part?.type !== "DoubleQuoted" || others.length > 0 || !part.parts.some((one) => givenText(one))) return value;
  return part.parts.map((one) => givenText(one) ?? ("value" in one ? one.value : one.text)).join("");
}

/**
 * What `$(cat <<'E' … E)` gives: a text that the shell takes as it stands, the usual way to write a message of several lines.
 */
function givenText(node: SyntaxNode): string | undefined {
  if (node.type !== "CommandExpansion" || node.script?.errors?.length || node.script?.commands.length !== 1)
    return undefined;
  const command = node.script.commands[0]?.command;
  if (command?.type !== "Command" || command.name?.text !== "cat") return undefined;
  const [redirect, ...more] = command.redirects;
  const isAlone =
    command.args.length === 0 && more.length === 0 && !command.prefix.some(({ type }) => type === "Assignment");
  if (!isAlone || redirect?.type !== "HereDoc" || !redirect.delimiter?.quoted || !redirect.closing) return undefined;
  return redirect.body.text.replace(/\n+$/, "");
}

type Part = NonNullable<Word["parts"]>[number];

function kindOf(part: Part): ShellWord["kind"] {
  switch (part.type) {
    case "Literal":
    case "SingleQuoted":
      return "literal";
    case "DoubleQuoted":
      return part.parts.every((one) => one.type === "Literal" || givenText(one) !== undefined) ? "literal" : "open";
    case "AnsiCQuoted":
      // Escapes that stand for what everybody knows.
      return /^\$'(?:[^\\']|\\[nt\\'"])*'$/.test(part.text) ? "literal" : "open";
    case "Glob":
      return "glob";
    default:
      return "open";
  }
}

function assignmentWord({ text, value }: Extract<Command["args"][number], { type: "Assignment" }>): ShellWord {
  const isLiteral = value.type === "Word" && wordOf(value).kind === "literal" && !/[=:]~/.test(text);
  const said = value.type === "Word" ? text.slice(0, text.length - value.text.length) + value.value : text;
  return { text: said, kind: isLiteral ? "literal" : "open" };
}

function hasOddBlank({ text, parts }: Word): boolean {
  const bare = parts
    ? parts.map((part) => (part.type === "Literal" || part.type === "Glob" ? part.text : "")).join("")
    : text;
  return ODD_BLANK.test(bare);
}

function redirectionOf(node: Redirection): ShellRedirection {
  if (node.type === "HereString") return { kind: "text", target: node.target && wordOf(node.target) };
  if (node.type === "HereDoc") {
    const isLiteral = node.closing !== undefined && (node.body.parts ?? []).every(({ type }) => type === "Literal");
    return { kind: isLiteral || node.delimiter?.quoted ? "text" : "open", target: undefined, body: node.body.text };
  }
  const target = node.target && wordOf(node.target);
  if (!target || node.descriptor?.type === "FileDescriptorVariable") return { kind: "open", target };
  const isDescriptor = target.kind === "literal" && /^(?:\d+-?|-)$/.test(target.text);
  switch (node.operator) {
    case ">&":
    case "<&":
      if (isDescriptor) return { kind: "descriptor", target: undefined };
      return { kind: node.operator === ">&" && node.descriptor === undefined ? "write" : "open", target };
    case "<":
      return { kind: "read", target };
    case "<>":
      return { kind: "open", target };
    default:
      return { kind: "write", target };
  }
}

function wordsOf(type: string): string {
  return type.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
}

function firstUnseen(text: string): string | undefined {
  const unknown = UNKNOWN_SIGN.exec(text)?.[0];
  if (unknown !== undefined) return unknown;
  const shown = visible(text);
  if (shown === text) return undefined;
  return (
    [...text].find((sign, at, signs) =>
      visible(signs.slice(Math.max(0, at - 2), at + 2).join("")).includes(`<U+${hex(sign)}>`),
    ) ?? "\0"
  );
}

function hex(sign: string): string {
  return (sign.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
}
