/** The words of a command, as the grammar gives them, and what is certain about each. */
import type { Assignment, Command, Redirection, SyntaxNode, Word } from "unbash";
import type { ShellAssignment, ShellRedirection, ShellWord } from "./text.ts";

const ODD_BLANK = /(?! )\p{Zs}/u;

export function wordOf(word: Word): ShellWord {
  const { text, parts = [] } = word;
  const isHome = /^~(?:\/|$)/.test(text);
  const isOtherHome = (text.startsWith("~") && !isHome) || /[=:]~/.test(text);
  const kinds = parts.map(kindOf);
  const kind = isOtherHome || kinds.includes("open") ? "open" : kinds.includes("glob") ? "glob" : "literal";
  const isBraced = kinds.includes("open") && /^[\w./@%+,{}-]+$/.test(text);
  return { text: saidBy(word), kind, ...(isHome && { isHome }), ...(isBraced && { isBraced }) };
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
export function givenText(node: SyntaxNode): string | undefined {
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

/** A variable that is set before a command. */
export function assignmentOf({ name, value, append, index }: Assignment): ShellAssignment {
  if (value.type === "Word" && !append && index === undefined) return { name, value: wordOf(value) };
  return { name, value: { text: "", kind: "open" } };
}

export function assignmentWord({ text, value }: Extract<Command["args"][number], { type: "Assignment" }>): ShellWord {
  const isLiteral = value.type === "Word" && wordOf(value).kind === "literal" && !/[=:]~/.test(text);
  const said = value.type === "Word" ? text.slice(0, text.length - value.text.length) + value.value : text;
  return { text: said, kind: isLiteral ? "literal" : "open" };
}

export function hasOddBlank({ text, parts }: Word): boolean {
  const bare = parts
    ? parts.map((part) => (part.type === "Literal" || part.type === "Glob" ? part.text : "")).join("")
    : text;
  return ODD_BLANK.test(bare);
}

export function redirectionOf(node: Redirection): ShellRedirection {
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

/** A value as the shell would expand it when it is given. */
export function writtenValue({ text, value }: Word): string {
  return text.startsWith("~") ? text : value;
}
