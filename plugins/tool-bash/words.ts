/** One simple command of a line. */
export interface SimpleCommand {
  /** Quotes removed; a word that the shell would expand stands as it was written. */
  readonly words: readonly string[];
  /** What stands before it; `undefined` at the start. */
  readonly after: ";" | "&&" | "||" | "|" | undefined;
}

export interface SimpleLine {
  readonly commands: readonly SimpleCommand[];
  /** Every word means what it says: nothing is expanded, nothing redirected but to nowhere. */
  readonly isLiteral: boolean;
}

type Kind = "space" | "nowhere" | "operator" | "literal" | "expanded";

/** In the order in which they are tried. */
const TOKENS: readonly (readonly [Kind, RegExp])[] = [
  ["space", /[ \t]+/y],
  ["nowhere", /(?:[12]?>|&>)[ \t]*\/dev\/null(?=[ \t;|&]|$)|2>&1(?=[ \t;|&]|$)/y],
  ["operator", /&&|\|\||;|\|(?!&)/y],
  ["literal", /([A-Za-z0-9_.,/:=@%+-]+)|'([^'\n]*)'|"([^"$`\\!\n]*)"/y],
  ["expanded", /\$[A-Za-z_0-9?]+|\$\{[A-Za-z_0-9]+\}|"(?:[^"$`\\\n]|\$[A-Za-z_0-9?]|\\.)*"|\\[^\n]|[*?~[\]{}^!]+/y],
];

/**
 * Takes apart a line of simple commands. Gives `undefined` for everything else (substitutions, groups, here-documents,
 * several lines): it never guesses.
 */
export function readLine(line: string): SimpleLine | undefined {
  const commands: SimpleCommand[] = [];
  let words: string[] = [];
  let word: string | undefined;
  let after: SimpleCommand["after"];
  let isLiteral = true;

  const endWord = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };

  for (let at = 0; at < line.length; ) {
    const token = tokenAt(line, at, word !== undefined);
    if (!token) return undefined;
    at += token.length;
    if (token.kind === "literal" || token.kind === "expanded") {
      word = (word ?? "") + token.text;
      isLiteral &&= token.kind === "literal";
      continue;
    }
    endWord();
    if (token.kind !== "operator") continue;
    if (words.length === 0) return undefined;
    commands.push({ words, after });
    words = [];
    after = token.text as SimpleCommand["after"];
  }
  endWord();
  if (words.length > 0) commands.push({ words, after });
  else if (after !== ";") return undefined;
  return { commands, isLiteral };
}

function tokenAt(line: string, at: number, isInWord: boolean) {
  for (const [kind, pattern] of TOKENS) {
    // `a2>x` writes the word a2, `a 2>x` the word a: what sticks to a word is not read.
    if (kind === "nowhere" && isInWord) continue;
    pattern.lastIndex = at;
    const match = pattern.exec(line);
    if (match) return { kind, text: match[1] ?? match[2] ?? match[3] ?? match[0], length: match[0].length };
  }
  return undefined;
}
