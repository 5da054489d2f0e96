import { textOf } from "gantry/sdk";
import { createTestKernel, memoryFilesPlugin, type TestKernel } from "gantry/sdk/testing";
import { afterEach, describe, expect, test } from "vitest";
import toolWrite from "./index.ts";

let kernel: TestKernel | undefined;
afterEach(async () => {
  await kernel?.close();
  kernel = undefined;
});

const A = "/project/a.txt";

async function opened(contents: Record<string, string | Uint8Array>) {
  const memory = memoryFilesPlugin(contents);
  const opened = await createTestKernel({ plugins: [memory.plugin, toolWrite], answer: "allow" });
  kernel = opened;
  const write = (content: string, file_path = A) => opened.call("Write", { file_path, content });
  return { ...memory, write };
}

describe("a new file", () => {
  test("is written with the folders it needs, and counts as read", async () => {
    const { write, textOf: contentOf } = await opened({});
    const result = await write("one\ntwo\n", "/project/deep/er/b.txt");
    expect(textOf(result.content)).toBe('Created "/project/deep/er/b.txt" with 2 lines.');
    expect(result.data).toEqual({
      type: "create",
      filePath: "/project/deep/er/b.txt",
      content: "one\ntwo\n",
      structuredPatch: [],
      originalFile: null,
    });
    expect(await contentOf("/project/deep/er/b.txt")).toBe("one\ntwo\n");
    expect((await write("three\n", "/project/deep/er/b.txt")).outcome).toBe("ok");
  });
});

describe("an existing file", () => {
  test("is replaced when it has been read", async () => {
    const { write, see, textOf: contentOf } = await opened({ [A]: "one\ntwo\n" });
    await see(A);
    const result = await write("one\nzwei\ndrei\n");
    expect(textOf(result.content)).toBe('Replaced "/project/a.txt": 2 lines added, 1 removed.');
    expect(result.data).toMatchObject({
      type: "update",
      originalFile: "one\ntwo\n",
      structuredPatch: [{ oldStart: 1, lines: [" one", "-two", "+zwei", "+drei"] }],
    });
    expect(await contentOf(A)).toBe("one\nzwei\ndrei\n");
  });

  test("is left alone when it has not been read", async () => {
    const { write, textOf: contentOf } = await opened({ [A]: "one\n" });
    const result = await write("two\n");
    expect(result.outcome).toBe("error");
    expect(textOf(result.content)).toMatch(/exists and has not been read in this session\. Read it first/);
    expect(await contentOf(A)).toBe("one\n");
  });

  test("is left alone when only a part of it has been read", async () => {
    const { write, see, textOf: contentOf } = await opened({ [A]: "one\n" });
    await see(A, true);
    expect(textOf((await write("two\n")).content)).toMatch(/Only a part .* Read the rest/);
    expect(await contentOf(A)).toBe("one\n");
  });

  test("is left alone when it has changed since it was read", async () => {
    const { write, see, files, textOf: contentOf } = await opened({ [A]: "one\n" });
    await see(A);
    await files.write(A, Buffer.from("by someone else\n"));
    expect(textOf((await write("two\n")).content)).toMatch(/has changed since it was read\. Read it again/);
    expect(await contentOf(A)).toBe("by someone else\n");
  });

  test("keeps its mode, mark, encoding and line ends", async () => {
    const { write, see, files } = await opened({});
    await files.write(A, Buffer.from("\ufeffone\r\ntwo\r\n", "utf16le"), { mode: 0o640 });
    await see(A);
    await write("drei\nvier\n");
    expect(Buffer.from((await files.read(A)).bytes).toString("utf16le")).toBe("\ufeffdrei\r\nvier\r\n");
    expect((await files.stat(A))?.mode).toBe(0o640);
  });

  test("gets the line ends that the content writes out", async () => {
    const { write, see, textOf: contentOf } = await opened({ [A]: "one\ntwo\n" });
    await see(A);
    await write("one\r\ntwo\n");
    expect(await contentOf(A)).toBe("one\r\ntwo\n");
  });

  test("becomes UTF-8, and says so, when Latin-1 lacks a character", async () => {
    const { write, see, textOf: contentOf } = await opened({ [A]: Buffer.from("grün\n", "latin1") });
    await see(A);
    expect(textOf((await write("5 €\n")).content)).toMatch(/was Latin-1.*is UTF-8 now/);
    expect(await contentOf(A)).toBe("5 €\n");
  });

  test("is written through a link", async () => {
    const { write, see, files, textOf: contentOf } = await opened({ [A]: "one\n" });
    await files.link("a.txt", "/project/link.txt");
    await see(A);
    expect((await write("two\n", "/project/link.txt")).outcome).toBe("ok");
    expect(await contentOf(A)).toBe("two\n");
    expect((await files.read("/project/link.txt")).realPath).toBe(A);
  });
});

test("a folder cannot be written", async () => {
  const { write } = await opened({ "/project/dir/x": "x" });
  expect(textOf((await write("y", "/project/dir")).content)).toMatch(/is a folder, not a file/);
});

test("a path through a file is refused with what to do", async () => {
  const { write } = await opened({ [A]: "x" });
  expect(textOf((await write("y", "/project/a.txt/b")).content)).toMatch(/is a file.*Choose a path/);
});
