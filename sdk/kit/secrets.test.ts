import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { findSecrets, hasSecrets, redactSecrets } from "./secrets.ts";

// Put together here, so that no scanner takes this file for a leak.
const LOT = "a8Kd02mZq7Rt5Wx1Yb9Vc4Ne6Lg3Hj0Ps8Uf2Io7";
const HEX = "0f3a9c5e7b1d2846".repeat(3);
const key = (start: string, length = 40, from = LOT) => start + from.repeat(3).slice(0, length);

describe("keys of providers", () => {
  it.each([
    ["Anthropic key", key(`sk-${"ant"}-api03-`, 80)],
    ["OpenAI key", key("sk-", 48)],
    ["OpenAI key", key("sk-proj-", 60)],
    ["GitHub token", key("ghp_", 36)],
    ["GitHub token", key("github_pat_", 60)],
    ["GitLab token", key("glpat-", 20)],
    ["AWS key id", `AKIA${"IOSFODNN7QZ4MPLE".replace("7", "6")}`],
    ["Google key", key("AIza", 35)],
    ["Slack token", key("xoxb-", 40)],
    ["Slack token", `https://hooks.slack.com/services/T01/B02/${LOT.slice(0, 24)}`],
    ["Stripe key", key("sk_live_", 24)],
    ["npm token", key("npm_", 36)],
    ["PyPI token", key("pypi-", 60)],
    ["SendGrid key", `SG.${LOT.slice(0, 22)}.${LOT}`],
    ["Twilio key", key("SK", 32, HEX)],
    ["Hugging Face token", key("hf_", 34)],
    ["DigitalOcean token", key("dop_v1_", 64, HEX)],
    ["Databricks token", key("dapi", 32, HEX)],
    ["Shopify token", key("shpat_", 32, HEX)],
    ["Vault token", key("hvs.", 30)],
    ["Linear key", key("lin_api_", 40)],
    ["Telegram token", `123456789:AA${LOT.slice(0, 33)}`],
    ["JSON web token", `eyJ${LOT.slice(0, 20)}.eyJ${LOT.slice(0, 20)}.${LOT.slice(0, 30)}`],
  ])("finds a %s in the middle of a sentence", (kind, secret) => {
    const text = `The key is in the notes, ${secret} was it.`;
    expect(findSecrets(text).map((found) => [found.kind, text.slice(found.start, found.end)])).toEqual([
      [kind, kind === "Slack token" && secret.startsWith("https") ? secret.slice("https://".length) : secret],
    ]);
    expect(redactSecrets(text)).not.toContain(secret.slice(-12));
  });
});

describe("private keys", () => {
  it.each(["RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "PGP PRIVATE KEY BLOCK"])(
    "finds a %s, whole or cut off",
    (name) => {
      const whole = `-----BEGIN ${name}-----\n${LOT}\n${LOT}\n-----END ${name}-----`;
      expect(redactSecrets(`a ${whole} b`)).toBe("a [private key] b");
      expect(redactSecrets(`a ${whole.slice(0, 60)}`)).toBe("a [private key]");
    },
  );
});

describe("assignments", () => {
  it.each([
    'password = "hunter2!"',
    "DB_PASSWORD=s3cr3t-Pa55",
    '"apiKey": "q1w2e3r4t5y6"',
    "the password is Tr0ub4dor&3",
    "export AWS_SECRET_ACCESS_KEY=wJalr/K7MDENG+bPxRfiCYz",
    "client_secret: 7f9a-22bc-91de",
    "postgres://app:pa55w0rd@db.example.com/shop",
    "curl -H 'Authorization: Bearer abcdef0123456789abcdef'",
    "mysql --password=hunter2222 shop",
    `SOMETHING=${LOT}`,
    `"cookie": "${LOT}="`,
  ])("finds the secret of %s", (text) => {
    expect(hasSecrets(text)).toBe(true);
  });

  it("keeps the name and takes the value", () => {
    expect(redactSecrets("DB_PASSWORD=s3cr3t-Pa55 make db")).toBe("DB_PASSWORD=[secret in an assignment] make db");
    expect(redactSecrets("postgres://app:pa55w0rd@db/shop")).toBe("postgres://app:[password in an address]@db/shop");
  });
});

describe("what is no secret", () => {
  it.each([
    "Run the tests with npm test -- --token-limit 5",
    "The password is required.",
    "password: string",
    'password: "<your password>"',
    "API_KEY=$API_KEY",
    "API_KEY=your-api-key-here",
    "token: process.env.TOKEN",
    "const token = await getToken(session)",
    "The token is stored in config/auth.json",
    "secret: ./secrets/db.txt",
    "apiKey: ANTHROPIC_API_KEY",
    "auth: oauth",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    `integrity=sha512-${LOT}${LOT}==`,
    "session: 0195c7a2-7b1c-7d3e-9f00-1a2b3c4d5e6f",
    "import { thing } from './a/long/path/to/Module2/File.ts'",
    "https://example.com/path?page=2&sort=name",
    "Use pnpm, never npm; the author prefers tabs.",
    "max_tokens=4096",
    "the basic authentication middleware",
    "cache key = user id + locale",
  ])("leaves %s alone", (text) => {
    expect(findSecrets(text)).toEqual([]);
  });
});

test("redacting leaves no secret, whatever stands around it", () => {
  const secret = key("ghp_", 36);
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      const clean = redactSecrets(`${before} ${secret} ${after}`);
      expect(clean).not.toContain(secret);
    }),
  );
});

test.each([
  ["one letter", "x".repeat(300_000)],
  ["dots and dashes", "a.-".repeat(100_000)],
  ["beginnings", "password ".repeat(30_000)],
  ["joined beginnings", "tokensecret".repeat(30_000)],
  ["blanks", `token${" ".repeat(200_000)}`],
  ["addresses", "http://a:".repeat(30_000)],
  ["keys that never end", "-----BEGIN A PRIVATE KEY-----\n".repeat(5_000)],
  ["halves of web tokens", "eyJaaaaaaaaaaaa.".repeat(10_000)],
  ["options", " --password -p".repeat(20_000)],
])("a hostile text takes no long time: %s", (_, text) => {
  expect(redactSecrets(text).length).toBeGreaterThan(0);
});

test("pieces do not overlap and a long text takes no long time", () => {
  const text = `${"a=b ".repeat(20_000)}password=${LOT} ${"token: ".repeat(5_000)}`;
  const found = findSecrets(text);
  found.forEach(({ start }, at) => {
    expect(start).toBeGreaterThanOrEqual(found[at - 1]?.end ?? 0);
  });
  expect(found.some(({ start, end }) => text.slice(start, end) === LOT)).toBe(true);
});
