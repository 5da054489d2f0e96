import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "unbash";
import { describe, expect, it } from "vitest";
import { KNOWN, readShell } from "./grammar.ts";
import type { ShellCommand, ShellWord } from "./text.ts";

const LIST = "it is more than a list of commands";
const INVALID = "it is no valid bash";

/** A text; its commands, where `^` is one inside of something and `?` or `*` a word that is open or names of files; its problem. */
const TEXTS: [text: string, commands: string[], problem?: string][] = [
  ["ls -la", ["ls -la"]],
  ["", []],
  ["# only", []],
  ["a # b", ["a"]],
  ["a \\\n b", ["a b"]],
  ["a; b\nc", ["a", "; b", "; c"]],
  ["a && b || c", ["a", "&& b", "|| c"]],
  ["a | b |& c", ["a", "| b", "| c"]],
  ["! a", ["a"]],
  ["time a", ["a"]],
  // ---- words
  ["ls '-la' \"x y\" a\\ b", ["ls -la [x y] [a b]"]],
  ["r''m r\"\"m r\\m", ["rm rm rm"]],
  ["a *.ts ?x [ab]", ["a *.ts* ?x* [ab]*"]],
  ["~/a ~", ["~/a ~"]],
  ["a ~other/x", ["a ~other/x?"]],
  ["a --x=~/y", ["a --x=~/y?"]],
  ["a $b", ["a $b?"]],
  ['a "b $c"', ["a [b $c]?"]],
  ["a $'b'", ["a b"]],
  ['a $"b"', ["a b?"]],
  ["a $" + "{b:-c}", ["a $" + "{b:-c}?"]],
  ["a $" + "{b#c}", ["a $" + "{b#c}?"]],
  ["a $" + "{b/c/d}", ["a $" + "{b/c/d}?"]],
  ["a $" + "{b:1:2}", ["a $" + "{b:1:2}?"]],
  ["a $" + "{b^^}", ["a $" + "{b^^}?"]],
  ["a $" + "{b@Q}", ["a $" + "{b@Q}?"]],
  ["a $" + "{!b*}", ["a $" + "{!b*}?"]],
  ["a $" + "{b!}", ["a $" + "{b!}?"], "is not known here"],
  ["a $(b)", ["a $(b)?", "^ b"]],
  ["a `b`", ["a `b`?", "^ b"]],
  ['a "$(b "$(c)")"', ['a [$(b "$(c)")]?', "^ b $(c)?", "^ c"]],
  ["a $((1+2))", ["a $((1+2))?"]],
  ["a <(b)", ["a <(b)?", "^ b"]],
  ["a @(b|c)", ["a @(b|c)?"]],
  ["a {b,c}", ["a {b,c}?"]],
  // ---- what is set and where it goes
  ["A=1", ["A= "]],
  ["A=b c", ["A= c"]],
  ["A=(b c) d", ["A= d"]],
  ["A=$(b)", ["A= ", "^ b"]],
  ["declare a=(b)", ["declare a=(b)?"]],
  ["X=rm; $X a", ["X= ", "; $X? a", "^ rm a"]],
  ["a > b 2>> c", ["a >b >c"]],
  ["> a", [" >a"]],
  ["a < b", ["a <b"]],
  ["a <> b", ["a !b"]],
  ["a {fd}>b", ["a !b"]],
  ["a >& b", ["a >b"]],
  ["a &> b", ["a >b"]],
  ["a 2>&1 >&-", ["a = ="]],
  ["a <<< b", ["a 'b"]],
  ["a << E\nb\nE\n", ["a '"]],
  ["a << E\n$(b)\nE\n", ["a !", "^ b"]],
  ["a << 'E'\n$(b)\nE\n", ["a '"]],
  // ---- more than a list
  ["if a; then b; elif c; then d; else e; fi", ["^ a", "^ b", "^ c", "^ d", "^ e"], `${LIST} (if)`],
  ["for x in a b; do c; done", ["^ c"], `${LIST} (for)`],
  ["for x in rm; do $x a; done", ["^ $x? a", "^ rm a"], `${LIST} (for)`],
  ["for ((i=0;i<2;i++)); do a; done", ["^ a"], `${LIST} (arithmetic for)`],
  ["select x in a; do b; done", ["^ b"], `${LIST} (select)`],
  ["while a; do b; done", ["^ a", "^ b"], `${LIST} (while)`],
  ["until a; do b; done", ["^ a", "^ b"], `${LIST} (while)`],
  ["(a)", ["^ a"], `${LIST} (subshell)`],
  ["{ a; }", ["^ a"], `${LIST} (brace group)`],
  ["case a in b) c;; esac", ["^ c"], `${LIST} (case)`],
  ["(a) > b", ["^  >b", "^ a"], `${LIST} (redirected)`],
  ["f() { a; }", ["^ a"], `${LIST} (function)`],
  ["coproc a", ["^ a"], `${LIST} (coproc)`],
  ["[[ -f a && ! ( a == b ) ]]", [], `${LIST} (test command)`],
  ["[[ $(a) ]]", ["^ a"], `${LIST} (test command)`],
  ["((a ? -1 : (1+2)))", [], `${LIST} (arithmetic command)`],
  ["(( $(a) ))", ["^ a"], `${LIST} (arithmetic command)`],
  ["a & b", ["^ a", "; b"], "it puts something into the background"],
  // ---- what cannot be read
  ["echo '", ["echo "], INVALID],
  ["a )", ["a"], INVALID],
  ["a;;b", ["a"], INVALID],
  ["a $(b", ["a $(b?", "^ b"], INVALID],
  ["a\u200bb", ["a\u200bb"], "not seen (U+200B)"],
  ["a\u202eb", ["a\u202eb"], "not seen (U+202E)"],
  ["a\0b", ["a\0b"], "not seen (U+0000)"],
  ["a\rb", ["a\rb"], "not seen (U+000D)"],
  ["a\ue000", ["a\ue000"], "not seen (U+E000)"],
  ["a\u00a0b", ["a\u00a0b"], "a blank that the shell takes for a letter"],
  ["'a\u00a0b'", ["a\u00a0b"]],
];

function shown({ words, assignments, redirections, after }: ShellCommand): string {
  const signs = { read: "<", write: ">", text: "'", descriptor: "=", open: "!" };
  const place = after === undefined ? "^ " : after === "start" ? "" : `${after} `;
  return [
    ...(assignments.length ? [`${place}${assignments.map(({ name }) => name).join()}=`] : []),
    `${assignments.length ? "" : place}${words.map(word).join(" ")}`,
    ...redirections.map(({ kind, target }) => `${signs[kind]}${target?.text ?? ""}`),
  ].join(" ");
}

function word({ text, kind }: ShellWord): string {
  return `${/ /.test(text) ? `[${text}]` : text}${{ literal: "", glob: "*", open: "?" }[kind]}`;
}

describe("a text of bash", () => {
  it.each<[text: string, commands: string[], problem?: string]>(TEXTS)(
    "%j has the commands %j",
    (text, commands, problem) => {
      const read = readShell(text);
      expect(read.commands.map(shown)).toEqual(commands);
      if (problem === undefined) expect(read.problem).toBeUndefined();
      else expect(read.problem).toContain(problem);
      expect(read.text).toBe(text);
    },
  );

  it("that is too long, has too many commands or is nested too deeply has a problem, and is still looked at", () => {
    const long = readShell(`rm x; echo ${"a".repeat(40_000)}`);
    expect(long.problem).toContain("longer than");
    expect(long.commands[0]?.words[0]?.text).toBe("rm");
    expect(readShell("a;".repeat(101)).problem).toContain("more than 100 commands");
    expect(readShell("a;".repeat(100)).problem).toBeUndefined();
    for (const deep of [`${"(".repeat(60)}a${")".repeat(60)}`, `${"$(".repeat(60)}a${")".repeat(60)}`]) {
      expect(readShell(deep).problem).toBeDefined();
    }
    expect(readShell(`${"{ ".repeat(20_000)}`).problem).toBeDefined();
  });
});

describe("the parser", () => {
  const types = fs.readFileSync(
    fileURLToPath(new URL("types.d.ts", import.meta.resolve("unbash").replace(/[^/]+$/, ""))),
    "utf8",
  );
  const kinds = new Set([...types.matchAll(/\btype: "(\w+)"/g)].map(([, kind]) => kind as string));
  const visited = ["Script", "CompoundList", "Statement", "AndOr", "Pipeline", "Command"];

  it("makes no kind of node that is not known here", () => {
    expect(kinds.size).toBeGreaterThan(50);
    expect([...kinds].filter((kind) => !KNOWN.has(kind) && !visited.includes(kind))).toEqual([]);
    expect([...KNOWN].filter((kind) => !kinds.has(kind))).toEqual([]);
  });

  it("makes every kind of node in one of the texts above", () => {
    const met = new Set<string>();
    for (const [text] of TEXTS) gather(parse(text), met);
    expect([...kinds].filter((kind) => !met.has(kind))).toEqual([]);
  });
});

/** Kinds of nodes below a value, those behind getters too. */
function gather(value: unknown, met: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  if ("type" in value && typeof value.type === "string") met.add(value.type);
  const prototype = Object.getPrototypeOf(value);
  const hidden = prototype === Object.prototype ? [] : Object.getOwnPropertyNames(prototype);
  for (const key of [...Object.keys(value), ...hidden]) {
    if (key !== "parent" && key !== "constructor") gather((value as Record<string, unknown>)[key], met);
  }
}
