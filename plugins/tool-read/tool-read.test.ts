import { definePlugin, type ResultContent, type ToolResult, text, textOf } from "gantry/sdk";
import { createTestKernel, memoryFilesPlugin, type TestKernel } from "gantry/sdk/testing";
import { PDFDocument } from "pdf-lib";
import sharp from "sharp";
import { afterEach, describe, expect, test, vi } from "vitest";
import toolRead from "./index.ts";

let kernel: TestKernel | undefined;
afterEach(async () => {
  vi.doUnmock("./shrink.ts");
  await kernel?.close();
  kernel = undefined;
});

const A = "/project/a.txt";

async function opened(contents: Record<string, string | Uint8Array>, env: Record<string, string> = {}) {
  const memory = memoryFilesPlugin(contents);
  const opened = await createTestKernel({ plugins: [memory.plugin, toolRead], env, answer: "allow" });
  kernel = opened;
  const read = (file_path: string, more: object = {}) => opened.call("Read", { file_path, ...more });
  return { ...memory, read, kernel: opened };
}

const shown = (result: ToolResult) => textOf(result.content);
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join("");

describe("a text file", () => {
  test("is shown with line numbers, and told to programs without", async () => {
    const { read, seen } = await opened({ [A]: "one\n\ttwo\n" });
    const result = await read(A);
    expect(shown(result)).toBe("     1\tone\n     2\t\ttwo");
    expect(result.data).toEqual({
      type: "text",
      file: { filePath: A, content: "one\n\ttwo", numLines: 2, startLine: 1, totalLines: 2 },
    });
    expect(seen.get(A)?.isPartial).toBe(false);
  });

  test("is shown from an offset, as many lines as wanted", async () => {
    const { read, seen } = await opened({ [A]: numbered(10) });
    const result = await read(A, { offset: 4, limit: 2 });
    expect(shown(result)).toBe(
      "     4\tline 4\n     5\tline 5\n\n(Partial view: lines 4 to 5 of 10. Go on with offset 6.)",
    );
    expect(seen.get(A)?.isPartial).toBe(true);
  });

  test("counts as read when all its pages have been", async () => {
    const { read, seen } = await opened({ [A]: numbered(10) });
    await read(A, { limit: 5 });
    expect(seen.get(A)?.isPartial).toBe(true);
    await read(A, { offset: 6, limit: 5 });
    expect(seen.get(A)?.isPartial).toBe(false);
  });

  test("counts as partly read when a page is missing", async () => {
    const { read, seen } = await opened({ [A]: numbered(10) });
    await read(A, { limit: 4 });
    await read(A, { offset: 6 });
    expect(seen.get(A)?.isPartial).toBe(true);
  });

  test("of more than 2000 lines is shown in part", async () => {
    const { read } = await opened({ [A]: numbered(2001) });
    const result = await read(A);
    expect(shown(result)).toContain(
      "  2000\tline 2000\n\n(Partial view: lines 1 to 2000 of 2001. Go on with offset 2001.)",
    );
    expect(result.data).toMatchObject({ file: { numLines: 2000, totalLines: 2001 } });
  });

  test("over the token limit is shown as far as it goes", async () => {
    const { read } = await opened({ [A]: numbered(100) }, { CLAUDE_CODE_FILE_READ_MAX_OUTPUT_TOKENS: "40" });
    const result = await read(A);
    expect(result.outcome).toBe("ok");
    expect(shown(result)).toMatch(/Partial view: lines 1 to 11 of 100\. Go on with offset 12 and limit 11\./);
    expect(result.data).toMatchObject({ file: { numLines: 11, truncatedByTokenCap: true } });
  });

  test("over the token limit is refused when lines were asked for, and says how many fit", async () => {
    const { read } = await opened({ [A]: numbered(100) }, { CLAUDE_CODE_FILE_READ_MAX_OUTPUT_TOKENS: "40" });
    const result = await read(A, { limit: 50 });
    expect(result.outcome).toBe("error");
    expect(shown(result)).toMatch(/more than 40 tokens\. From line 1, at most 11 lines fit: give limit 11/);
    expect((await read(A, { limit: 11 })).outcome).toBe("ok");
  });

  test("keeps to 25000 tokens by default", async () => {
    const { read } = await opened({ [A]: `${"x".repeat(1000)}\n`.repeat(500) });
    const bytes = Buffer.byteLength(shown(await read(A)));
    expect(bytes).toBeGreaterThan(90_000);
    expect(bytes).toBeLessThan(102_000);
  });

  test("has long lines cut, which is said", async () => {
    const { read, seen } = await opened({ [A]: `${"x".repeat(5000)}\nshort\n` });
    const text = shown(await read(A));
    expect(text).toContain(`${"x".repeat(2000)} … [cut: 5000 characters]\n     2\tshort`);
    expect(text).not.toContain("x".repeat(2001));
    expect(text).toContain("Lines over 2000 characters are cut");
    expect(seen.get(A)?.isPartial).toBe(true);
  });

  test("that is empty is said to be", async () => {
    const { read, seen } = await opened({ [A]: "" });
    const result = await read(A);
    expect([result.outcome, shown(result)]).toEqual(["ok", "(The file exists and is empty.)"]);
    expect(seen.get(A)?.isPartial).toBe(false);
  });

  test("is read in its own encoding and with any line ends", async () => {
    const { read } = await opened({ [A]: Buffer.from("\ufeffgrün\r\nblau\r\n", "utf16le") });
    expect(shown(await read(A))).toBe("     1\tgrün\n     2\tblau");
  });

  test("has no lines behind its end", async () => {
    const { read } = await opened({ [A]: numbered(3) });
    expect(shown(await read(A, { offset: 9 }))).toMatch(/has 3 lines, so none from line 9 on/);
  });
});

describe("reading an unchanged file again", () => {
  test("says so, in place of the text", async () => {
    const { read } = await opened({ [A]: numbered(50) });
    await read(A);
    const again = await read(A);
    expect(shown(again)).toMatch(/unchanged since it was last read/);
    expect(again.data).toEqual({ type: "file_unchanged", file: { filePath: A } });
    expect(shown(await read(A, { limit: 1 }))).toContain("line 1");
  });

  test("gives the text when the model no longer has it before its eyes", async () => {
    const memory = memoryFilesPlugin({ [A]: "one\n" });
    const shortens = definePlugin({
      name: "shortens",
      setup: () => ({ taps: { postTool: (result) => ({ ...result, content: [text("(shortened)")] }) } }),
    });
    kernel = await createTestKernel({ plugins: [memory.plugin, toolRead, shortens], answer: "allow" });
    await kernel.call("Read", { file_path: A });
    const again = await kernel.call("Read", { file_path: A });
    expect(again.data).toMatchObject({ type: "text" });
  });

  test("gives the text when it has changed", async () => {
    const { read, files } = await opened({ [A]: "one\n" });
    await read(A);
    await files.write(A, Buffer.from("two\n"));
    expect(shown(await read(A))).toBe("     1\ttwo");
  });
});

describe("what is no file", () => {
  test("is answered with the nearest name", async () => {
    const { read } = await opened({ "/project/config.json": "{}" });
    const result = await read("/project/confg.json");
    expect([result.outcome, shown(result)]).toEqual([
      "error",
      'There is no file "/project/confg.json". Did you mean "config.json"?',
    ]);
  });

  test("says when not even the folder is there", async () => {
    const { read } = await opened({ [A]: "x" });
    expect(shown(await read("/other/a.txt"))).toMatch(/nor its folder.*Glob/);
  });

  test("is not listed when it is a folder", async () => {
    const { read } = await opened({ [A]: "x" });
    expect(shown(await read("/project"))).toMatch(/is a folder, not a file.*Glob.*ls/);
  });

  test("is not shown when it is binary", async () => {
    const { read } = await opened({ [A]: Uint8Array.of(1, 0, 2) });
    expect(shown(await read(A))).toMatch(/binary file of 3 bytes.*xxd/);
  });
});

describe("an image", () => {
  const picture = (width: number, height: number, isNoise = false) =>
    sharp({
      create: {
        width,
        height,
        channels: 3,
        background: "red",
        ...(isNoise && { noise: { type: "gaussian", mean: 128, sigma: 60 } }),
      },
    });
  const imageIn = ([block]: readonly ResultContent[]) => {
    if (block?.type !== "image") throw new Error("no image");
    return { type: block.source.media_type, bytes: Buffer.from(block.source.data, "base64") };
  };

  test.each(["png", "jpeg", "gif", "webp"] as const)(
    "of type %s is shown as it is, whatever its name",
    async (type) => {
      const bytes = await picture(30, 20).toFormat(type).toBuffer();
      const { read } = await opened({ [A]: bytes });
      const result = await read(A);
      expect(imageIn(result.content)).toEqual({ type: `image/${type}`, bytes });
      expect(result.data).toMatchObject({
        type: "image",
        file: {
          type: `image/${type}`,
          originalSize: bytes.length,
          dimensions: { originalWidth: 30, displayHeight: 20 },
        },
      });
    },
  );

  test("with many pixels is made smaller", async () => {
    const { read } = await opened({ [A]: await picture(4000, 100).png().toBuffer() });
    const result = await read(A);
    const { type, bytes } = imageIn(result.content);
    expect(type).toBe("image/jpeg");
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 2000, height: 50 });
    expect(result.data).toMatchObject({ file: { dimensions: { originalWidth: 4000, displayWidth: 2000 } } });
  });

  test("of many bytes is made a JPEG", async () => {
    const original = await picture(900, 900, true).png().toBuffer();
    expect(original.length).toBeGreaterThan(500 * 1024);
    const { read } = await opened({ [A]: original });
    const { type, bytes } = imageIn((await read(A)).content);
    expect(type).toBe("image/jpeg");
    expect(bytes.length).toBeLessThan(original.length);
  });

  test("that is damaged is refused, not sent", async () => {
    const png = await picture(30, 20).png().toBuffer();
    const { read, files } = await opened({ [A]: png.subarray(0, 18) });
    expect(shown(await read(A))).toMatch(/is damaged/);
    await files.write(A, (await picture(4000, 100).png().toBuffer()).subarray(0, 60));
    expect(shown(await read(A))).toMatch(/is damaged/);
  });

  test("that is large says what is missing where sharp is not installed", async () => {
    vi.doMock("./shrink.ts", () => {
      throw new Error("Cannot find package 'sharp'");
    });
    const { read } = await opened({ [A]: await picture(4000, 100).png().toBuffer() });
    expect(shown(await read(A))).toMatch(/npm install sharp/);
  });
});

describe("a PDF", () => {
  const pdf = async (pages: number) => {
    const document = await PDFDocument.create();
    for (let page = 0; page < pages; page++) document.addPage([100 + page, 100]);
    return document.save();
  };
  const widths = async ([block]: readonly ResultContent[]) => {
    if (block?.type !== "document") throw new Error("no document");
    const document = await PDFDocument.load(Buffer.from(block.source.data, "base64"));
    return document.getPages().map((page) => page.getWidth());
  };

  test("of ten pages is shown whole", async () => {
    const { read } = await opened({ [A]: await pdf(10) });
    const result = await read(A);
    expect(await widths(result.content)).toHaveLength(10);
    expect(result.data).toMatchObject({ type: "pdf", file: { filePath: A } });
  });

  test("of more pages wants to know which", async () => {
    const { read, seen } = await opened({ [A]: await pdf(30) });
    expect(shown(await read(A))).toMatch(/has 30 pages.*Give pages, such as "1-10"; at most 20/);
    expect(await widths((await read(A, { pages: "2-3, 29-" })).content)).toEqual([101, 102, 128, 129]);
    expect(seen.get(A)?.isPartial).toBe(true);
  });

  test.each([
    ["1-21", /more than 20 pages/],
    ["1-999999999", /pages 1 to 30/],
    ["30-31", /pages 1 to 30; "30-31" lies outside/],
    ["0", /lies outside/],
    ["first", /names no pages\. Write them as/],
  ])("refuses the pages %s", async (pages, expected) => {
    const { read } = await opened({ [A]: await pdf(30) });
    expect(shown(await read(A, { pages }))).toMatch(expected);
  });

  test("that is damaged is refused, not sent", async () => {
    const { read } = await opened({ [A]: "%PDF-1.7\nnothing" });
    expect(shown(await read(A))).toMatch(/is damaged.*pdftotext/);
  });
});

describe("a notebook", () => {
  const N = "/project/n.ipynb";
  const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const notebook = (cells: unknown[]) => JSON.stringify({ cells, metadata: {}, nbformat: 4 });
  const code = (source: string | string[], ...outputs: unknown[]) => ({ cell_type: "code", id: "c1", source, outputs });

  test("is shown cell by cell with its outputs, images too", async () => {
    const { read } = await opened({
      [N]: notebook([
        { cell_type: "markdown", source: ["# Title\n", "text"] },
        code(
          "plot()",
          { output_type: "stream", name: "stdout", text: ["hello\n"] },
          { output_type: "display_data", data: { "image/png": `${pixel}\n`, "text/plain": "<Figure>" } },
          { output_type: "error", ename: "E", evalue: "v", traceback: ["\u001b[31mE: v\u001b[0m"] },
        ),
      ]),
    });
    const result = await read(N);
    expect(result.content).toEqual([
      {
        type: "text",
        text: '<cell 1 markdown>\n# Title\ntext\n</cell>\n<cell 2 id="c1" code>\nplot()\n</cell>\n<output>\nhello\n\n</output>\n',
      },
      { type: "image", source: { type: "base64", media_type: "image/png", data: pixel } },
      { type: "text", text: "<output>\nE: v\n</output>\n" },
    ]);
    expect(result.data).toMatchObject({
      type: "notebook",
      file: { filePath: N, cells: [{ cellType: "markdown" }, { cellType: "code", cell_id: "c1", source: "plot()" }] },
    });
  });

  test("over the token limit is shown as far as it goes, then by offset", async () => {
    const cells = Array.from({ length: 6 }, (_, index) => code(`${"x".repeat(100)}${index}`));
    const { read } = await opened({ [N]: notebook(cells) }, { CLAUDE_CODE_FILE_READ_MAX_OUTPUT_TOKENS: "150" });
    expect(shown(await read(N))).toMatch(/Partial view: cells 1 to 4 of 6\. Go on with offset 5, counted in cells/);
    expect(shown(await read(N, { offset: 5 }))).toMatch(/<cell 5[\s\S]*<cell 6/);
    expect(shown(await read(N, { limit: 6 }))).toMatch(/From cell 1, 4 fit: give limit 4/);
  });

  test("that is none is shown as the text it is", async () => {
    const { read } = await opened({ [N]: "{ broken" });
    expect(shown(await read(N))).toBe("     1\t{ broken");
  });
});
