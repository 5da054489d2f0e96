import type { CommandAnswer, FormPanel, ListItem, ListPanel, PagePanel, Panel } from "gantry/sdk";
import { createElement } from "react";
import { describe, expect, test } from "vitest";
import { expectFits, expectFrame, expectHarmless, HOSTILE, type Screen, SIZES, show } from "../test-screen.ts";
import { PanelView } from "./panel.tsx";

const HARBOURS: readonly ListItem[] = [
  { id: "kiel", title: "Kiel", detail: "at the Baltic Sea", group: "North", isCurrent: true },
  { id: "husum", title: "Husum", detail: "grey, and known for it", group: "North" },
  { id: "bari", title: "Bari", detail: "at the Adriatic Sea", group: "South" },
  {
    id: "genoa",
    title: ["Genoa", { text: " (old)", tone: "dim" }],
    detail: "closed",
    group: "South",
    isDisabled: true,
  },
];

function list(more: Partial<ListPanel> = {}): ListPanel {
  return { type: "list", title: "Harbours", text: "", load: () => HARBOURS, actions: [], ...more };
}

const enter = (run: ListPanel["actions"][number]["run"], label = "moor") => ({ key: "enter", label, run });

function open(panel: Panel, size: (typeof SIZES)[number] = SIZES[1]): Screen & { closed: CommandAnswer[] } {
  const closed: CommandAnswer[] = [];
  const screen = show(
    (given) => createElement(PanelView, { ...given, panel, onClose: (answer) => void closed.push(answer) }),
    size,
  );
  return { ...screen, closed };
}

describe("a list", () => {
  test.each(SIZES)("fits $width columns and $rows rows", async (size) => {
    const preview = ({ id }: ListItem) => [{ type: "text", lines: [`All about ${id}.`] }] as const;
    const screen = open(
      list({ preview, actions: [enter(() => undefined), { key: "d", label: "delete", run: () => undefined }] }),
      size,
    );
    await screen.shows("All about kiel.");
    await expectFrame(screen, "list", size);
  });

  test("has a preview that Shift and the arrows scroll, in the theme of what is pointed at", async () => {
    const text = Array.from({ length: 40 }, (_, at) => `line ${at + 1}.`);
    const preview = () => [{ type: "text", lines: text }] as const;
    const load = () => [{ id: "a", title: "A", theme: "light" }, ...HARBOURS];
    const asked: string[] = [];
    const screen = show((given) =>
      createElement(PanelView, {
        ...given,
        panel: list({ preview, load }),
        onClose: () => {},
        themeNamed: (name) => {
          asked.push(name);
          return given.theme;
        },
      }),
    );
    await screen.shows("line 1.");
    await screen.press("up");
    await screen.shows("❯   A");
    await screen.shows("1-12 of 40");
    await screen.press("shift+down", "shift+down");
    await screen.shows("line 7.");
    expect(screen.text()).not.toContain("line 6.");
    await screen.press(...Array.from({ length: 20 }, () => "shift+down"), "shift+up");
    await screen.shows("line 37.");
    expect(screen.text()).not.toContain("line 38.");
    expect(asked).toContain("light");
  });

  test("is gone through with the arrows, and what is pointed at is chosen", async () => {
    const screen = open(list({ actions: [enter(({ id }) => `moored in ${id}`)] }));
    await screen.shows("❯ ✓ Kiel");
    await screen.press("down", "down");
    expect(screen.text()).toContain("❯   Bari");
    await screen.press("ctrl+p", "enter");
    expect(screen.closed).toEqual(["moored in husum"]);
  });

  test("goes round at its ends, and by pages not beyond them", async () => {
    const screen = open(list());
    await screen.shows("Kiel");
    await screen.press("up");
    expect(screen.text()).toContain("❯   Genoa");
    await screen.press("pageup");
    expect(screen.text()).toContain("❯ ✓ Kiel");
    await screen.press("end", "down");
    expect(screen.text()).toContain("❯ ✓ Kiel");
  });

  test("is searched by what is typed, in titles and details, the best first", async () => {
    const screen = open(list({ actions: [enter(({ id }) => id)] }));
    await screen.shows("Kiel");
    await screen.type("adri");
    expect(screen.text()).toContain("1 of 4");
    expect(screen.text()).not.toContain("Kiel");
    await screen.press("escape");
    expect(screen.text()).toContain("Kiel");
    expect(screen.closed).toEqual([]);
    await screen.type("zzz");
    expect(screen.text()).toContain("Nothing fits what is typed.");
    await screen.press("enter");
    expect(screen.closed).toEqual([]);
    await screen.press("ctrl+u");
    await screen.type("hs");
    await screen.press("enter");
    expect(screen.closed).toEqual(["husum"]);
  });

  test("takes all keys that come in one piece", async () => {
    const screen = open(list({ actions: [enter(({ id }) => id)] }));
    await screen.shows("Kiel");
    await screen.press("b", "a", "r", "enter");
    expect(screen.closed).toEqual(["bari"]);
  });

  test("says why an entry cannot be chosen", async () => {
    const screen = open(list({ actions: [enter(({ id }) => id)] }));
    await screen.shows("Genoa (old)");
    await screen.press("end", "enter");
    expect(screen.closed).toEqual([]);
    expect(screen.frame().at(-2)).toBe("closed");
  });

  test("asks before what is not taken back, and does it on yes alone", async () => {
    const sunk: string[] = [];
    const sink = {
      key: "d",
      label: "sink",
      confirm: ({ id }: ListItem) => `Sink ${id}?`,
      run: ({ id }: ListItem) => void sunk.push(id),
    };
    const screen = open(list({ actions: [enter(() => "no"), sink] }));
    await screen.shows("Ctrl-D sink");
    await screen.press("ctrl+d");
    expect(screen.text()).toContain("Sink kiel?");
    await screen.press("x", "n");
    expect(screen.text()).not.toContain("Sink kiel?");
    await screen.press("ctrl+d", "y");
    expect(sunk).toEqual(["kiel"]);
    expect(screen.closed).toEqual([undefined]);
  });

  test("tells what went wrong and stays", async () => {
    const screen = open(
      list({
        actions: [
          enter(() => {
            throw new Error("The pier is taken.\u001b[2J");
          }),
        ],
      }),
    );
    await screen.shows("Kiel");
    await screen.press("enter");
    await screen.shows("The pier is taken.<U+001B>[2J");
    expect(screen.closed).toEqual([]);
  });

  test("loads anew where an action stays, and points at what took the place of what is gone", async () => {
    let items = HARBOURS;
    const screen = open(
      list({
        load: () => items,
        actions: [
          enter(({ id }) => {
            items = items.filter((item) => item.id !== id);
            return { stay: `${id} is gone.` };
          }),
        ],
      }),
    );
    await screen.shows("Husum");
    await screen.press("down", "enter");
    await screen.shows("husum is gone.");
    expect(screen.text()).not.toContain("Husum");
    expect(screen.text()).toContain("❯   Bari");
  });

  test("does one thing at a time", async () => {
    let finish = () => {};
    const done: string[] = [];
    const screen = open(
      list({
        actions: [
          enter(async ({ id }) => {
            done.push(id);
            await new Promise<void>((resolve) => {
              finish = resolve;
            });
            return "done";
          }),
        ],
      }),
    );
    await screen.shows("Kiel");
    await screen.press("enter", "enter", "down");
    expect(screen.text()).toContain("Working …");
    finish();
    await screen.press();
    expect([done, screen.closed]).toEqual([["kiel"], ["done"]]);
  });

  test("shows the preview of what is pointed at, and stops loading the one before", async () => {
    const ends = new Map<string, () => void>();
    const stopped: string[] = [];
    const preview = async ({ id }: ListItem, signal: AbortSignal) => {
      signal.addEventListener("abort", () => stopped.push(id));
      await new Promise<void>((resolve) => void ends.set(id, resolve));
      return [{ type: "text", lines: [`All about ${id}.`] }] as const;
    };
    const screen = open(list({ preview }));
    await screen.shows("Kiel");
    await screen.press("down");
    ends.get("husum")?.();
    await screen.shows("All about husum.");
    ends.get("kiel")?.();
    await screen.press();
    expect(screen.text()).not.toContain("All about kiel.");
    expect(stopped).toEqual(["kiel"]);
  });

  test("tells that a preview, or the list itself, cannot be loaded", async () => {
    const fail = () => {
      throw new Error("No chart.");
    };
    await open(list({ preview: fail })).shows("No chart.");
    await open(list({ load: fail })).shows("No chart.");
    await open(list({ load: () => [], empty: "No harbours here." })).shows("No harbours here.");
  });

  test("shows a part of ten thousand entries, and finds among all of them", async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({ id: `${index}`, title: `entry number ${index}` }));
    const screen = open(list({ load: () => many, actions: [enter(({ id }) => id)] }));
    await screen.shows("entry number 0");
    expectFits(screen, SIZES[1]);
    await screen.press("end");
    expect(screen.text()).toContain("❯ entry number 9999");
    await screen.type("number 7654");
    expect(screen.text()).toContain("1 of 10000");
    await screen.press("enter");
    expect(screen.closed).toEqual(["7654"]);
  });

  test.each(SIZES)("keeps hostile texts in $width columns, and from steering the terminal", async (size) => {
    const [first] = HOSTILE;
    const items = HOSTILE.map((text, index) => ({ id: `${index}`, title: text, detail: text, group: text }));
    const preview = () => HOSTILE.map((text) => ({ type: "markdown", text }) as const);
    const screen = open(
      list({ title: first, load: () => items, preview, actions: [enter(() => undefined, first)] }),
      size,
    );
    await screen.shows("wwww");
    await screen.press("down", "down");
    expectFits(screen, size);
    expectHarmless(screen);
  });
});

describe("a page", () => {
  const page: PagePanel = {
    type: "page",
    title: "Context",
    text: "",
    parts: [
      {
        title: "Use",
        load: () => [{ type: "text", lines: Array.from({ length: 50 }, (_, index) => `line ${index + 1}`) }],
      },
      { title: "Tools", load: async () => [{ type: "fields", fields: [{ name: "Read", value: "400" }] }] },
      {
        title: "Broken",
        load: () => {
          throw new Error("Nothing is known.");
        },
      },
    ],
  };

  test.each(SIZES)("fits $width columns and $rows rows", async (size) => {
    const screen = open(page, size);
    await screen.shows("line 1");
    await expectFrame(screen, "page", size);
  });

  test("is scrolled, and its parts stand side by side", async () => {
    const screen = open(page);
    await screen.shows("line 1");
    await screen.press("down");
    expect(screen.frame()[2]).toBe("line 2");
    await screen.press("end");
    expect(screen.text()).toContain("line 50");
    await screen.press("right");
    await screen.shows("Read  400");
    await screen.press("tab");
    await screen.shows("Nothing is known.");
    await screen.press("right", "left", "escape");
    expect(screen.closed).toEqual([undefined]);
  });

  test("opens what is folded", async () => {
    const fold = { type: "fold", summary: "Ten tools", blocks: [{ type: "text", lines: ["Read, Write"] }] } as const;
    const screen = open({ ...page, parts: [{ title: "", load: () => [fold] }] });
    await screen.shows("Ten tools");
    expect(screen.text()).not.toContain("Read, Write");
    await screen.press("enter");
    expect(screen.text()).toContain("Read, Write");
    await screen.press("enter", "escape");
    expect(screen.closed).toEqual([undefined]);
  });

  test("is loaded anew while it is looked at", async () => {
    let count = 0;
    const load = () => [{ type: "text", lines: [`loaded ${++count} times`] }] as const;
    const screen = open({ ...page, refreshMs: 1, parts: [{ title: "Live", load }] });
    await screen.shows("loaded 3 times");
  });
});

test("a secret is shown as dots, and sent as it was typed", async () => {
  const sent: unknown[] = [];
  const screen = open({
    type: "form",
    title: "Key",
    text: "",
    fields: [{ name: "key", type: "text", isRequired: true, isSecret: true }],
    submit: (values) => void sent.push({ ...values }),
  });
  await screen.shows("key");
  await screen.type("s3cret");
  await screen.press("left");
  await screen.type("👍🏽");
  expect(screen.text()).toContain("› •••••••");
  expect(screen.raw()).not.toMatch(/s3|👍|et/);
  await screen.press("enter");
  await expect.poll(() => sent).toEqual([{ key: "s3cre👍🏽t" }]);
});

describe("a form", () => {
  const form: FormPanel = {
    type: "form",
    title: "New harbour",
    text: "",
    message: "Where shall the next one be?",
    fields: [
      { name: "name", title: "Name", type: "text", isRequired: true },
      { name: "piers", type: "integer", isRequired: true, default: 4, max: 9 },
      { name: "isOpen", title: "Open", type: "boolean", isRequired: false, default: true },
      {
        name: "sea",
        title: "Sea",
        type: "choice",
        isRequired: true,
        choices: [
          { value: "north", title: "North Sea", description: "with tides" },
          { value: "baltic", title: "Baltic Sea" },
        ],
      },
      {
        name: "goods",
        type: "choices",
        isRequired: false,
        choices: [
          { value: "fish", title: "Fish" },
          { value: "oil", title: "Oil" },
        ],
        allowsOther: true,
      },
    ],
    submit: () => undefined,
  };

  test.each(SIZES)("fits $width columns and $rows rows", async (size) => {
    const screen = open(form, size);
    await screen.shows("Name *");
    await expectFrame(screen, "form", size);
  });

  test("is filled in by the keyboard and handed over with values that fit", async () => {
    const given: unknown[] = [];
    const screen = open({ ...form, submit: (values) => `founded ${JSON.stringify(given.push({ ...values }))}` });
    await screen.type("Husum");
    await screen.press("enter", "backspace", "7", "enter", "n", "enter");
    await screen.shows("with tides");
    await screen.press("down", "enter");
    await screen.shows("[ ] 1. Fish");
    await screen.press(" ", "down", "down");
    await screen.type("salt");
    await screen.press("enter");
    expect(given).toEqual([{ name: "Husum", piers: 7, isOpen: false, sea: "baltic", goods: ["fish", "salt"] }]);
    expect(screen.closed).toEqual(["founded 1"]);
  });

  test("tells what is wrong at the field that it is about", async () => {
    const screen = open(form);
    await screen.press("tab");
    await screen.type("2");
    await screen.press("ctrl+s");
    expect(screen.text()).toContain("An answer is needed.");
    expect(screen.text()).toContain("❯ Name *");
    await screen.type("Husum");
    await screen.press("enter", "enter");
    expect(screen.text()).toContain("It has to be at most 9.");
    await screen.press("escape");
    expect(screen.closed).toEqual([undefined]);
  });

  test("stays and tells what went wrong, or that it stays", async () => {
    const fields = [{ name: "name", type: "text", isRequired: false }] as const;
    let answer: () => { stay: string } = () => ({ stay: "Written." });
    const screen = open({ ...form, fields, submit: () => answer() });
    await screen.press("enter");
    await screen.shows("Written.");
    answer = () => {
      throw new Error("The disk is full.");
    };
    await screen.press("enter");
    await screen.shows("The disk is full.");
    expect(screen.closed).toEqual([]);
  });

  test.each(SIZES)("keeps hostile texts in $width columns", async (size) => {
    const choices = HOSTILE.map((text, index) => ({ value: `${index}`, title: text, description: text }));
    const fields = HOSTILE.map((text, index) => ({
      name: `${text}${index}`,
      title: text,
      description: text,
      type: index ? ("choice" as const) : ("text" as const),
      choices,
      isRequired: true,
    }));
    const screen = open({ ...form, title: HOSTILE[1], message: HOSTILE.join("\n"), fields }, size);
    await screen.type(HOSTILE[3]);
    await screen.press("tab", "down", "down");
    expectFits(screen, size);
    expectHarmless(screen);
  });
});

describe("panels on panels", () => {
  test("come back as they were left", async () => {
    const inner: PagePanel = {
      type: "page",
      title: "Pier",
      text: "",
      parts: [{ title: "", load: () => [{ type: "text", lines: ["Fish is sold here."] }] }],
    };
    const screen = open(list({ actions: [enter(() => ({ panel: inner }))] }));
    await screen.shows("Husum");
    await screen.type("hus");
    await screen.press("enter");
    await screen.shows("Fish is sold here.");
    expect(screen.text()).toContain("Esc back");
    await screen.press("escape");
    await screen.shows("❯   Husum");
    expect(screen.text()).toContain("› hus");
    await screen.press("escape", "escape");
    expect(screen.closed).toEqual([undefined]);
  });

  test("hear nothing of what was at work when they were left", async () => {
    let finish = (_: string) => {};
    const run = () =>
      new Promise<string>((resolve) => {
        finish = resolve;
      });
    const screen = open(list({ actions: [enter(run)] }));
    await screen.shows("Husum");
    await screen.press("enter", "escape");
    finish("too late");
    await screen.press();
    expect(screen.closed).toEqual([undefined]);
  });

  test("close at once with what a command may answer", async () => {
    const inner = list({ title: "Inner", actions: [enter(() => ({ prompt: "Go on." }))] });
    const screen = open(list({ actions: [enter(() => ({ panel: inner }))] }));
    await screen.shows("Husum");
    await screen.press("enter");
    await screen.shows("Inner");
    await screen.press("enter");
    expect(screen.closed).toEqual([{ prompt: "Go on." }]);
  });
});
