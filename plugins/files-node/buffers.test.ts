import { mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EditorBuffers, Files } from "gantry/sdk";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { withBuffers } from "./buffers.ts";
import { disk } from "./disk.ts";
import { createFiles } from "./files.ts";

let folder: string;
let file: string;
/** What the editor holds, by path. */
let held: Map<string, string>;
/** Whether the editor saves what it takes. */
let taking: "saves" | "keeps" | "lies" | "refuses";

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "gantry-buffers-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  file = join(folder, "a.txt");
  await writeFile(file, "on the disk\n");
  held = new Map();
  taking = "saves";
});

function files(writesAll = false): Files {
  const buffers: EditorBuffers = {
    writesAll,
    read: async (path) => held.get(path) ?? (await readFile(path, "utf8")),
    async write(path, text) {
      if (taking === "refuses") return false;
      if (taking === "keeps") held.set(path, text);
      if (taking === "saves") {
        held.delete(path);
        await writeFile(path, text);
      }
      return true;
    },
  };
  return withBuffers(createFiles(disk), buffers);
}
const text = async () => Buffer.from((await files().read(file)).bytes).toString();
const bytes = (content: string) => Buffer.from(content);

describe("a file with unsaved changes", () => {
  beforeEach(() => void held.set(file, "in the editor\n"));

  it("is read as the editor has it", async () => {
    const read = await files().read(file);
    expect(Buffer.from(read.bytes).toString()).toBe("in the editor\n");
    expect(read.stamp.size).toBe(14);
  });

  it("keeps line ends and the byte order mark of the file", async () => {
    await writeFile(file, "\ufeffone\r\ntwo\r\n");
    held.set(file, "one\nthree\n");
    expect(await text()).toBe("\ufeffone\r\nthree\r\n");
  });

  it("is written by the editor, and not on the disk behind its back", async () => {
    const { stamp } = await files().read(file);
    const after = await files().write(file, bytes("edited\n"), { expect: stamp });
    expect(await readFile(file, "utf8")).toBe("edited\n");
    expect(held.size).toBe(0);
    expect(after.hash).toBe((await files().read(file)).stamp.hash);
  });

  it("is not written over by whoever has read the disk alone", async () => {
    const { stamp } = await createFiles(disk).read(file);
    const refused = files().write(file, bytes("edited\n"), { expect: stamp });
    await expect(refused).rejects.toMatchObject({ code: "GANTRY_FILES_CHANGED" });
    expect(await text()).toBe("in the editor\n");
  });

  it.each(["refuses", "lies"] as const)("stays as it is when the editor %s", async (how) => {
    taking = how;
    await expect(files().write(file, bytes("edited\n"))).rejects.toMatchObject({ code: "GANTRY_FILES_UNSAVED" });
    expect(await text()).toBe("in the editor\n");
    expect(await readFile(file, "utf8")).toBe("on the disk\n");
  });

  it("is what was written when the editor does not save at once", async () => {
    taking = "keeps";
    await files().write(file, bytes("edited\n"));
    expect(await text()).toBe("edited\n");
  });
});

describe("a file that the editor has as it is on the disk", () => {
  it("is read and written on the disk", async () => {
    taking = "refuses";
    expect(await text()).toBe("on the disk\n");
    await files().write(file, bytes("edited\n"));
    expect(await readFile(file, "utf8")).toBe("edited\n");
  });

  it("is written by the editor where that is wanted, and on the disk when the editor cannot", async () => {
    taking = "keeps";
    await files(true).write(file, bytes("edited\n"));
    expect(held.get(file)).toBe("edited\n");
    held.clear();
    taking = "refuses";
    await files(true).write(file, bytes("on the disk after all\n"));
    expect(await readFile(file, "utf8")).toBe("on the disk after all\n");
  });

  it("counts as saved when only line ends differ", async () => {
    await writeFile(file, "one\r\ntwo\r\n");
    held.set(file, "one\ntwo\n");
    expect(await text()).toBe("one\r\ntwo\r\n");
  });
});

it("new files and files that hold no text are the disk's alone", async () => {
  taking = "lies";
  const made = join(folder, "new.txt");
  await files(true).write(made, bytes("new\n"), { expect: "absent" });
  expect(await readFile(made, "utf8")).toBe("new\n");
  await writeFile(file, Uint8Array.of(0, 1, 2));
  held.set(file, "text");
  expect([...(await files(true).read(file)).bytes]).toEqual([0, 1, 2]);
});

it("the editor is not asked for a path that leads elsewhere than it was judged to", async () => {
  held.set(join(folder, "secret.txt"), "secret");
  await writeFile(join(folder, "secret.txt"), "secret on the disk");
  await rename(file, join(folder, "away.txt"));
  await symlink(join(folder, "secret.txt"), file);
  await expect(files(true).read(file, { realPath: file })).rejects.toMatchObject({ code: "GANTRY_FILES_MOVED" });
  const written = files(true).write(file, bytes("x"), { realPath: file });
  await expect(written).rejects.toMatchObject({ code: "GANTRY_FILES_MOVED" });
  expect(held.get(join(folder, "secret.txt"))).toBe("secret");
});
