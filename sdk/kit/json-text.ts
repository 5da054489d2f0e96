/** What is wrong with a JSON text, and where: line and column count from 1. */
export class JsonProblem extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, text: string, at: number) {
    const { line, column } = placeAt(text, at);
    super(`line ${line}, column ${column}: ${message}`);
    this.name = "JsonProblem";
    this.line = line;
    this.column = column;
  }
}

/** A place in a text; line and column count from 1, as an editor counts them. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

function placeAt(text: string, at: number): TextPlace {
  const lines = text.slice(0, at).split(/\r\n|\n|\r/);
  return { line: lines.length, column: [...(lines.at(-1) ?? "")].length + 1 };
}

const DEPTH = 200;

/**
 * Reads JSON as people write it into files that decide something: strict, keys only once, and every error says its place.
 * Throws a {@link JsonProblem}. A byte order mark is passed over.
 */
export function parseJsonText(text: string): unknown {
  const start = text.startsWith("\ufeff") ? 1 : 0;
  try {
    return new Reader(text, start).whole();
  } catch (error) {
    if (error instanceof Failure) throw new JsonProblem(error.message, text, error.at);
    throw error;
  }
}

/**
 * Where the key or list element at a path stands in a JSON text; where the path leads further than the text, its last part that is
 * there. `undefined` for an empty path and for a text that is not good JSON.
 *
 * @example
 * placeInJson('{\n  "model": 7\n}', ["model"]); // { line: 2, column: 3 }
 */
export function placeInJson(text: string, path: readonly PropertyKey[]): TextPlace | undefined {
  let depth = 0;
  let found: number | undefined;
  const see = (parts: readonly PropertyKey[], at: number) => {
    if (parts.length <= depth || parts.length > path.length) return;
    if (parts.some((part, index) => String(part) !== String(path[index]))) return;
    [depth, found] = [parts.length, at];
  };
  try {
    new Reader(text, text.startsWith("\ufeff") ? 1 : 0, see).whole();
  } catch {
    return undefined;
  }
  return found === undefined ? undefined : placeAt(text, found);
}

class Failure extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

class Reader {
  readonly #text: string;
  #at: number;
  readonly #see: ((path: readonly PropertyKey[], at: number) => void) | undefined;
  readonly #path: PropertyKey[] = [];

  constructor(text: string, at: number, see?: (path: readonly PropertyKey[], at: number) => void) {
    this.#text = text;
    this.#at = at;
    this.#see = see;
  }

  whole(): unknown {
    const value = this.#value(0);
    this.#blank();
    if (this.#at < this.#text.length) throw this.#unexpected("nothing more");
    return value;
  }

  #value(depth: number): unknown {
    this.#blank();
    const char = this.#text[this.#at];
    if (depth > DEPTH) throw new Failure(`nested deeper than ${DEPTH}`, this.#at);
    if (char === "{") return this.#object(depth);
    if (char === "[") return this.#array(depth);
    if (char === '"') return this.#string();
    const word = this.#match(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (word === undefined) throw this.#unexpected("a value");
    return JSON.parse(word);
  }

  #object(depth: number): unknown {
    const entries = new Map<string, unknown>();
    this.#list("}", () => {
      const at = this.#at;
      if (this.#text[at] !== '"') throw this.#unexpected("a key in double quotes");
      const key = this.#string();
      if (entries.has(key)) throw new Failure(`the key ${JSON.stringify(key)} is there twice`, at);
      this.#blank();
      if (this.#text[this.#at] !== ":") throw this.#unexpected('":"');
      this.#at++;
      entries.set(key, this.#inner(key, at, depth));
    });
    return Object.fromEntries(entries);
  }

  #array(depth: number): unknown {
    const values: unknown[] = [];
    this.#list("]", () => values.push(this.#inner(values.length, this.#at, depth)));
    return values;
  }

  #inner(part: PropertyKey, at: number, depth: number): unknown {
    this.#path.push(part);
    this.#see?.(this.#path, at);
    const value = this.#value(depth + 1);
    this.#path.pop();
    return value;
  }

  #list(end: string, item: () => void): void {
    this.#at++;
    this.#blank();
    if (this.#text[this.#at] === end) {
      this.#at++;
      return;
    }
    for (;;) {
      this.#blank();
      if (this.#text[this.#at] === end) throw new Failure(`a comma before "${end}"`, this.#at);
      item();
      this.#blank();
      const char = this.#text[this.#at];
      if (char !== "," && char !== end) throw this.#unexpected(`"," or "${end}"`);
      this.#at++;
      if (char === end) return;
    }
  }

  #string(): string {
    const start = this.#at;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
    const body = this.#match(/"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/y) as string;
    if (this.#text[this.#at] !== '"') {
      const isOpen = this.#at >= this.#text.length || /[\n\r]/.test(this.#text[this.#at] as string);
      if (isOpen) throw new Failure("a string that does not end on its line", start);
      throw new Failure("a sign that a string may hold only as an escape", this.#at);
    }
    this.#at++;
    return JSON.parse(`${body}"`);
  }

  #blank(): void {
    this.#match(/[ \t\n\r]*/y);
    if (/\/[/*]/y.test(this.#text.slice(this.#at, this.#at + 2))) {
      throw new Failure("a comment, which JSON does not have", this.#at);
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #unexpected(expected: string): Failure {
    const char = this.#text[this.#at];
    const got = char === undefined ? "the text ends" : `${JSON.stringify(char)} stands`;
    return new Failure(`${got} where ${expected} is expected`, this.#at);
  }
}
