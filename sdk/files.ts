/** Files: what is in them, what an editor holds of them, and what a session has seen of them. */
import { createService } from "./service.ts";
import type { SessionView } from "./session.ts";

/** What lies at a path; `other` is a device, a pipe or a socket. */
export type FileKind = "file" | "folder" | "other";

/** What a path leads to, links followed. */
export interface FileStat {
  /** The resolved path: no link left in it. */
  readonly realPath: string;
  readonly kind: FileKind;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970, with fractions. */
  readonly mtimeMs: number;
  /** Permission bits. */
  readonly mode: number;
}

/** What a file was when somebody read it: enough to see that it has changed. */
export interface FileStamp {
  readonly mtimeMs: number;
  readonly size: number;
  /** SHA-256 of the content, hexadecimal. */
  readonly hash: string;
}

/** A file as it was read. */
export interface ReadFile {
  readonly bytes: Uint8Array;
  readonly stamp: FileStamp;
  readonly realPath: string;
}

/** How to read a file. */
export interface ReadOptions {
  /** Bytes. Default 256 MiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  /**
   * Where the path was found to lead when the call was judged, links resolved. This very file is opened, whatever the path leads to by
   * now; where a link has come in between, or it lies elsewhere, `GANTRY_FILES_MOVED`.
   */
  readonly realPath?: string;
}

/** How to write a file. */
export interface WriteOptions {
  /**
   * Where the path was found to lead when the call was judged, links resolved. This very file is written, whatever the path leads to by
   * now; where a link has come in between, or its folder lies elsewhere, `GANTRY_FILES_MOVED`, and nothing is written or made.
   */
  readonly realPath?: string;
  /** Write only if the file is still this; `absent`: only if there is none. Otherwise `GANTRY_FILES_CHANGED`. */
  readonly expect?: FileStamp | "absent";
  /** Permission bits of a new file; an existing file keeps its own. Default 0644 less the umask. */
  readonly mode?: number;
}

/** Where and how to look for files. */
export interface GlobOptions {
  readonly cwd: string;
  /** Leave out what `.gitignore` files name. Default true. */
  readonly respectIgnore?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Files of the machine. Paths are absolute.
 *
 * **Contract**: rejects with coded errors: `GANTRY_FILES_ABSENT`, `GANTRY_FILES_DENIED`, `GANTRY_FILES_IS_FOLDER`,
 * `GANTRY_FILES_NOT_FOLDER`, `GANTRY_FILES_CHANGED`, `GANTRY_FILES_MOVED`, `GANTRY_FILES_TOO_LARGE`, `GANTRY_FILES_UNSAVED`,
 * `GANTRY_FILES_FAILED`; an aborted call with an `AbortError`.
 */
export interface Files {
  /** `undefined` when there is nothing. */
  stat(path: string): Promise<FileStat | undefined>;
  /** Rejects with `GANTRY_FILES_TOO_LARGE` above `maxBytes`. */
  read(path: string, options?: ReadOptions): Promise<ReadFile>;
  /**
   * Writes whole or not at all: a temporary file beside the target, flushed, renamed over it. Follows links to the file
   * they name, keeps its mode and owner, makes missing folders.
   */
  write(path: string, bytes: Uint8Array, options?: WriteOptions): Promise<FileStamp>;
  /** Names in a folder, sorted. */
  list(path: string): Promise<readonly { readonly name: string; readonly kind: FileKind }[]>;
  remove(path: string): Promise<void>;
  /** The path with every link resolved, whether or not its end exists. */
  resolve(path: string): Promise<string>;
  /** Files that match, absolute, in no order. Does not follow links to folders, leaves out `.git`. */
  glob(patterns: readonly string[], options: GlobOptions): Promise<readonly string[]>;
}
export const Files = createService<Files>("files");

/**
 * Texts that an editor holds and nobody has saved. Where a frontend provides it, {@link Files} reads such a text in place of the
 * file, and has the editor write it, so that nobody's work is lost.
 *
 * Whoever provides `Files` asks for paths that it has resolved and opened, and for files that hold text alone.
 */
export interface EditorBuffers {
  /** Whether files without unsaved changes are written by the editor, too. */
  readonly writesAll: boolean;
  /**
   * The text of a file as the editor has it, byte order mark left out; `undefined` where it cannot or will not tell. Line ends may be
   * plain line feeds whatever the file has.
   *
   * **Contract**: never rejects; answers soon.
   */
  read(realPath: string, signal?: AbortSignal): Promise<string | undefined>;
  /** Has the editor take the text and save it. False when it cannot. **Contract**: never rejects; answers soon. */
  write(realPath: string, text: string): Promise<boolean>;
}
export const EditorBuffers = createService<EditorBuffers>("editor-buffers");

/** What has been read in a session, so that an edit can see whether it still knows the file. */
export interface SeenFiles {
  /** Remembers a read or a write; `isPartial` when only some of the file was seen. */
  note(session: SessionView, realPath: string, stamp: FileStamp, isPartial: boolean): void;
  seen(session: SessionView, realPath: string): { readonly stamp: FileStamp; readonly isPartial: boolean } | undefined;
}
export const SeenFiles = createService<SeenFiles>("seen-files");
