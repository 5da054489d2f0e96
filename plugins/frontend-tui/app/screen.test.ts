import xterm from "@xterm/headless";
import { expect, test } from "vitest";
import { createScreen } from "./screen.ts";

/** A screen that writes to a terminal emulator. */
function drawing(columns = 20, rows = 6) {
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true });
  const written: string[] = [];
  const screen = createScreen({
    write(text) {
      written.push(text);
      terminal.write(text);
    },
    columns: () => terminal.cols,
    rows: () => terminal.rows,
    isXtermJs: true,
  });
  const settle = () => new Promise<void>((resolve) => terminal.write("", resolve));
  async function shown() {
    await settle();
    const buffer = terminal.buffer.active;
    const lines = Array.from(
      { length: buffer.length },
      (_, row) => buffer.getLine(row)?.translateToString(true, 0, terminal.cols).trimEnd() ?? "",
    );
    return lines.join("\n").trimEnd();
  }
  return { screen, terminal, written, shown, settle };
}

test("finished lines go above the live part, once", async () => {
  const { screen, shown } = drawing();
  screen.setFrame(["> type here", "status"]);
  screen.draw();
  for (const line of ["one", "two", "three"]) {
    screen.print([line]);
    screen.draw();
  }
  expect(await shown()).toBe("one\ntwo\nthree\n> type here\nstatus");
});

test("more than fits scrolls away whole and is never cleared", async () => {
  const { screen, shown, written } = drawing();
  screen.setFrame(["> ", "status"]);
  for (let at = 1; at <= 50; at++) {
    screen.print([`line ${at}`]);
    screen.draw();
  }
  const lines = Array.from({ length: 50 }, (_, at) => `line ${at + 1}`);
  expect(await shown()).toBe([...lines, ">", "status"].join("\n"));
  for (const clear of ["\u001b[2J", "\u001b[3J", "\u001b[H"]) expect(written.join("")).not.toContain(clear);
});

test("only rows that have changed are written", () => {
  const { screen, written } = drawing();
  screen.setFrame(["first", "second", "third"]);
  screen.draw();
  written.length = 0;
  screen.setFrame(["first", "SECOND", "third"]);
  screen.draw();
  expect(written.join("")).toContain("SECOND");
  expect(written.join("")).not.toMatch(/first|third/);
  written.length = 0;
  screen.draw();
  expect(written).toEqual([]);
});

test("a live part that grows and shrinks leaves nothing behind", async () => {
  const { screen, shown } = drawing();
  screen.setFrame(["a long first line", "b", "c", "d"]);
  screen.draw();
  screen.print(["done"]);
  screen.setFrame(["short", "e"]);
  screen.draw();
  expect(await shown()).toBe("done\nshort\ne");
});

test("lines as wide as the screen lose nothing", async () => {
  const { screen, shown } = drawing(10);
  screen.setFrame(["=".repeat(10), "x"]);
  screen.draw();
  screen.print(["#".repeat(10)]);
  screen.setFrame(["*".repeat(10), "y"]);
  screen.draw();
  expect(await shown()).toBe(`${"#".repeat(10)}\n${"*".repeat(10)}\ny`);
});

test("the live part is lower than the screen: the open answer gives way", async () => {
  const { screen, shown, terminal } = drawing(20, 6);
  screen.setTail(Array.from({ length: 30 }, (_, at) => `tail ${at}`));
  screen.setFrame(["> ", "status"]);
  screen.draw();
  expect(await shown()).toBe("tail 27\ntail 28\ntail 29\n>\nstatus");
  expect(terminal.buffer.active.baseY).toBe(0);
});

test("the cursor stands at the caret that is drawn", async () => {
  const { screen, terminal, settle } = drawing();
  screen.setFrame(["----", "> 文\u001b[7m \u001b[27m", "status"]);
  screen.draw();
  await settle();
  expect([terminal.buffer.active.cursorX, terminal.buffer.active.cursorY]).toEqual([4, 1]);
});

test.each([
  [40, 20],
  [20, 40],
])("a window that goes from %i columns to %i is drawn as if it had always been so", async (before, after) => {
  const { screen, terminal, shown } = drawing(before, 8);
  const frame = () => ["─".repeat(terminal.cols), "> \u001b[7m \u001b[27m", "─".repeat(terminal.cols), "status"];
  screen.print(["finished"]);
  screen.setFrame(frame());
  screen.draw();
  await shown();
  terminal.resize(after, 8);
  screen.resized();
  screen.setFrame(frame());
  screen.draw();
  expect(await shown()).toBe(["finished", "─".repeat(after), ">", "─".repeat(after), "status"].join("\n"));
});

test("the same below a screen full of finished lines", async () => {
  const { screen, terminal, shown } = drawing(80, 10);
  const frame = () => {
    const border = "─".repeat(terminal.cols);
    return [border, "> \u001b[7m \u001b[27m", border, `left${"x".repeat(terminal.cols - 10)}right`];
  };
  const lines = Array.from({ length: 30 }, (_, at) => `line ${at}`);
  screen.print(lines);
  screen.setFrame(frame());
  screen.draw();
  for (const columns of [40, 120, 80]) {
    await shown();
    terminal.resize(columns, 10);
    screen.resized();
    screen.setFrame(frame());
    screen.draw();
    const border = "─".repeat(columns);
    expect(await shown()).toBe([...lines, border, ">", border, `left${"x".repeat(columns - 10)}right`].join("\n"));
  }
});

test.each([
  [200, 60, 40, 10],
  [40, 10, 200, 60],
  [80, 24, 80, 8],
  [80, 24, 60, 23],
  [80, 24, 30, 22],
])("a window of %i by %i that becomes one of %i by %i loses no finished line", async (c1, r1, c2, r2) => {
  const { screen, terminal, shown } = drawing(c1, r1);
  const frame = () => {
    const border = "─".repeat(terminal.cols);
    return [border, "> \u001b[7m \u001b[27m", border, `left${"x".repeat(terminal.cols - 10)}right`];
  };
  const lines = Array.from({ length: 100 }, (_, at) => `line ${at}`);
  screen.print(lines);
  screen.setFrame(frame());
  screen.draw();
  for (const [columns, rows] of [
    [c2, r2],
    [c1, r1],
  ] as const) {
    await shown();
    terminal.resize(columns, rows);
    screen.resized();
    screen.setFrame(frame());
    screen.draw();
    const border = "─".repeat(columns);
    const text = await shown();
    expect(text.split("\n").filter((line) => line.startsWith("line"))).toEqual(lines);
    // What is broken into more rows than there are cannot be taken away.
    expect(text).toMatch(new RegExp(`\n${border}\n>\n${border}\nleftx*right$`));
  }
});

test("while it is paused lines wait; closing takes the live part away and leaves what is finished", async () => {
  const { screen, shown } = drawing();
  screen.setFrame(["> ", "status"]);
  screen.draw();
  screen.pause();
  screen.print(["meanwhile"]);
  screen.draw();
  expect(await shown()).toBe("");
  screen.resume();
  expect(await shown()).toBe("meanwhile\n>\nstatus");
  screen.close();
  screen.print(["too late"]);
  screen.draw();
  expect(await shown()).toBe("meanwhile");
});

const look = { below: (lines: number) => `${lines} more`, earlier: () => "earlier" };
const OTHER = { on: "\u001b[?1049h", off: "\u001b[?1049l" };

/** A screen that has gone over to the terminal's other one. */
function full(columns = 20, rows = 6) {
  const all = drawing(columns, rows);
  all.screen.print(["before"]);
  all.screen.setFrame(["> ", "status"]);
  all.screen.draw();
  all.screen.enterFull(look);
  all.terminal.write(OTHER.on);
  all.screen.draw();
  return all;
}

test("on a screen of its own, the live part stands at the bottom, and finished lines are scrolled", async () => {
  const { screen, shown } = full();
  screen.print(Array.from({ length: 9 }, (_, at) => `line ${at + 1}`));
  screen.draw();
  expect(await shown()).toBe("line 6\nline 7\nline 8\nline 9\n>\nstatus");
  screen.scroll("pageUp");
  screen.draw();
  expect(await shown()).toBe("line 4\nline 5\nline 6\n3 more\n>\nstatus");
  screen.scroll("top");
  screen.print(["line 10"]);
  screen.draw();
  expect(await shown()).toBe("line 1\nline 2\nline 3\n7 more\n>\nstatus");
  screen.scroll("bottom");
  screen.draw();
  expect(await shown()).toBe("line 7\nline 8\nline 9\nline 10\n>\nstatus");
});

test("on a screen of its own, only rows that have changed are written, and nothing is cleared", async () => {
  const { screen, written } = full();
  screen.print(["one"]);
  screen.draw();
  written.length = 0;
  screen.print(["two"]);
  screen.draw();
  expect(written.join("")).toContain("two");
  expect(written.join("")).not.toMatch(/one|status/);
  for (const clear of ["\u001b[2J", "\u001b[3J", "\u001b[J"]) expect(written.join("")).not.toContain(clear);
  written.length = 0;
  screen.draw();
  expect(written).toEqual([]);
});

test("a screen of its own has the cursor at the caret, and is drawn whole in another size", async () => {
  const { screen, shown, terminal, settle } = full();
  screen.print(["some words that are long"]);
  screen.setFrame(["> \u001b[7m \u001b[27m", "status"]);
  screen.draw();
  await settle();
  expect([terminal.buffer.active.cursorX, terminal.buffer.active.cursorY]).toEqual([2, 4]);
  terminal.resize(12, 8);
  screen.resized();
  screen.draw();
  expect(await shown()).toBe("some words\nthat are\nlong\n\n\n\n>\nstatus");
});

test("left again, what was finished meanwhile stands in the terminal's scrollback once", async () => {
  const { screen, shown, terminal } = full();
  const lines = Array.from({ length: 9 }, (_, at) => `line ${at + 1}`);
  screen.print(lines);
  screen.draw();
  terminal.write(OTHER.off);
  screen.leaveFull();
  screen.draw();
  expect(await shown()).toBe(["before", ...lines, ">", "status"].join("\n"));
  screen.close();
  expect(await shown()).toBe(["before", ...lines].join("\n"));
});
