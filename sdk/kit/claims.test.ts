import type { ReviewedClaim } from "gantry/sdk";
import { claimsText, countClaims, leftOutNotice } from "gantry/sdk/kit/claims";
import { expect, test } from "vitest";

const hook = (text: string, more: Partial<ReviewedClaim> = {}): ReviewedClaim => ({
  kind: "hook",
  source: "/w/settings.json",
  text,
  state: "new",
  ...more,
});

test("claims are written by kind and source, in full, so that no line of theirs passes for one of ours", () => {
  const claims = [
    hook("one\n2 plugins\n  /w/fake\u202e"),
    hook("two", { source: "/w/\u001b[2Jother.json", state: "changed" }),
    hook("three", { kind: "MCP server", state: "approved" }),
    hook("four", { problem: "It is too large." }),
  ];
  expect(claimsText(claims, { hasStates: true, isTrusted: true }).split("\n")).toEqual([
    "3 hooks",
    "  /w/settings.json",
    "    | one",
    "    | 2 plugins",
    "    |   /w/fake<U+202E>",
    "      (new since you trusted this folder)",
    "    | four",
    "      (cannot be approved: It is too large.)",
    "  /w/<U+001B>[2Jother.json",
    "    | two",
    "      (changed since you approved it)",
    "1 MCP server",
    "  /w/settings.json",
    "    | three",
    "      (approved)",
  ]);
  expect(claimsText(claims)).not.toMatch(/since|approved\)/);
  expect(claimsText([hook("one")], { hasStates: true })).toContain("(not approved)");
});

test("they are counted by kind", () => {
  expect(countClaims([hook("a"), hook("b"), hook("c", { kind: "plugin" })])).toBe("2 hooks, 1 plugin");
});

test("what is left out is told with the way to see it, or not at all", () => {
  const left = { isTrusted: false, isRemembered: true, claims: [hook("a")] };
  expect(leftOutNotice(left)?.text).toMatch(
    /^Left out: 1 hook\. It counts only once you trust this folder\. .*--trust/,
  );
  expect(leftOutNotice({ ...left, isTrusted: true })?.text).toContain("is new or has changed since");
  expect(leftOutNotice({ ...left, claims: [] })).toBeUndefined();
});
