import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { type Files, isGantryError, type ReadFile, type ReadOptions, type ToolContext, ToolError } from "gantry/sdk";
import { didYouMean } from "./nearest.ts";

/** The absolute path that a path in a tool's input stands for: `~` is the home folder, all else starts at the session's. */
export function inputPath(path: string, from: { readonly cwd: string; readonly home: string }): string {
  if (path === "~" || path.startsWith("~/")) return join(from.home, path.slice(1));
  return isAbsolute(path) ? resolve(path) : resolve(from.cwd, path);
}

/** The path in a tool's input, and what {@link Files} is to hold it against. */
export interface JudgedPath {
  /** Absolute, as it is written. */
  readonly path: string;
  /** For the options of `Files.read` and `Files.write`. */
  readonly checked: { readonly realPath?: string };
}

/**
 * The path in a tool's input together with where it led when the gates judged it, so that nothing else is opened. Without the latter
 * where a wrap has changed the path since.
 *
 * @example
 * const run: RunTool<{ file_path: string }> = async ({ file_path }, call) => {
 *   const { path, checked } = judgedPath(file_path, call);
 *   const { bytes } = await memoryFiles().read(path, { ...checked, signal: call.signal });
 *   return `${path} has ${bytes.length} bytes.`;
 * };
 */
export function judgedPath(written: string, { session, places }: Pick<ToolContext, "session" | "places">): JudgedPath {
  const path = inputPath(written, session);
  const realPath = places?.[0] === path ? places.at(-1) : undefined;
  return { path, checked: realPath === undefined ? {} : { realPath } };
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
  options: ReadOptions & { readonly signal: AbortSignal },
): Promise<ReadFile> {
  try {
    return await files.read(path, options);
  } catch (error) {
    const code = isGantryError(error) ? error.code : undefined;
    if (code === "GANTRY_FILES_ABSENT") throw await absent(files, path, options.realPath);
    if (code === "GANTRY_FILES_IS_FOLDER") throw isFolder(path);
    throw asToolError(error);
  }
}

/** What a model is told when it names a folder for a file. */
export function isFolder(path: string): ToolError {
  return new ToolError(`"${path}" is a folder, not a file. See what is in it with Glob, or with ls through Bash.`);
}

async function absent(files: Files, path: string, realPath: string | undefined): Promise<ToolError> {
  const names = await namesBeside(files, path, realPath);
  if (names) {
    const hint = didYouMean(basename(path), names) || " Look for it with Glob.";
    return new ToolError(`There is no file "${path}".${hint}`);
  }
  return new ToolError(`There is no file "${path}", nor its folder. Look for the file with Glob.`);
}

/** `undefined` when there is no such folder, it may not be looked into, or it is not the one that was checked. */
export async function namesBeside(
  files: Files,
  path: string,
  realPath: string | undefined,
): Promise<readonly string[] | undefined> {
  const folder = dirname(realPath ?? path);
  try {
    const names = (await files.list(folder)).map(({ name }) => name);
    return realPath === undefined || (await files.resolve(folder)) === folder ? names : undefined;
  } catch (error) {
    if (isGantryError(error)) return undefined;
    throw error;
  }
}
