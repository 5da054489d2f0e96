/**
 * The one module around the grammar of bash. It knows every kind of node by name: what it does not know is a problem of the text, so
 * that a new version of the parser cannot open a gap unseen.
 */
import { type Command, forEachChild, parse, type SyntaxNode } from "unbash";
import {
  assignmentOf,
  assignmentWord,
  givenText,
  hasOddBlank,
  redirectionOf,
  wordOf,
  writtenValue,
} from "./grammar-words.ts";
import type { ShellCommand, ShellText } from "./text.ts";
import { firstUnseen, hex } from "./unseen.ts";
import { Variables } from "./variables.ts";

/** Above these a text is not allowed because of what it says. */
const MOST_CHARACTERS = 32 * 1024;
const MOST_COMMANDS = 100;
const MOST_NESTING = 50;
const DEEPEST = 2000;
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
  const shapes: string[] = [];
  const unseen = firstUnseen(text);
  if (unseen !== undefined) problems.push(`it holds a sign that is not seen (U+${hex(unseen)})`);
  if (text.length > MOST_CHARACTERS) problems.push(`it is longer than ${MOST_CHARACTERS} characters`);
  try {
    const script = parse(text);
    new Reader(commands, problems, shapes).visit(script, { after: "start", isPiped: false, depth: 0 });
    if (!isWholly(script, text)) problems.push("it is no valid bash (a part of it belongs to no command)");
  } catch (thrown) {
    problems.push(`it cannot be read (${thrown instanceof Error ? thrown.message : "unknown"})`);
  }
  if (commands.length > MOST_COMMANDS) problems.push(`it has more than ${MOST_COMMANDS} commands`);
  const [problem = shapes[0]] = problems;
  return {
    text,
    commands,
    ...(problem !== undefined && { problem }),
    ...(problems.length > 0 && { isUnread: true }),
  };
}

const NESTED = { after: undefined, isPiped: false } as const;

interface Place {
  readonly after: ShellCommand["after"];
  readonly isPiped: boolean;
  readonly depth: number;
}

class Reader {
  readonly #commands: ShellCommand[];
  /** Why it may not have been read in full; and why it is more than a list, though it has. */
  readonly #problems: string[];
  readonly #shapes: string[];
  readonly #variables = new Variables();

  constructor(commands: ShellCommand[], problems: string[], shapes: string[]) {
    this.#commands = commands;
    this.#problems = problems;
    this.#shapes = shapes;
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
        if (node.background && place.after !== undefined) this.#shapes.push("it puts something into the background");
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
      // What stands in `((` may be sums to one shell, and commands to another.
      const reasons = node.type === "ArithmeticCommand" ? this.#problems : this.#shapes;
      reasons.push(`it is more than a list of commands (${wordsOf(node.type)})`);
    }
    if (node.type === "Redirected") {
      this.#commands.push({ words: [], assignments: [], redirections: node.redirects.map(redirectionOf), ...NESTED });
    }
    if (node.type === "For" || node.type === "Select") {
      const words = (node.wordlist ?? []).map(writtenValue);
      this.#variables.set({ name: node.name.value, value: words.join(" ") });
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
    const redirections = node.redirects.map(redirectionOf);
    const words = [...(node.name ? [wordOf(node.name)] : []), ...args];
    for (const word of [node.name, ...node.args]) {
      if (word?.type === "Word" && hasOddBlank(word))
        this.#problems.push("it holds a blank that the shell takes for a letter");
    }
    this.#commands.push({
      words,
      assignments: own.map(assignmentOf),
      redirections,
      after: place.after,
      isPiped: place.isPiped,
    });
    const guess = this.#variables.guess(words, redirections);
    if (guess) this.#commands.push({ ...guess, assignments: [], ...NESTED });
    this.#variables.note({ words, redirections });
    for (const { name, value } of own) {
      if (value.type === "Word") this.#variables.set({ name, value: writtenValue(value) });
    }
    // What stands in quotes here may be evaluated where the variable is used.
    for (const { value } of own) {
      if (value.type === "Word" && wordOf(value).kind === "literal" && /\$\(|`/.test(value.value))
        this.visit(parse(value.value), inside);
    }
    forEachChild(node, (child) => this.visit(child, inside));
  }
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

function wordsOf(type: string): string {
  return type.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
}
