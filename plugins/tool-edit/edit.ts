import {
  type Call,
  type Hunk,
  isGantryError,
  type ReadFile,
  type SessionView,
  type Setup,
  type ToolContext,
  ToolError,
  type ToolOutput,
  type z,
} from "gantry/sdk";
import { patchOf } from "gantry/sdk/kit/patch";
import { decodeText, encodeText, plainText, type TextFile } from "gantry/sdk/kit/text-file";
import { asToolError, type JudgedPath, judgedPath, readForTool } from "gantry/sdk/kit/tool-files";
import { noMatch, tooManyMatches } from "./explain.ts";
import type { toolEdit } from "./index.ts";
import { editRenderer } from "./renderer.ts";
import { findAll, lineAt, type Match, replaceAt, withoutOverlaps } from "./replace.ts";

/** Larger originals are not repeated in the structured result. */
const LONGEST_ORIGINAL = 1024 * 1024;

/** An edit, as the model asks for it. */
export interface Edit {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  readonly isForAll: boolean;
}

const setup: Setup<typeof toolEdit> = ({ use: { files, seenFiles } }) => {
  async function create(edit: Edit & JudgedPath, session: SessionView): Promise<ToolOutput> {
    const bytes = Buffer.from(edit.after, "utf8");
    const stamp = await files.write(edit.path, bytes, { ...edit.checked, expect: "absent" }).catch((error) => {
      throw isGantryError(error) && error.code === "GANTRY_FILES_CHANGED"
        ? new ToolError(
            `"${edit.path}" exists, and an empty old_string only creates files. Give the text to replace, or use Write for the whole file.`,
          )
        : asToolError(error);
    });
    seenFiles.note(session, edit.checked.realPath ?? (await files.resolve(edit.path)), stamp, false);
    return { content: `Created "${edit.path}".`, data: dataOf(edit, "", edit.after) };
  }

  /** What would come of it; throws, for the model, where it cannot be made. */
  async function changed(edit: Edit & JudgedPath, session: SessionView, signal: AbortSignal) {
    const file = await readForTool(files, edit.path, { ...edit.checked, signal });
    const seen = seenFiles.seen(session, file.realPath);
    if (!seen) {
      throw new ToolError(`"${edit.path}" has not been read in this session. Read it first, then edit it.`);
    }
    // A file that somebody else changed is still edited as long as the place is beyond doubt.
    const isKnown = seen.stamp.hash === file.stamp.hash;
    const original = textIn(file, edit);
    const matches = matchesOf(original.text, edit, isKnown);
    return { file, seen, isKnown, original, matches, text: replaceAt(original.text, edit, matches) };
  }

  async function change(edit: Edit & JudgedPath, session: SessionView, signal: AbortSignal): Promise<ToolOutput> {
    const { file, seen, isKnown, original, matches, text } = await changed(edit, session, signal);
    const stamp = await files
      .write(edit.path, bytesOf({ ...original, text }, edit), { realPath: file.realPath, expect: file.stamp })
      .catch((error) => {
        throw asToolError(error);
      });
    seenFiles.note(session, file.realPath, stamp, seen.isPartial || !isKnown);
    return {
      content: isKnown
        ? summary(edit, original.text, matches)
        : `${summary(edit, original.text, matches)} The file had changed since it was read: read it again before you rely on the rest of it.`,
      data: dataOf(edit, original.text, text),
    };
  }

  /** As the file is now. A new file is shown by the input itself. */
  async function supposed({ input, places }: Call, session: SessionView): Promise<readonly Hunk[] | undefined> {
    const edit = editOf(input as Input, { session, ...(places && { places }) });
    if (edit.before === "") return undefined;
    const { original, text } = await changed(edit, session, session.scope.signal);
    return patchOf(plainText(original.text).text, plainText(text).text);
  }

  return {
    renderers: { Edit: { ...editRenderer, change: supposed } },
    tools: {
      Edit(input, call) {
        const { session, signal } = call;
        const edit = editOf(input, call);
        if (edit.before === edit.after) {
          throw new ToolError("old_string and new_string are the same. Give the text as it shall become.");
        }
        return edit.before === "" ? create(edit, session) : change(edit, session, signal);
      },
    },
  };
};
export default setup;

type Input = z.output<typeof toolEdit.tools.Edit.input>;

function editOf(input: Input, call: Pick<ToolContext, "session" | "places">): Edit & JudgedPath {
  const { file_path, old_string, new_string, replace_all = false } = input;
  return { ...judgedPath(file_path, call), before: old_string, after: new_string, isForAll: replace_all };
}

function textIn(file: ReadFile, { path }: Edit): TextFile {
  const original = decodeText(file.bytes);
  if (original) return original;
  throw new ToolError(`"${path}" is a binary file. Change it with a program through Bash.`);
}

function matchesOf(text: string, edit: Edit, isKnown: boolean): readonly Match[] {
  const matches = findAll(text, edit);
  if (matches.length === 0) throw noMatch(text, edit, isKnown);
  if (matches.length > 1 && !edit.isForAll) throw tooManyMatches(text, edit, matches);
  if (edit.isForAll && !isKnown) {
    throw new ToolError(
      `"${edit.path}" has changed since it was read, and replace_all might hit places that you have not seen. Read it again, then edit it.`,
    );
  }
  return edit.isForAll ? withoutOverlaps(matches) : matches;
}

function bytesOf(file: TextFile, { path }: Edit): Uint8Array {
  const bytes = encodeText(file);
  if (bytes) return bytes;
  throw new ToolError(
    `"${path}" is encoded as Latin-1, which lacks a character of new_string. Use other characters, or convert the file first with \`iconv -f latin1 -t utf-8\` through Bash.`,
  );
}

function summary({ path }: Edit, text: string, matches: readonly Match[]): string {
  const line = lineAt(text, matches[0]?.start ?? 0);
  return matches.length > 1
    ? `Edited "${path}" in ${matches.length} places, the first in line ${line}.`
    : `Edited "${path}" in line ${line}.`;
}

function dataOf({ path, before, after, isForAll }: Edit, original: string, text: string) {
  return {
    filePath: path,
    oldString: before,
    newString: after,
    originalFile: original.length <= LONGEST_ORIGINAL ? original : null,
    structuredPatch: patchOf(plainText(original).text, plainText(text).text),
    userModified: false,
    replaceAll: isForAll,
  };
}
