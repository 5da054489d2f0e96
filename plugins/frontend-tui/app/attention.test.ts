import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createAttention } from "./attention.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function attending(env: Record<string, string> = {}, channel = "auto") {
  const written: string[] = [];
  const attention = createAttention({
    env,
    signal: (text) => void written.push(text),
    channel: () => channel,
    hasProgressBar: () => true,
  });
  return { attention, written };
}

test("a person who looks elsewhere is told of a question after six seconds, and of an answer after a minute", () => {
  const { attention, written } = attending();
  attention.setFocus(false);
  attention.waits("answer", "May it run?");
  vi.advanceTimersByTime(5_999);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(written).toEqual(["\u0007"]);
  attention.waits("prompt", "It is done.");
  vi.advanceTimersByTime(59_999);
  expect(written).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(written).toHaveLength(2);
});

test("whoever looks, or has pressed a key just now, is not told", () => {
  const { attention, written } = attending();
  attention.setFocus(true);
  attention.waits("answer", "May it run?");
  vi.advanceTimersByTime(10_000);
  attention.setFocus(false);
  attention.waits("answer", "May it run?");
  attention.seen();
  vi.advanceTimersByTime(10_000);
  expect(written).toEqual([]);
});

test.each([
  [{ TERM_PROGRAM: "iTerm.app" }, "auto", "\u001b]9;done\u0007"],
  [{ TERM: "xterm-kitty" }, "auto", "\u001b]99;i=gantry;done\u001b\\"],
  [{ TERM_PROGRAM: "ghostty" }, "auto", "\u001b]777;notify;Gantry;done\u0007"],
  [{}, "iterm2_with_bell", "\u001b]9;done\u0007\u0007"],
  [{}, "notifications_disabled", ""],
] as const)("in %j by %s", (env, channel, expected) => {
  const { attention, written } = attending(env, channel);
  attention.setFocus(false);
  attention.waits("answer", "done");
  vi.advanceTimersByTime(6_000);
  expect(written.join("")).toBe(expected);
});

test("titles and notifications cannot steer the terminal", () => {
  const { attention, written } = attending({}, "iterm2");
  attention.setTitle("a\u0007\u001b]0;b");
  attention.setFocus(false);
  attention.waits("answer", "x\u0007y");
  vi.advanceTimersByTime(6_000);
  expect(written).toEqual(["\u001b]0;a<U+0007><U+001B>]0;b\u0007", "\u001b]9;x<U+0007>y\u0007"]);
});

test("the task bar shows progress where the terminal is known to understand it", () => {
  const { attention, written } = attending({ WT_SESSION: "1" });
  attention.setBusy(true);
  attention.setBusy(true);
  attention.close();
  expect(written).toEqual(["\u001b]9;4;3\u0007", "\u001b]9;4;0\u0007"]);
  const other = attending({ TERM_PROGRAM: "iTerm.app" });
  other.attention.setBusy(true);
  expect(other.written).toEqual([]);
});
