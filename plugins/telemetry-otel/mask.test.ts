import { describe, expect, test } from "vitest";
import { createMask, maskedJson } from "./mask.ts";

describe("secrets", () => {
  const mask = createMask({ DEPLOY_TOKEN: "tuesday-evening", HOME: "/home/somebody", PIN_SECRET: "1234" });

  test.each([
    ["Authorization: Bearer abcdefgh12345678", "Authorization: Bearer [masked]"],
    ["https://me:pa55word@host/x", "https://me:[masked]@host/x"],
    ["AKIAIOSFODNN7EXAMPLE and eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "[masked] and [masked]"],
    ["-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----!", "[masked]!"],
    ["it is tuesday-evening in /home/somebody, 1234", "it is [masked] in /home/somebody, 1234"],
    ['{"api_key": "abcd1234"}', '{"api_key": "[masked]"}'],
    ["my token is short and the password policy is long", "my token is short and the password policy is long"],
  ])("in %j are masked", (text, masked) => {
    expect(mask(text)).toBe(masked);
  });

  test("are masked by the name of their field, too", () => {
    expect(maskedJson({ user: "me", password: "abc", list: [{ apiKey: "x" }] }, mask)).toBe(
      '{"user":"me","password":"[masked]","list":[{"apiKey":"[masked]"}]}',
    );
  });

  test("do not come through where a long text is cut", () => {
    const secret = "ghp_0123456789abcdefghij0123";
    const cut = mask(`${"x".repeat(16 * 1_024 - 10)} ${secret} ${"y".repeat(100)}`);
    expect(cut).not.toContain("ghp_");
    expect(cut.endsWith("[cut]")).toBe(true);
  });
});
