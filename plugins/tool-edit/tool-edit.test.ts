import fc from "fast-check";
import { type ToolResult, textOf } from "gantry/sdk";
import { createTestKernel, memoryFilesPlugin, type TestKernel } from "gantry/sdk/testing";
import { afterEach, describe, expect, test } from "vitest";
import toolEdit from "./index.ts";
import { findAll, replaceAt, withoutOverlaps } from "./replace.ts";

let kernel: TestKernel | undefined;
afterEach(async () => {
  await kernel?.close();
  kernel = undefined;
});

const A = "/project/a.ts";

async function opened(contents: Record<string, string | Uint8Array>) {
  const memory = memoryFilesPlugin(contents);
  const opened = await createTestKernel({ plugins: [memory.plugin, toolEdit], answer: "allow" });
  kernel = opened;
  const edit = (old_string: string, new_string: string, more: object = {}): Promise<ToolResult> =>
    opened.call("Edit", { file_path: A, old_string, new_string, ...more });
  return { ...memory, edit };
}

describe("an edit", () => {
  test("replaces the text that occurs once, and tells programs what it did", async () => {
    const { see, edit, textOf: contentOf } = await opened({ [A]: "one\ntwo\nthree\n" });
    await see(A);
    const result = await edit("two", "zwei");
    expect(textOf(result.content)).toBe('Edited "/project/a.ts" in line 2.');
    expect(await contentOf(A)).toBe("one\nzwei\nthree\n");
    expect(result.data).toEqual({
      filePath: A,
      oldString: "two",
      newString: "zwei",
      originalFile: "one\ntwo\nthree\n",
      structuredPatch: [
        { oldStart: 1, oldLines: 3, newStart: 1, newLines: 3, lines: [" one", "-two", "+zwei", " three"] },
      ],
      userModified: false,
      replaceAll: false,
    });
  });

  test("may be followed by another without reading again", async () => {
    const { see, edit, textOf: contentOf } = await opened({ [A]: "a\nb\n" });
    await see(A);
    await edit("a", "1");
    expect((await edit("b", "2")).outcome).toBe("ok");
    expect(await contentOf(A)).toBe("1\n2\n");
  });

  test("replaces all occurrences when asked to", async () => {
    const { see, edit, textOf: contentOf } = await opened({ [A]: "x = x + $x;\nx\n" });
    await see(A);
    const result = await edit("x", "$&y", { replace_all: true });
    expect(await contentOf(A)).toBe("$&y = $&y + $$&y;\n$&y\n");
    expect(textOf(result.content)).toContain("in 4 places, the first in line 1");
  });

  test("may leave nothing in place of the text", async () => {
    const { see, edit, textOf: contentOf } = await opened({ [A]: "keep\ndrop\n" });
    await see(A);
    await edit("drop\n", "");
    expect(await contentOf(A)).toBe("keep\n");
  });

  test("keeps the mode of the file", async () => {
    const { see, edit, files } = await opened({});
    await files.write(A, Buffer.from("#!/bin/sh\necho a\n"), { mode: 0o755 });
    await see(A);
    await edit("echo a", "echo b");
    expect((await files.stat(A))?.mode).toBe(0o755);
  });

  test("keeps mark, encoding and line ends", async () => {
    const { see, edit, files } = await opened({ [A]: Buffer.from("\ufeffone\r\ntwo\r\nthree\n", "utf16le") });
    await see(A);
    await edit("one\ntwo\n", "eins\nzwei\ndrei\n");
    expect(Buffer.from((await files.read(A)).bytes).toString("utf16le")).toBe("\ufeffeins\r\nzwei\r\ndrei\r\nthree\n");
  });

  test("turns line ends when the model writes them out", async () => {
    const { see, edit, textOf: contentOf } = await opened({ [A]: "a\r\nb\r\n" });
    await see(A);
    await edit("a\r\n", "a\n");
    expect(await contentOf(A)).toBe("a\nb\r\n");
  });
});

describe("an edit is refused, and nothing is written,", () => {
  const refused = async (result: ToolResult, expected: RegExp) => {
    expect(result.outcome).toBe("error");
    expect(textOf(result.content)).toMatch(expected);
  };

  test("when the file has not been read", async () => {
    const { edit, textOf: contentOf } = await opened({ [A]: "one\n" });
    await refused(await edit("one", "two"), /not been read in this session\. Read it first/);
    expect(await contentOf(A)).toBe("one\n");
  });

  test("when the text occurs more than once", async () => {
    const { see, edit, textOf: contentOf } = await opened({ [A]: "a\nb\na\nb\na\n" });
    await see(A);
    await refused(await edit("a", "c"), /occurs 3 times in "\/project\/a\.ts", in lines 1, 3, 5\..*replace_all/);
    expect(await contentOf(A)).toBe("a\nb\na\nb\na\n");
  });

  test("when occurrences overlap", async () => {
    const { see, edit } = await opened({ [A]: "aaa\n" });
    await see(A);
    await refused(await edit("aa", "b"), /occurs 2 times/);
  });

  test("when nothing would change", async () => {
    const { see, edit } = await opened({ [A]: "a\n" });
    await see(A);
    await refused(await edit("a", "a"), /are the same/);
  });

  test("when the file is gone, naming the nearest", async () => {
    const { edit } = await opened({ "/project/b.ts": "x" });
    await refused(await edit("x", "y"), /There is no file "\/project\/a\.ts"\. Did you mean "b\.ts"\?/);
  });

  test("when it is a folder or no text", async () => {
    const { see, edit } = await opened({ [A]: Uint8Array.of(0, 1, 2), "/project/dir/x": "x" });
    await refused(await edit("x", "y", { file_path: "/project/dir" }), /is a folder.*Glob/);
    await see(A);
    await refused(await edit("x", "y"), /binary file/);
  });

  test("when the encoding lacks a character", async () => {
    const { see, edit, files } = await opened({ [A]: Buffer.from("grün", "latin1") });
    await see(A);
    await refused(await edit("gr", "€"), /Latin-1.*iconv/);
    expect(Buffer.from((await files.read(A)).bytes)).toEqual(Buffer.from("grün", "latin1"));
  });

  test("when a changed file no longer has the text, and says so", async () => {
    const { see, edit, files } = await opened({ [A]: "one\n" });
    await see(A);
    await files.write(A, Buffer.from("other\n"));
    await refused(await edit("one", "two"), /does not occur.*has changed since it was read: read it again/);
  });

  test("when all occurrences are meant in a changed file", async () => {
    const { see, edit, files } = await opened({ [A]: "one\n" });
    await see(A);
    await files.write(A, Buffer.from("one one\n"));
    await refused(await edit("one", "two", { replace_all: true }), /has changed since it was read/);
  });
});

test("a file changed elsewhere is edited where the place is beyond doubt, with a warning", async () => {
  const { see, seen, edit, files, textOf: contentOf } = await opened({ [A]: "one\ntwo\n" });
  await see(A);
  await files.write(A, Buffer.from("one\ntwo\nthree\n"));
  expect(textOf((await edit("two", "2")).content)).toMatch(/had changed since it was read: read it again/);
  expect(await contentOf(A)).toBe("one\n2\nthree\n");
  expect(seen.get(A)?.isPartial).toBe(true);
});

describe("an empty old_string", () => {
  test("creates a file that is not there", async () => {
    const { edit, textOf: contentOf, seen } = await opened({});
    const result = await edit("", "new\n");
    expect(textOf(result.content)).toBe('Created "/project/a.ts".');
    expect(await contentOf(A)).toBe("new\n");
    expect(seen.get(A)?.isPartial).toBe(false);
  });

  test("touches no file that is there", async () => {
    const { see, edit, textOf: contentOf } = await opened({ [A]: "old\n" });
    await see(A);
    expect(textOf((await edit("", "new\n")).content)).toMatch(/exists.*Give the text to replace, or use Write/);
    expect(await contentOf(A)).toBe("old\n");
  });
});

describe("text that is not found is explained", () => {
  const cases: [string, string, string, RegExp][] = [
    ["line numbers", "a\nb\nc\n", "     2\tb\n     3\tc", /line numbers that Read shows: leave them out \(line 2\)/],
    ["indentation", "x\n  if (a) {\n    b();\n", "if (a) {\n  b();", /From line 2 .* other indentation/],
    ["curly quotes", "x\nsay(“hi”)\n", 'say("hi")', /Line 2 differs in the kind of quotes/],
    ["written-out escapes", "x\na\nb\n", "a\\nb", /escapes such as \\n where line 2/],
    ["letter case", "x\nconst Name = 1;\n", "const name = 1;", /Line 2 differs in letter case/],
    [
      "a similar line",
      "x\n\nconst total = sum(items);\n",
      "const total = sum(item);",
      /Line 3 is similar: "const total = sum\(items\);"/,
    ],
    ["lines that stand elsewhere", "alpha\nbeta\n", "beta\ngamma", /Line 2 is there, but not with the lines around it/],
    ["nothing like it", "alpha\n", "completely different text", /Nothing in it is similar/],
  ];
  test.each(cases)("%s", async (_, content, wanted, expected) => {
    const { see, edit } = await opened({ [A]: content });
    await see(A);
    expect(textOf((await edit(wanted, "new")).content)).toMatch(expected);
  });
});

describe("whatever the file, an edit keeps all bytes around the replaced text", () => {
  const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
  const piece = fc.oneof(
    lineEnd,
    fc.string({ maxLength: 5 }).map((text) => text.replaceAll("#", "")),
  );
  const encoding = fc.constantFrom("utf8", "utf16le", "latin1");

  test("in every encoding, with every mixture of line ends", async () => {
    const memory = memoryFilesPlugin();
    kernel = await createTestKernel({ plugins: [memory.plugin, toolEdit], answer: "allow" });
    const { call } = kernel;
    await fc.assert(
      fc.asyncProperty(fc.array(piece), fc.array(piece), lineEnd, encoding, async (head, tail, end, name) => {
        const mark = name === "utf16le" ? "\ufeff" : "";
        const bytes = (text: string) => Buffer.from(text, name);
        const before = bytes(`${mark}${head.join("")}`);
        // Latin-1 shows itself by a byte that UTF-8 does not have.
        const after = bytes(`${tail.join("")}${name === "latin1" ? "\xff\xfe" : ""}`);
        await memory.files.write(A, Buffer.concat([before, bytes(`#1${end}#2`), after]));
        await memory.see(A);
        const { outcome, content } = await call("Edit", { file_path: A, old_string: "#2", new_string: "#3\n#4" });
        expect([outcome, textOf(content)]).toEqual(["ok", expect.stringContaining("Edited")]);
        const now = Buffer.from((await memory.files.read(A)).bytes);
        expect(now.subarray(0, before.length)).toEqual(before);
        expect(now.subarray(now.length - after.length)).toEqual(after);
        const changed = now.subarray(before.length, now.length - after.length).toString(name);
        expect(changed).toMatch(new RegExp(`^#1${end}#3(\\n|\\r\\n|\\r)#4$`));
      }),
      { numRuns: 60 },
    );
  });

  test("and replaces every occurrence exactly once", () => {
    const text = fc.array(fc.constantFrom("ab", "a", "b", "\n", "\r\n"), { maxLength: 30 });
    fc.assert(
      fc.property(text, (parts) => {
        const original = parts.join("");
        const edit = { path: A, before: "ab", after: "<>", isForAll: true };
        const matches = withoutOverlaps(findAll(original, edit));
        expect(replaceAt(original, edit, matches)).toBe(original.split("ab").join("<>"));
      }),
    );
  });
});
