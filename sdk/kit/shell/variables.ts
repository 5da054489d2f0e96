/** What variables may stand for, where a text itself says so: for what forbids. */
import { type ShellCommand, type ShellRedirection, type ShellWord, wordFrom } from "./text.ts";

/** What a variable may stand for is looked at so far, and so often. */
const LONGEST_GUESS = 1000;
const MOST_GUESSES = 500;

/** A value that a text gives to a variable, as it is written. */
export interface Given {
  readonly name: string;
  readonly value: string;
}

/** The variables of one text, in the order in which it is read. */
export class Variables {
  readonly #values = new Map<string, string>();
  #guesses = 0;

  set({ name, value }: Given): void {
    this.#values.set(name, value);
  }

  /** Takes note of what a command sets: `export x=…`, `set -- …`, `read x <<< …`, `printf -v x …`. */
  note({ words: [program, ...rest], redirections }: Pick<ShellCommand, "words" | "redirections">): void {
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
          if (name) this.set({ name, value });
        }
        break;
      case "set":
        for (const [at, value] of plain.entries()) this.set({ name: String(at + 1), value });
        for (const name of ["@", "*"]) this.set({ name, value: plain.join(" ") });
        break;
      case "read": {
        const said = redirections.flatMap(({ kind, target }) => (kind === "text" && target ? [target.text] : []));
        for (const name of plain) this.set({ name, value: said.join(" ") });
        break;
      }
      case "printf":
        if (words[0] === "-v" && words[1] !== undefined) this.set({ name: words[1], value: words.slice(2).join(" ") });
        break;
    }
  }

  /** The command with what its variables may stand for; `undefined` where nothing is known of any. */
  guess(
    words: readonly ShellWord[],
    redirections: readonly ShellRedirection[],
  ): Pick<ShellCommand, "words" | "redirections"> | undefined {
    let isGuess = false;
    const put = (word: ShellWord): ShellWord[] => {
      if (word.kind !== "open") return [word];
      const filled = this.#fill(word.text);
      isGuess ||= filled !== word.text;
      return filled.split(/\s+/).filter(Boolean).map(wordFrom);
    };
    const guessed = words.flatMap(put);
    const redirected = redirections.flatMap((one) =>
      one.target ? put(one.target).map((target) => ({ ...one, target })) : [one],
    );
    return isGuess && ++this.#guesses <= MOST_GUESSES ? { words: guessed, redirections: redirected } : undefined;
  }

  #fill(text: string): string {
    return text
      .replace(
        /\$\(\s*(?:echo|printf)\s+["']?([^()"'$`]*)["']?\s*\)|`\s*(?:echo|printf)\s+([^`"'$]*)`/g,
        (_, a, b) => a ?? b,
      )
      .replace(/\$IFS\b|\$\{IFS[^}]*\}/g, " ")
      .replace(/\$(?:(\w+|[@*])|\{(\w+|[@*])(?:[^{}]*)\})/g, (whole, a, b) => this.#values.get(a ?? b) ?? whole)
      .slice(0, LONGEST_GUESS);
  }
}
