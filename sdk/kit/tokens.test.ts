import { type Message, text } from "gantry/sdk";
import { expect, test } from "vitest";
import { tokensOfContent, tokensOfMessages, tokensOfText } from "./tokens.ts";

test("a text takes a token for four bytes, so that scripts with longer signs take more", () => {
  expect(tokensOfText("")).toBe(0);
  expect(tokensOfText("12345")).toBe(2);
  expect(tokensOfText("こんにちは")).toBe(4);
});

test("a picture takes what it shows, not what its bytes would take as text", () => {
  const source = { type: "base64", media_type: "image/png", data: "A".repeat(1_000_000) } as const;
  expect(tokensOfContent([{ type: "image", source }])).toBeLessThan(2_000);
});

test("what tools were asked and answered counts", () => {
  const call = { type: "tool_use", id: "1", name: "Bash", input: { command: "x".repeat(4_000) } } as const;
  const result = { type: "tool_result", tool_use_id: "1", content: [text("y".repeat(8_000))] } as const;
  expect(tokensOfContent([call])).toBeGreaterThan(1_000);
  expect(tokensOfContent([result])).toBeGreaterThan(2_000);
});

test("messages add up, and a block that nobody knows is counted by its JSON", () => {
  const odd = { role: "user", content: [{ type: "odd", words: "x".repeat(400) }] } as unknown as Message;
  const plain: Message = { role: "user", content: [text("x".repeat(400))] };
  expect(tokensOfMessages([odd])).toBeGreaterThan(100);
  expect(tokensOfMessages([odd, plain])).toBe(tokensOfMessages([odd]) + tokensOfMessages([plain]));
});
