import { describe, expect, it } from "vitest";
import type { EventName } from "./events.ts";
import { readMatcher } from "./matcher.ts";

function matches(matcher: string | undefined, subject: string, event: EventName = "PreToolUse"): boolean {
  const read = readMatcher(event, matcher);
  return typeof read === "function" && read(subject);
}

describe("a matcher", () => {
  it.each([
    [undefined, "Bash", true],
    ["", "Bash", true],
    ["*", "mcp__a__b", true],
    ["Bash", "Bash", true],
    ["Bash", "BashOutput", false],
    ["bash", "Bash", false],
    ["Ba", "Bash", false],
    ["Ba.*", "Bash", true],
    ["Write|Edit", "Edit", true],
    ["Write|Edit", "MultiEdit", false],
    ["Write, Edit", "Edit", true],
    [" Bash ", "Bash", true],
    ["Edit|Write|MultiEdit", "NotebookEdit", false],
    ["Notebook.*|Edit", "NotebookEdit", true],
    [".*", "Anything", true],
    ["mcp__.*", "mcp__memory__store", true],
    ["mcp__memory", "mcp__memory__store", false],
    ["mcp__memory__.*", "mcp__memory__store", true],
    ["^Bash$", "BashOutput", false],
    ["ash.", "Bash", false],
    ["Bash(touch:*)", "Bash", false],
    ["Bash(git commit:*)", "Bash", false],
    ["(unclosed", "Bash", false],
    ["[", "Bash", false],
  ])("%j on %s: %s", (matcher, subject, expected) => {
    expect(matches(matcher, subject)).toBe(expected);
  });

  it("is a list of names on StopFailure only where it has no dash", () => {
    expect(matches("rate_limit|overloaded", "overloaded", "StopFailure")).toBe(true);
    expect(matches("rate-limit", "my-rate-limits", "StopFailure")).toBe(true);
    expect(matches("rate-limit", "my-rate-limits", "PreToolUse")).toBe(false);
  });

  it("is ignored on an event that has nothing to match", () => {
    expect(matches("whatever", "", "Stop")).toBe(true);
  });

  it("finds a tool by its other names where it names them exactly", () => {
    const read = readMatcher("PreToolUse", "Task|Write");
    expect(typeof read === "function" && read("Agent", ["Task"])).toBe(true);
  });
});
