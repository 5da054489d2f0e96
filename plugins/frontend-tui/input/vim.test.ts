import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { deleteBackward, type Buffer as Edited, EMPTY, insert } from "./buffer.ts";
import { createKeyDecoder, type KeyPress } from "./keys.ts";
import { createVim, type Vim } from "./vim.ts";

const ESC = "\x1b[27u";

function pressesOf(keys: string): readonly KeyPress[] {
  const presses: KeyPress[] = [];
  const decoder = createKeyDecoder({ onPress: (press) => presses.push(press), wait: () => () => {} });
  decoder.feed(Buffer.from(keys.replaceAll("\x1b", ESC)));
  decoder.end();
  return presses;
}

/** NORMAL mode on a text in which `|` is the cursor; an Esc at the end, as `:normal` has it. */
function typed(marked: string, keys: string, escapeKeys: readonly string[] = []) {
  const cursor = marked.indexOf("|");
  const start: Edited = { ...EMPTY, text: marked.replace("|", ""), cursor };
  const vim = createVim();
  let buffer = start;
  const actions: string[] = [];
  const press = (one: KeyPress) => {
    const step = vim.key(buffer, one, { action: undefined, escapeKeys, now: 0 });
    if (step) {
      buffer = step.buffer;
      if (step.action) actions.push(step.action);
    } else if (one.text) buffer = insert(buffer, one.text);
    else if (one.name === "enter") buffer = insert(buffer, "\n", "other");
    else if (one.name === "backspace") buffer = deleteBackward(buffer);
  };
  const [toCommands] = pressesOf("\x1b");
  toNormal(vim, () => press(toCommands as KeyPress));
  buffer = { ...buffer, cursor, text: start.text, past: [] };
  for (const one of pressesOf(keys)) press(one);
  const { mode, pending } = vim.view(buffer);
  return { buffer, marked: markedOf(buffer), mode, pending, actions, vim };
}

function toNormal(vim: Vim, leave: () => void) {
  if (vim.view(EMPTY).mode === "insert") leave();
}

function markedOf({ text, cursor }: Edited): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

/** Text and cursor, keys, text and cursor after an Esc. The last test asks vim itself. */
const CASES: readonly (readonly [string, string, string])[] = [
  ["one t|wo three", "h", "one |two three"],
  ["|one two", "3l", "one| two"],
  ["on|e", "5l", "on|e"],
  ["|one\ntwo\nthree", "2j", "one\ntwo\n|three"],
  ["long line|s\nab\nlonger", "jj", "long lines\nab\nlonge|r"],
  ["ab|c\nde", "$j", "abc\nd|e"],
  ["|foo bar.baz  qux", "w", "foo |bar.baz  qux"],
  ["|foo bar.baz  qux", "3w", "foo bar.|baz  qux"],
  ["|foo bar.baz  qux", "2W", "foo bar.baz  |qux"],
  ["foo\n\nba|r", "b", "foo\n\n|bar"],
  ["foo\n\nba|r", "bbb", "|foo\n\nbar"],
  ["|foo bar.baz", "e", "fo|o bar.baz"],
  ["|foo bar.baz", "3e", "foo bar|.baz"],
  ["|foo bar.baz", "2E", "foo bar.ba|z"],
  ["foo ba|r", "ge", "fo|o bar"],
  ["  fo|o", "0", "|  foo"],
  ["  fo|o", "^", "  |foo"],
  ["f|oo", "$", "fo|o"],
  ["a\nb\n  |c", "gg", "|a\nb\n  c"],
  ["|a\nb\n  c", "G", "a\nb\n  |c"],
  ["|a\nb\nc", "2G", "a\n|b\nc"],
  ["|a,b,c", "f,", "a|,b,c"],
  ["|a,b,c", "2f,", "a,b|,c"],
  ["|a,b,c", "t,;", "a,|b,c"],
  ["a,b,|c", "F,,", "a,b|,c"],
  ["a,b,c|d", "T,", "a,b,|cd"],
  ["|f(a[b])", "%", "f(a[b]|)"],
  ["f(a[b]|)", "%", "f|(a[b])"],
  ["|a\nb\n\nc\nd\n\ne", "}", "a\nb\n|\nc\nd\n\ne"],
  ["a\nb\n\nc\nd\n\n|e", "2{", "a\nb\n|\nc\nd\n\ne"],
  ["|one two three", "dw", "|two three"],
  ["|one two three", "d2w", "|three"],
  ["|one two three", "2dw", "|three"],
  ["one tw|o\nthree", "dw", "one t|w\nthree"],
  ["one two thr|ee", "db", "one two |ee"],
  ["|one two", "de", "| two"],
  ["on|e two", "d$", "o|n"],
  ["on|e two", "D", "o|n"],
  ["on|e two", "d0", "|e two"],
  ["one\nt|wo\nthree", "dd", "one\n|three"],
  ["one\ntwo\nth|ree", "dd", "one\n|two"],
  ["o|ne\ntwo\nthree", "2dd", "|three"],
  ["o|ne", "dd", "|"],
  ["o|ne\ntwo\nthree", "dj", "|three"],
  ["one\ntwo\nth|ree", "dk", "|one"],
  ["one\nt|wo\nthree", "dG", "|one"],
  ["one\nt|wo\nthree", "dgg", "|three"],
  ["|a,b,c", "df,", "|b,c"],
  ["|a,b,c", "dt,", "|,b,c"],
  ["|f(a) b", "d%", "| b"],
  ["x|f(a) b", "cw-\x1b", "x|-(a) b"],
  ["|one two", "cwuno\x1b", "un|o two"],
  ["one|  two", "cwx\x1b", "one|xtwo"],
  ["one|  two", "dw", "one|two"],
  ["|one two three", "c2wx\x1b", "|x three"],
  ["one\nt|wo\nthree", "ccx\x1b", "one\n|x\nthree"],
  ["one\nt|wo\nthree", "Sx\x1b", "one\n|x\nthree"],
  ["on|e two", "Cx\x1b", "on|x"],
  ["|one two", "yiwP", "on|eone two"],
  ["|one two", "yw$p", "one twoone| "],
  ["o|ne\ntwo", "yyp", "one\n|one\ntwo"],
  ["o|ne\ntwo", "Yjp", "one\ntwo\n|one"],
  ["o|ne\ntwo", "yyP", "|one\none\ntwo"],
  ["o|ne\ntwo", "yy3p", "one\n|one\none\none\ntwo"],
  ["|ab", "xp", "b|a"],
  ["|one\ntwo", "ddp", "two\n|one"],
  ["o|ne\ntwo", ">>", "  |one\ntwo"],
  ["  o|ne\ntwo", "<<", "|one\ntwo"],
  ["o|ne\ntwo", ">j", "  |one\n  two"],
  ["o|ne two", "g~iw", "|ONE two"],
  ["o|ne two", "gUU", "|ONE TWO"],
  ["O|NE TWO", "guw", "O|ne TWO"],
  ["o|Ne two", "~", "on|e two"],
  ["|oNe two", "3~", "OnE| two"],
  ["one t|wo three", "diw", "one | three"],
  ["one t|wo three", "daw", "one |three"],
  ["one thr|ee", "daw", "on|e"],
  ["one a-b| c", "diW", "one a-b|c"],
  ["one a-|b c", "diW", "one | c"],
  ["one a-|b c", "daW", "one |c"],
  ["one |  two", "diw", "one|two"],
  ["one| two three", "daw", "one| three"],
  ["|one two three", "d2aw", "|three"],
  ['say "he|llo" now', 'di"', 'say "|" now'],
  ['say "he|llo" now', 'da"', "say |now"],
  ['|say "hello" now', 'ci"x\x1b', 'say "|x" now'],
  ["f(a, |b)", "di(", "f(|)"],
  ["f(a, |b) c", "da)", "f| c"],
  ["f(a, (b), |c)", "dib", "f(|)"],
  ["f|(a)", "di(", "f(|)"],
  ["f((|a))", "d2i(", "f(|)"],
  ["{\n  a|\n}", "di{", "{\n|}"],
  ["[|1, 2]", "ci[x\x1b", "[|x]"],
  ["<|a>", "di<", "<|>"],
  ["|abc", "x", "|bc"],
  ["a|bc", "5x", "|a"],
  ["ab|c", "X", "a|c"],
  ["|abc", "sx\x1b", "|xbc"],
  ["|abc", "2sx\x1b", "|xc"],
  ["|one\ntwo", "J", "one| two"],
  ["|one\n  two\nthree", "3J", "one two| three"],
  ["|f(\n)", "J", "f(|)"],
  ["|abc", "rx", "|xbc"],
  ["|abc", "2rx", "x|xc"],
  ["|abc", "4rx", "|abc"],
  ["|one two three", "dw.", "|three"],
  ["|one two three", "cwx\x1bw.", "x |x three"],
  ["|a b c d", "x3.", "|c d"],
  ["|abc", "ix\x1b.", "|xxabc"],
  ["|abc", "Ax\x1b.", "abcx|x"],
  ["a|bc", "3ix\x1b", "axx|xbc"],
  ["  a|b", "Ix\x1b", "  |xab"],
  ["a|b\nc", "ox\x1b", "ab\n|x\nc"],
  ["a|b\nc", "Ox\x1b", "|x\nab\nc"],
  ["a|b", "2ox\x1b", "ab\nx\n|x"],
  ["|abc", '"ax"bx"ap', "c|a"],
  ["|abc def", '"ayw"Aywo\x1b"ap', "abc def\nabc abc| "],
  ["one| two", '"_x"_xp', "one|wo"],
  ["|one two", "ywwx0p", "o|tne wo"],
  ["|one two", 'ywwx"0P', "one one| wo"],
  ["|abcdef", "vlld", "|def"],
  ["|one two", "vey$p", "one twoon|e"],
  ["a|bc\ndef", "vjd", "a|f"],
  ["a|bc\ndef\nghi", "Vjd", "|ghi"],
  ["a|bc def", "viwUw", "ABC |def"],
  ["|abc", "vlrx", "|xxc"],
  ["|a b c", "vex", "| c"],
  ["abc|def", "vhho\x1b", "abc|def"],
  ["|abc def", "vec-\x1b", "|- def"],
  ["|one\ntwo\nthree", "VjJ", "one| two\nthree"],
  ["|one\ntwo", "Vj>", "  |one\n  two"],
  ["|one two", "yiwwviwp", "one on|e"],
  ["|one two", "viwy", "|one two"],
  ["|one two three", "vawd", "|two three"],
  ["|abcd", "vl~", "|ABcd"],
  ["|one two three four", "vey wvep", "one on|e three four"],
  ["|abcdefgh", "vlld.", "|gh"],
  ["|a\nb\nc\nd", "Vjd.", "|"],
  ["|ab", "lp", "a|b"],
  ["|", "x", "|"],
  ["|", "ia\x1b", "|a"],
  ["|a\n\nb", "jdw", "a\n|b"],
  ["a\n|\nb", "dd", "a\n|b"],
  ["|a b\n\nc", "d}", "|\nc"],
  ["é|字x", "x", "é|x"],
];

test.each(CASES)("%j %j gives %j", (before, keys, after) => {
  const { marked, mode } = typed(before, `${keys}`);
  expect([marked, mode]).toEqual([after, "normal"]);
});

test("a change is undone as one, and done again", () => {
  expect(typed("|one two", "cwlong\x1bu").buffer.text).toBe("one two");
  expect(typed("|one two", "dwdwuu\x12").buffer.text).toBe("two");
  expect(typed("|a", "ofoo\rbar\x1bu").buffer.text).toBe("a");
});

test("two keys end the typing, if the person wants it", () => {
  const { marked, mode } = typed("|x", "iabjj", ["jj"]);
  expect([marked, mode]).toEqual(["a|bx", "normal"]);
  expect(typed("|x", "iabjk", ["jj"])).toMatchObject({ marked: "abjk|x", mode: "insert" });
});

test("keys of a command that is not whole are shown, and forgotten with Esc", () => {
  expect(typed("|x y", '"a2d').pending).toBe('"a2d');
  expect(typed("|x y", "2d\x1bx")).toMatchObject({ marked: "| y", pending: "" });
  expect(typed("|x y", "dqx")).toMatchObject({ marked: "| y" });
});

test("what was sent before lies beyond the first and the last line, and / looks for it", () => {
  expect(typed("|a", "kj/").actions).toEqual(["history:previous", "history:next", "history:search"]);
  expect(typed("|a\nb", "j").actions).toEqual([]);
});

test("a chip is one sign", () => {
  const chips = ["[Image #1]"];
  const vim = createVim();
  let buffer: Edited = { ...EMPTY, chips, text: "a [Image #1] b", cursor: 0 };
  for (const press of pressesOf("\x1bwx"))
    buffer = vim.key(buffer, press, { action: undefined, escapeKeys: [], now: 0 })?.buffer ?? buffer;
  expect(buffer.text).toBe("a  b");
});

// ---------------------------------------------------------------- the real one

const hasVim = spawnSync("vim", ["--version"]).status === 0;

test.skipIf(!hasVim)("vim itself does the same", () => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-vim-"));
  try {
    expect(realVim(folder, CASES)).toEqual(CASES.map(([, , after]) => after));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function realVim(folder: string, cases: readonly (readonly [string, string, string])[]): readonly string[] {
  const given = cases.map(([marked, keys]) => {
    const before = marked.slice(0, marked.indexOf("|"));
    const lines = before.split("\n");
    const column = Buffer.byteLength(lines.at(-1) ?? "") + 1;
    return { lines: marked.replace("|", "").split("\n"), row: lines.length, column, keys };
  });
  const script = join(folder, "run.vim");
  writeFileSync(join(folder, "given.json"), JSON.stringify(given));
  writeFileSync(
    script,
    `set encoding=utf-8 shiftwidth=2 expandtab nocompatible backspace=indent,eol,start nojoinspaces startofline
let given = json_decode(join(readfile('${join(folder, "given.json")}'), ''))
let told = []
for one in given
  enew!
  let @" = '' | let @a = '' | let @b = '' | let @0 = ''
  call setline(1, one.lines)
  call cursor(one.row, one.column)
  execute 'normal! ' . one.keys
  call add(told, {'lines': getline(1, '$'), 'row': line('.'), 'column': col('.')})
endfor
call writefile([json_encode(told)], '${join(folder, "told.json")}')
qall!
`,
  );
  execFileSync("vim", ["-u", "NONE", "-i", "NONE", "-N", "-n", "-es", "-S", script], {
    stdio: "ignore",
    timeout: 20_000,
  });
  const told = JSON.parse(readFileSync(join(folder, "told.json"), "utf8")) as {
    lines: string[];
    row: number;
    column: number;
  }[];
  return told.map(({ lines, row, column }) => {
    const line = Buffer.from(lines[row - 1] ?? "");
    const cursor = [...lines.slice(0, row - 1), line.subarray(0, column - 1).toString()].join("\n").length;
    return markedOf({ ...EMPTY, text: lines.join("\n"), cursor });
  });
}
