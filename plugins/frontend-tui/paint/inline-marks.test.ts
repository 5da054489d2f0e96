import { Lexer, type Token } from "marked";
import { expect, it } from "vitest";
import { readPlainMarks } from "./inline-marks.ts";

/** What a person sees of tokens: neighbouring texts are one. */
function seen(tokens: readonly Token[]): unknown[] {
  const all: unknown[] = [];
  for (const token of tokens) {
    const inner = "tokens" in token && token.tokens ? seen(token.tokens) : undefined;
    const before = all.at(-1);
    if (token.type === "text" && !inner && typeof before === "string") all[all.length - 1] = before + token.raw;
    else if (token.type === "text" && !inner) all.push(token.raw);
    else if (token.type === "codespan") all.push([token.type, token.raw]);
    else all.push([token.type, inner, ...("href" in token ? [token.href] : [])]);
  }
  return all;
}

/** The same of a text that is read at a glance. */
function plain(text: string): unknown[] | undefined {
  const all: unknown[] = [];
  const isRead = readPlainMarks(text, (kind, inner, href) => {
    if (kind !== "text")
      all.push(kind === "code" ? ["codespan", `\`${inner}\``] : [kind, [inner], ...(href ? [href] : [])]);
    else if (typeof all.at(-1) === "string") all[all.length - 1] += inner;
    else all.push(inner);
  });
  return isRead ? all : undefined;
}

const whole = (text: string) => seen(new Lexer({ gfm: true }).inlineTokens(text));

it("reads plain marks at a glance", () => {
  const text =
    "The **queue** of `take` and *all* of snake_case, see [the notes](https://example.org/a_b): **so:** it is!";
  expect(plain(text)).toEqual(whole(text));
});

it("leaves to markdown what could be read in two ways", () => {
  for (const text of [
    "a*b*c",
    "**a*",
    "***both***",
    "see www.example.org",
    "![x](https://e.org)",
    "\\*no\\*",
    "a <b>",
    "[x]",
  ])
    expect(plain(text), text).toBeUndefined();
});

it("reads whatever it takes on as markdown does", () => {
  const parts =
    '**,*,`,_,[a](https://e.org/x_y),[, ](,),!, ,  ,\n,a,b c,1,.,:,?,é,字,👍,—,",(,https://e.org,e_f,~,@,**b**,*c*,`d`'.split(
      ",",
    );
  let seed = 1;
  const next = (most: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * most);
  };
  let taken = 0;
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: 1 + next(9) }, () => parts[next(parts.length)]).join("");
    const read = plain(text);
    if (!read) continue;
    taken++;
    expect(read, JSON.stringify(text)).toEqual(whole(text));
  }
  expect(taken).toBeGreaterThan(2000);
});
