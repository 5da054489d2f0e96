import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { type Files, isGantryError, type ReadFile, ToolError } from "gantry/sdk";
import { didYouMean } from "./nearest.ts";

/** The absolute path that a path in a tool's input stands for: `~` is the home folder, all else starts at the session's. */
export function inputPath(path: string, from: { readonly cwd: string; readonly home: string }): string {
  if (path === "~" || path.startsWith("~/")) return join(from.home, path.slice(1));
  return isAbsolute(path) ? resolve(path) : resolve(from.cwd, path);
}

/** What a service refused with a code, as the model reads it: sentence and remedy. Anything else stays what it is. */
export function asToolError(thrown: unknown): unknown {
  if (!isGantryError(thrown)) return thrown;
  return new ToolError([thrown.message, thrown.remedy].filter(Boolean).join(" "));
}

/**
 * Reads a file for a tool. A path that is no file becomes a {@link ToolError} that says what to try instead.
 *
 * @example
 * const { bytes } = await readForTool(memoryFiles(), inputPath("notes.txt", { cwd: "/project", home: "/home/me" }), call);
 */
export async function readForTool(
  files: Files,
  path: string,
  options: { readonly maxBytes?: number; readonly signal: AbortSignal },
): Promise<ReadFile> {
  try {
    return await files.read(path, options);
  } catch (error) {
    const code = isGantryError(error) ? error.code : undefined;
    if (code === "GANTRY_FILES_ABSENT") throw await absent(files, path);
    if (code === "GANTRY_FILES_IS_FOLDER") throw isFolder(path);
    throw asToolError(error);
  }
}

/** What a model is told when it names a folder for a file. */
export function isFolder(path: string): ToolError {
  return new ToolError(`"${path}" is a folder, not a file. See what is in it with Glob, or with ls through Bash.`);
}

async function absent(files: Files, path: string): Promise<ToolError> {
  const names = await namesIn(files, dirname(path));
  if (names) {
    const hint = didYouMean(basename(path), names) || " Look for it with Glob.";
    return new ToolError(`There is no file "${path}".${hint}`);
  }
  return new ToolError(`There is no file "${path}", nor its folder. Look for the file with Glob.`);
}

/** `undefined` when there is no such folder, or it may not be looked into. */
async function namesIn(files: Files, folder: string): Promise<readonly string[] | undefined> {
  try {
    return (await files.list(folder)).map(({ name }) => name);
  } catch (error) {
    if (isGantryError(error)) return undefined;
    throw error;
  }
}
