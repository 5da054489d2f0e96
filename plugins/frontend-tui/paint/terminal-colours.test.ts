import { describe, expect, it } from "vitest";
import { backgroundOf, colourDepth } from "./terminal-colours.ts";

describe("the depth of colours", () => {
  it.each([
    [{ TERM: "xterm-256color" }, 8],
    [{ TERM: "xterm-256color", COLORTERM: "truecolor" }, 24],
    [{ TERM: "xterm" }, 4],
    [{ TERM: "linux" }, 4],
    [{ TERM: "xterm-kitty" }, 24],
    [{ TERM: "screen" }, 8],
    [{ TERM: "tmux-256color", COLORTERM: "truecolor" }, 24],
    [{ TERM: "xterm-256color", TERM_PROGRAM: "Apple_Terminal" }, 8],
    [{ TERM: "xterm-256color", TERM_PROGRAM: "iTerm.app" }, 24],
    [{ WT_SESSION: "1" }, 24],
    [{ TERM: "dumb", COLORTERM: "truecolor" }, 0],
    [{ TERM: "xterm-256color", NO_COLOR: "1" }, 0],
    [{ TERM: "xterm-256color", NO_COLOR: "" }, 8],
    [{ TERM: "dumb", FORCE_COLOR: "1" }, 4],
    [{ TERM: "xterm-256color", FORCE_COLOR: "1" }, 8],
    [{ NO_COLOR: "1", FORCE_COLOR: "3" }, 24],
    [{ COLORTERM: "truecolor", FORCE_COLOR: "0" }, 0],
    [{ COLORTERM: "truecolor", FORCE_COLOR: "2" }, 8],
  ])("of %j is %i", (env, depth) => {
    expect(colourDepth(env)).toBe(depth);
  });

  it("is full on Windows without a TERM", () => {
    expect([colourDepth({}, "win32"), colourDepth({}, "linux")]).toEqual([24, 4]);
  });
});

describe("the background", () => {
  it.each([
    ["\u001b]11;rgb:1e1e/1e1e/1e1e\u001b\\", "dark"],
    ["\u001b]11;rgb:ffff/ffff/ffff\u0007", "light"],
    ["\u001b]11;rgb:ff/f8/e7\u0007", "light"],
    ["\u001b]11;rgb:f/f/f\u0007", "light"],
    ["\u001b]11;rgba:0000/0000/0000/ffff\u0007", "dark"],
    ["\u001b]11;#fdf6e3\u0007", "light"],
    ["\u001b]11;rgb:28/2c/34\u001b\\", "dark"],
    ["\u001b]11;?\u0007", undefined],
    ["", undefined],
  ] as const)("that answers %j is %s", (reply, background) => {
    expect(backgroundOf({ reply })).toBe(background);
  });

  it.each([
    ["15;0", "dark"],
    ["0;15", "light"],
    ["0;default;7", "light"],
    ["7;8", "dark"],
    ["15;default", undefined],
    ["15;99", undefined],
    ["", undefined],
  ] as const)("of COLORFGBG=%s is %s", (COLORFGBG, background) => {
    expect(backgroundOf({ env: { COLORFGBG } })).toBe(background);
  });

  it("is what the terminal answers, whatever the environment says", () => {
    expect(backgroundOf({ reply: "\u001b]11;rgb:00/00/00\u0007", env: { COLORFGBG: "0;15" } })).toBe("dark");
  });
});
