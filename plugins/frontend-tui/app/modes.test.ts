import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { createModes } from "./modes.ts";

function open() {
  let written = "";
  const modes = createModes({
    stdin: Readable.from([]),
    write(text) {
      written += text;
    },
  });
  return {
    modes,
    since() {
      const all = written;
      written = "";
      return all;
    },
  };
}

const OTHER = "\u001b[?1049h";
const WHEEL = "\u001b[?1000h";

test("whoever has the other screen has it again after the program was stopped", () => {
  const { modes, since } = open();
  modes.setOther("conversation", true);
  expect(since()).toBe("");
  modes.enter();
  expect(since()).toContain(OTHER);
  modes.leave();
  expect(since()).toContain("\u001b[?1049l");
  modes.enter();
  expect(since()).toMatch(new RegExp(`${OTHER}.*${WHEEL}`.replaceAll(/[[?]/g, "\\$&")));
});

test("the transcript over a conversation on the other screen enters and leaves nothing", () => {
  const { modes, since } = open();
  modes.enter();
  modes.setOther("conversation", true);
  since();
  modes.setOther("transcript", true);
  modes.setOther("transcript", false);
  expect(since()).toBe("");
});

test("the wheel is the terminal's own where the terminal scrolls the conversation", () => {
  const { modes, since } = open();
  modes.enter();
  modes.setOther("transcript", true);
  expect(since()).not.toContain(WHEEL);
});
