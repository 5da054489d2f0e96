import type { MemoryEntry } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import {
  idsIn,
  indexHead,
  indexWith,
  indexWithout,
  type ReadEntry,
  readEntry,
  slugOf,
  tidiedIndex,
  withoutMemory,
  writeEntry,
} from "./memory-text.ts";

const place = { scope: "project", day: "2026-03-05" } as const;
const read = (text: string, name = "a-note.md") => readEntry(name, text, place) as ReadEntry;
const entry = (id: string, more: Partial<MemoryEntry> = {}): MemoryEntry => ({
  ...{ id, scope: "project", title: `About ${id}`, type: "project", text: `All of ${id}.`, tags: [] },
  ...{ date: "2026-01-01", updated: "2026-01-01", isPinned: false },
  ...more,
});

describe("an entry", () => {
  it("is the same after it was written and read, keys that nobody knows included", () => {
    const { entry: first, data } = read(
      "---\ntitle: Use tabs\ntype: feedback\ntags: [style, 2]\nsession: s1\ndate: 2026-01-02\nexpires: 2027-01-01\npinned: true\nauthor: Jo\n---\n\nTabs: everywhere.\n",
    );
    expect(first).toEqual({
      ...{ id: "a-note", scope: "project", title: "Use tabs", type: "feedback", text: "Tabs: everywhere." },
      ...{ tags: ["style", "2"], session: "s1", date: "2026-01-02", updated: "2026-01-02", expires: "2027-01-01" },
      isPinned: true,
    });
    const text = writeEntry(first, data);
    expect(read(text).entry).toEqual(first);
    expect(text).toContain("author: Jo");
  });

  it("that a person has written without frontmatter has its heading, or its first line, as title", () => {
    expect(read("# Deploying\n\nBy tag.").entry).toMatchObject({
      title: "Deploying",
      type: "project",
      date: "2026-03-05",
    });
    expect(read("By tag.\nNot by hand.").entry).toMatchObject({ title: "By tag.", text: "By tag.\nNot by hand." });
  });

  it("takes the names that other hosts write", () => {
    expect(read("---\nname: Deploying\ndescription: By tag\ntype: reference\n---\nPush it.").entry).toMatchObject({
      ...{ title: "Deploying", type: "reference", text: "By tag\n\nPush it." },
    });
  });

  it.each([
    ["---\ntitle: 'a\n---\nText", /^its frontmatter cannot be read/],
    ["---\ntitle: a\ntext", /no end/],
    ["", /^it is empty$/],
  ])("that cannot be read says why: %j", (text, problem) => {
    expect(readEntry("a.md", text, place)).toMatch(problem);
  });

  it("cannot write lines of its own by its title", () => {
    expect(read('---\ntitle: "one\\ntwo\\u202e"\n---\nText').entry.title).toBe("one ⏎ two<U+202E>");
  });
});

describe("a name", () => {
  it.each([
    ["Use tabs, not spaces!", "use-tabs-not-spaces"],
    ["Größe & Café", "große-cafe".replace("ß", "-")],
    ["../../etc/passwd", "etc-passwd"],
    ["データ", "note"],
  ])("is made of the title %j", (title, slug) => {
    expect(slugOf(title)).toBe(slug);
  });
});

describe("the index", () => {
  it("gets a line for an entry, first of all entries, and keeps what people wrote", () => {
    const one = indexWith("", entry("one"));
    expect(one).toBe("# Memory\n\n- [About one](one.md) (project): All of one.\n");
    const both = indexWith(`Ours.\n\n${one}`, entry("two", { type: "command" }));
    expect(idsIn(both)).toEqual(["two", "one"]);
    expect(both.startsWith("Ours.\n\n# Memory\n\n- [About two](two.md) (command)")).toBe(true);
  });

  it("has one line for an entry, however often it changes, and none when it is gone", () => {
    const twice = indexWith(indexWith("", entry("one")), entry("one", { title: "Other" }));
    expect(twice).toContain("- [Other](one.md)");
    expect(idsIn(twice)).toEqual(["one"]);
    expect(idsIn(indexWithout(twice, "one"))).toEqual([]);
  });

  it("is tidied: no dead lines, no missing ones, pinned first, never longer than it may be", () => {
    const index = "My words.\n\n- [Gone](gone.md)\n- [About b](b.md)\n- [About a](a.md)\n";
    const entries = [entry("a"), entry("b"), entry("new", { updated: "2026-02-01" }), entry("pin", { isPinned: true })];
    expect(idsIn(tidiedIndex(index, entries, 200))).toEqual(["pin", "b", "a", "new"]);
    expect(tidiedIndex(index, entries, 200)).toContain("My words.");
    const many = Array.from({ length: 500 }, (_, at) => entry(`e${at}`));
    expect(tidiedIndex(index, many, 200).trimEnd().split("\n")).toHaveLength(200);
    expect(tidiedIndex("", [], 200)).toBe("");
  });

  it("is cut at whole lines, by number and by bytes", () => {
    const index = Array.from({ length: 300 }, (_, at) => `line ${at} é`).join("\n");
    expect(indexHead(index, 200, 25_000)).toMatchObject({ leftOut: 100 });
    const { text, leftOut } = indexHead(index, 200, 100);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(100);
    expect(text.split("\n").length + leftOut).toBe(300);
  });
});

it("what memory has put into a prompt can be told from the rest", () => {
  const prompt =
    'Rules.\n<memory-index scope="user" file="/m">\n- a\n</memory-index>\nMore.\n<memory-recall>\nb\n</memory-recall>\n';
  expect(withoutMemory(prompt)).toBe("Rules.\n\nMore.\n\n");
  expect(withoutMemory("<memory-index> that nobody ends")).toBe("<memory-index> that nobody ends");
});
