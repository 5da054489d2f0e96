import {
  type Files,
  isGantryError,
  type ReadFile,
  type ReadOptions,
  type SeenFiles,
  type Setup,
  ToolError,
  type z,
} from "gantry/sdk";
import { countChanges, patchOf } from "gantry/sdk/kit/patch";
import {
  decodeText,
  encodeText,
  lineEndOf,
  linesOf,
  plainText,
  type TextFile,
  withLineEnd,
} from "gantry/sdk/kit/text-file";
import { asToolError, isFolder, judgedPath } from "gantry/sdk/kit/tool-files";
import type { toolWrite } from "./index.ts";
import { writeRenderer } from "./renderer.ts";

/** Larger originals are not repeated in the structured result. */
const LONGEST_ORIGINAL = 1024 * 1024;

const setup: Setup<typeof toolWrite> = ({ use: { files, seenFiles } }) => ({
  renderers: {
    Write: {
      ...writeRenderer,
      // A new file is shown by the input itself.
      async change({ input, places }, session) {
        const { file_path, content } = input as z.output<typeof toolWrite.tools.Write.input>;
        const { path, checked } = judgedPath(file_path, { session, ...(places && { places }) });
        const before = await readIfThere(files, path, { ...checked, signal: session.scope.signal });
        if (!before) return undefined;
        mustKnow(seenFiles.seen(session, before.realPath), before, path);
        const original = decodeText(before.bytes);
        return original && patchOf(plainText(original.text).text, plainText(content).text);
      },
    },
  },
  tools: {
    async Write({ file_path, content }, call) {
      const { session, signal } = call;
      const { path, checked } = judgedPath(file_path, call);
      const before = await readIfThere(files, path, { ...checked, signal });
      if (before) mustKnow(seenFiles.seen(session, before.realPath), before, path);
      const original = before && decodeText(before.bytes);
      const { bytes, note } = encodeLike(content, original);
      const expect = before?.stamp ?? "absent";
      const stamp = await files.write(path, bytes, { ...checked, expect }).catch((error) => {
        throw asToolError(error);
      });
      const realPath = checked.realPath ?? before?.realPath ?? (await files.resolve(path));
      seenFiles.note(session, realPath, stamp, false);

      const lines = plainText(content).text;
      const structuredPatch = original ? patchOf(plainText(original.text).text, lines) : [];
      const { added, removed } = countChanges(structuredPatch);
      const isKept = original && original.text.length <= LONGEST_ORIGINAL;
      return {
        content: before
          ? `Replaced "${path}": ${added} lines added, ${removed} removed.${note}`
          : `Created "${path}" with ${counted(linesOf(lines).length)}.`,
        data: {
          type: before ? "update" : "create",
          filePath: path,
          content,
          structuredPatch,
          originalFile: isKept ? original.text : null,
        },
      };
    },
  },
});
export default setup;

async function readIfThere(files: Files, path: string, options: ReadOptions): Promise<ReadFile | undefined> {
  try {
    return await files.read(path, options);
  } catch (error) {
    const code = isGantryError(error) ? error.code : undefined;
    if (code === "GANTRY_FILES_ABSENT") return undefined;
    throw code === "GANTRY_FILES_IS_FOLDER" ? isFolder(path) : asToolError(error);
  }
}

/** What is replaced must have been seen, all of it and as it is now. */
function mustKnow(seen: ReturnType<SeenFiles["seen"]>, now: ReadFile, path: string): void {
  if (!seen) {
    throw new ToolError(
      `"${path}" exists and has not been read in this session. Read it first, then write it; or change parts of it with Edit.`,
    );
  }
  if (seen.stamp.hash !== now.stamp.hash) {
    throw new ToolError(`"${path}" has changed since it was read. Read it again, then write it.`);
  }
  if (seen.isPartial) {
    throw new ToolError(
      `Only a part of "${path}" has been read. Read the rest, page by page, then write it; or change parts of it with Edit.`,
    );
  }
}

/** The bytes of the new content, in the encoding and with the line ends of the file it replaces. */
function encodeLike(
  content: string,
  original: TextFile | undefined,
): { readonly bytes: Uint8Array; readonly note: string } {
  if (!original) return { bytes: Buffer.from(content, "utf8"), note: "" };
  const bare = original.hasMark && content.startsWith("\ufeff") ? content.slice(1) : content;
  // Carriage returns in the content are meant.
  const text = bare.includes("\r") ? bare : withLineEnd(bare, lineEndOf(original.text));
  const bytes = encodeText({ ...original, text });
  if (bytes) return { bytes, note: "" };
  return {
    bytes: Buffer.from(text, "utf8"),
    note: " It was Latin-1, which lacks some of the new characters, and is UTF-8 now.",
  };
}

function counted(lines: number): string {
  return lines === 1 ? "1 line" : `${lines} lines`;
}
