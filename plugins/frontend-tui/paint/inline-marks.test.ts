import { Lexer, type Token } from "marked";
import { expect, it } from "vitest";
import { plainTokens } from "./inline-marks.ts";

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

const whole = (text: string) => seen(new Lexer({ gfm: true }).inlineTokens(text));

it("reads plain marks at a glance", () => {
  const text =
    "The **queue** of `take` and *all* of snake_case, see [the notes](https://example.org/a_b): **so:** it is!";
  expect(plainTokens(text)).toBeDefined();
  expect(seen(plainTokens(text) ?? [])).toEqual(whole(text));
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
    expect(plainTokens(text), text).toBeUndefined();
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
    const tokens = plainTokens(text);
    if (!tokens) continue;
    taken++;
    expect(seen(tokens), JSON.stringify(text)).toEqual(whole(text));
  }
  expect(taken).toBeGreaterThan(2000);
});
