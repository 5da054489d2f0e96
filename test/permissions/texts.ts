import fc from "fast-check";

/** Commands as somebody writes who wants one of them to be overlooked. */
export function shellTexts(): fc.Arbitrary<string> {
  const { text } = fc.letrec<Record<"text" | "list" | "command" | "word", string>>((tie) => ({
    word: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom(
        "a",
        "-l",
        "b.txt",
        "--x=y",
        "src/a",
        "'q r'",
        '"s t"',
        "\\ ",
        "a=b",
        "$x",
        '"$x"',
        "*",
        "~",
        "{a,b}",
        "'#'",
        "a#b",
        "$'t\\n'",
      ),
      tie("list").map((list) => `$(${list})`),
      tie("list").map((list) => `"a $(${list}) b"`),
      tie("list").map((list) => `\${x:-$(${list})}`),
      tie("list").map((list) => `<(${list})`),
      tie("word").map((word) => `\`rm ${word.replaceAll("`", "").replaceAll("\\", "")}\``),
      fc.constantFrom("'$(rm x)'", "'; rm x'", "'\nrm x\n'", '"; rm x"', "\\$(rm x)"),
    ),
    command: fc
      .tuple(
        fc.constantFrom("", "", "", "x=a ", "! ", ">/dev/null "),
        fc.constantFrom("echo", "ls", "git status", "rm", "'ls'", 'r""m', "e\\cho", "evil", ":"),
        fc.array(tie("word"), { maxLength: 2 }),
        fc.constantFrom(
          ...Array(9).fill(""),
          " 2>&1",
          " <<< a",
          " &>/dev/null",
          " <<E\n$(rm x)\nE\n",
          " <<'E'\nrm x\nE\n",
          " <<E; rm z\na\nE\n",
        ),
      )
      .map(([before, program, words, behind]) => `${before}${[program, ...words].join(" ")}${behind}`),
    list: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      tie("command"),
      fc
        .tuple(
          tie("command"),
          fc.constantFrom(" && ", " || ", "; ", " | ", " |& ", " & ", "\n", ";", " # c\n", " \\\n&& "),
          tie("list"),
        )
        .map((parts) => parts.join("")),
      tie("list").map((list) => `( ${list} )`),
      tie("list").map((list) => `{ ${list}; }`),
      tie("list").map((list) => `if ${list}; then ${list}; fi`),
      tie("list").map((list) => `for i in a; do ${list}; done`),
      tie("list").map((list) => `case a in a) ${list};; esac`),
      tie("list").map((list) => `f() { ${list}; }; f`),
    ),
    text: fc
      .tuple(
        fc.oneof(
          tie("command"),
          fc.array(tie("command"), { minLength: 1, maxLength: 3 }).map((all) => all.join("; ")),
          tie("list"),
        ),
        fc.oneof(
          fc.constant([]),
          fc.array(fc.tuple(fc.nat(400), fc.nat(3), fc.constantFrom(...PIECES)), { maxLength: 2 }),
        ),
      )
      .map(([list, changes]) => changes.reduce(changed, list)),
  }));
  return text;
}

const PIECES = [
  ..."'\"\\`(){}[];&|<>#$! \n\t=*~",
  ..."$( )) (( [[ ]] <( >( << <<< >& ${ && || ;; $' $\" then fi do done esac in <<E <<'E' <<-E".split(" "),
  "rm x",
  "\nrm x\n",
  "\\\n",
  "",
];

/** A piece put into a text, in place of some signs of it. */
function changed(text: string, [at, gone, piece]: readonly [number, number, string]): string {
  const from = at % (text.length + 1);
  return text.slice(0, from) + piece + text.slice(from + gone);
}
