import { basename, dirname, join, resolve } from "node:path";
import { type FileStamp, type Files, isGantryError, z } from "gantry/sdk";
import { isWithin } from "gantry/sdk/kit/paths";

/** What lies at a path, links not followed. */
export type FileState =
  | { readonly kind: "absent" | "link" | "other" }
  | { readonly kind: "folder"; readonly mode: number }
  | {
      readonly kind: "file";
      readonly size: number;
      readonly mode: number;
      readonly mtimeMs: number;
      /** SHA-256 of the content; absent for what is too large, or lies where nothing is kept. */
      readonly hash?: string | undefined;
    };
export type FileContent = Extract<FileState, { kind: "file" }>;

/** Made when there is a record to read. */
export const stateSchema = z.lazy(() =>
  z.union([
    z.object({ kind: z.enum(["absent", "link", "other"]) }),
    z.object({ kind: z.literal("folder"), mode: z.number() }),
    z.object({
      kind: z.literal("file"),
      size: z.number(),
      mode: z.number(),
      mtimeMs: z.number(),
      hash: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional(),
    }),
  ]),
);

export const ABSENT: FileState = Object.freeze({ kind: "absent" });
const PERMISSIONS = 0o777;

/** A state, and the content that was read on the way. */
export interface Look {
  readonly state: FileState;
  readonly bytes?: Uint8Array;
}

/** How to look: `like` are states whose content need not be read anew where nothing has changed since. */
export interface LookOptions {
  readonly maxBytes: number;
  readonly like: readonly (FileState | undefined)[];
  /** Read the content even where `like` tells its hash. */
  readonly needsContent?: (hash: string) => boolean;
}

/** Looks at a path whose folder is resolved. Rejects when the file cannot be read. */
export async function lookAt(files: Files, path: string, { maxBytes, like, needsContent }: LookOptions): Promise<Look> {
  const real = await resolved(files, path);
  if (real === undefined) return { state: ABSENT };
  if (real !== path) return { state: { kind: "link" } };
  const stat = await files.stat(path);
  if (!stat) return { state: ABSENT };
  const { kind, size, mtimeMs } = stat;
  const mode = stat.mode & PERMISSIONS;
  if (kind !== "file") return { state: kind === "folder" ? { kind, mode } : { kind } };
  const seen: FileContent = { kind, size, mode, mtimeMs };
  const hash = like.find((one): one is FileContent => isUntouched(seen, one))?.hash;
  if (hash !== undefined && !needsContent?.(hash)) return { state: { ...seen, hash } };
  if (size > maxBytes) return { state: seen };
  const { bytes, stamp } = await files.read(path, { realPath: path, maxBytes });
  return { state: { ...seen, ...stamp }, bytes };
}

/** `undefined` for what would lie in a file. */
async function resolved(files: Files, path: string): Promise<string | undefined> {
  try {
    return await files.resolve(path);
  } catch (error) {
    if (isGantryError(error) && error.code === "GANTRY_FILES_NOT_FOLDER") return undefined;
    throw error;
  }
}

/** By what the system says of it: nobody has written it since. */
function isUntouched(now: FileContent, like: FileState | undefined): like is FileContent {
  return like?.kind === "file" && like.hash !== undefined && like.size === now.size && like.mtimeMs === now.mtimeMs;
}

/** Whether two states are the same to whoever uses the file. */
export function isSame(a: FileState | undefined, b: FileState | undefined): boolean {
  if (a?.kind === "folder" && b?.kind === "folder") return a.mode === b.mode;
  if (a?.kind !== "file" || b?.kind !== "file") return a !== undefined && a.kind === b?.kind;
  if (a.mode !== b.mode || a.size !== b.size) return false;
  return a.hash !== undefined && b.hash !== undefined ? a.hash === b.hash : a.mtimeMs === b.mtimeMs;
}

/** What `Files.write` is to hold the file against. */
export function stampOf(state: FileState): FileStamp | "absent" | undefined {
  if (state.kind !== "file") return "absent";
  const { size, mtimeMs, hash } = state;
  return hash === undefined ? undefined : { size, mtimeMs, hash };
}

/** The path with the links of its folder followed, but not its own; `undefined` where that leads nowhere. */
export async function placeOf(files: Files, path: string): Promise<string | undefined> {
  const absolute = resolve(path);
  try {
    return join(await files.resolve(dirname(absolute)), basename(absolute));
  } catch (error) {
    if (isGantryError(error)) return undefined;
    throw error;
  }
}

/** Folders on the way to a path that are not there, outermost first, down to those inside of the given ones. */
export async function missingFolders(files: Files, path: string, folders: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = dirname(path); isWithin(folder, folders); folder = dirname(folder)) {
    if (await files.stat(folder)) break;
    missing.unshift(folder);
  }
  return missing;
}
