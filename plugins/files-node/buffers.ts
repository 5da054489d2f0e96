import type { EditorBuffers, FileStamp, Files, ReadFile, WriteOptions } from "gantry/sdk";
import { decodeText, encodeText, lineEndOf, plainText, withLineEnd } from "gantry/sdk/kit/text-file";
import { hasChanged, isUntaken, saysAbsent } from "./errors.ts";
import { hashOf } from "./read.ts";

/**
 * Files as the disk and an editor hold them together: what nobody has saved is read in place of the file, and written by the editor.
 * Every path is opened on the disk first, so that the editor is asked for what was judged and for nothing else.
 */
export function withBuffers(disk: Files, buffers: EditorBuffers): Files {
  return {
    ...disk,
    async read(path, options = {}) {
      const file = await disk.read(path, options);
      return (await unsaved(file, options.signal)) ?? file;
    },
    async write(path, bytes, options = {}) {
      const text = textIn(bytes);
      const saved = text === undefined ? undefined : await savedFile(path, options);
      if (!saved || text === undefined) return disk.write(path, bytes, options);
      const held = await unsaved(saved);
      const before = held ?? saved;
      if (!held && !buffers.writesAll) return disk.write(path, bytes, options);
      expectNow(path, before, options.expect);
      if (await buffers.write(saved.realPath, text)) return stampAfter(path, before, hashOf(bytes));
      if (held) throw isUntaken(path);
      return disk.write(path, bytes, options);
    },
  };

  /** What the editor holds of a file, where that differs from the disk. */
  async function unsaved(file: ReadFile, signal?: AbortSignal): Promise<ReadFile | undefined> {
    const original = decodeText(file.bytes);
    if (original?.encoding !== "utf-8") return undefined;
    const held = await buffers.read(file.realPath, signal);
    if (held === undefined || plainText(held).text === plainText(original.text).text) return undefined;
    const text = withLineEnd(plainText(held).text, lineEndOf(original.text));
    const bytes = encodeText({ ...original, text });
    if (!bytes) return undefined;
    return { ...file, bytes, stamp: { mtimeMs: file.stamp.mtimeMs, size: bytes.length, hash: hashOf(bytes) } };
  }

  async function savedFile(path: string, { realPath }: WriteOptions): Promise<ReadFile | undefined> {
    try {
      return await disk.read(path, realPath === undefined ? {} : { realPath });
    } catch (error) {
      if (saysAbsent(error)) return undefined;
      throw error;
    }
  }

  /** An editor may format what it saves, so what counts is what is there now. That it has done nothing is no writing. */
  async function stampAfter(path: string, before: ReadFile, wanted: string): Promise<FileStamp> {
    const file = await disk.read(path, { realPath: before.realPath });
    const { stamp } = (await unsaved(file)) ?? file;
    if (stamp.hash === before.stamp.hash && stamp.hash !== wanted) throw isUntaken(path);
    return stamp;
  }
}

function textIn(bytes: Uint8Array): string | undefined {
  const file = decodeText(bytes);
  return file?.encoding === "utf-8" ? file.text : undefined;
}

function expectNow(path: string, now: ReadFile, expect: WriteOptions["expect"]): void {
  if (expect === "absent") throw hasChanged(path, "was made");
  if (expect && expect.hash !== now.stamp.hash) throw hasChanged(path, "was changed");
}
