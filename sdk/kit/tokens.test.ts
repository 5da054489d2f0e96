import { type Message, text } from "gantry/sdk";
import { expect, test } from "vitest";
import { estimateTokens, textTokens } from "./tokens.ts";

const user = (...content: unknown[]) => ({ role: "user", content }) as Message;

test("a text has a token for four characters", () => {
  expect(textTokens("")).toBe(0);
  expect(textTokens("12345")).toBe(2);
});

test("a picture takes what it shows, not what its bytes would take as text", () => {
  const source = { type: "base64", media_type: "image/png", data: "A".repeat(1_000_000) };
  expect(estimateTokens([user({ type: "image", source })])).toBeLessThan(2_000);
});

test("what tools were asked and answered counts, and a block that nobody knows by its JSON", () => {
  const call = { type: "tool_use", id: "1", name: "Bash", input: { command: "x".repeat(4_000) } };
  const result = { type: "tool_result", tool_use_id: "1", content: [text("y".repeat(8_000))] };
  const odd = { type: "odd", words: "x".repeat(400) };
  expect(estimateTokens([user(call)])).toBeGreaterThan(1_000);
  expect(estimateTokens([user(result)])).toBe(2_000);
  expect(estimateTokens([user(odd), user(odd)])).toBeGreaterThan(200);
});
