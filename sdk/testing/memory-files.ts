import { createHash } from "node:crypto";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { definePlugin, type FileStamp, Files, type Plugin, PluginError, SeenFiles } from "gantry/sdk";
import createIgnore from "ignore";

/** Files in memory: the {@link Files} contract without a disk. */
export interface MemoryFiles extends Files {
  /** Makes a link. */
  link(target: string, path: string): Promise<void>;
}

type Node =
  | { readonly kind: "folder"; readonly mode: number; readonly mtimeMs: number }
  | { readonly kind: "file"; readonly mode: number; readonly mtimeMs: number; readonly bytes: Uint8Array }
  | { readonly kind: "link"; readonly to: string };

/**
 * An implementation of {@link Files} in memory, for tests that want no disk. Passes the same conformance kit as the
 * real one.
 *
 * @example
 * const files = memoryFiles({ "/project/a.txt": "one\n" });
 */
export function memoryFiles(contents: Readonly<Record<string, string | Uint8Array>> = {}): MemoryFiles {
  let clock = 1_700_000_000_000;
  const nodes = new Map<string, Node>([["/", { kind: "folder", mode: 0o755, mtimeMs: clock }]]);

  /** Follows every link; whatever of the end does not exist is kept. */
  function follow(path: string): string {
    if (!isAbsolute(path)) {
      throw fault("GANTRY_FILES_FAILED", `"${path}" is not an absolute path.`, "Give the whole path.");
    }
    let done = "/";
    let left = resolve(path).split("/").filter(Boolean);
    for (let links = 0; left.length > 0; ) {
      const step = resolve(done, left[0] ?? "");
      const node = nodes.get(step);
      left = left.slice(1);
      if (node?.kind === "link") {
        if (++links > 40) {
          throw fault("GANTRY_FILES_FAILED", `The links at "${path}" lead in a circle.`, "Repair one of them.");
        }
        left = [...node.to.split("/").filter((part) => part !== "" && part !== "."), ...left];
        if (isAbsolute(node.to)) done = "/";
      } else {
        if (node?.kind === "file" && left.length > 0) {
          throw fault("GANTRY_FILES_NOT_FOLDER", `A part of "${path}" is a file.`, "Choose a path through folders.");
        }
        done = step;
      }
    }
    return done;
  }

  /** Where a path leads, or where it was checked to lead, if that is still the very place. */
  function place(path: string, checked: string | undefined): string {
    const realPath = follow(checked ?? path);
    if (checked === undefined || realPath === checked) return realPath;
    throw fault(
      "GANTRY_FILES_MOVED",
      `"${path}" leads elsewhere than when it was checked.`,
      "See what lies there now.",
    );
  }

  function fileAt(path: string, checked: string | undefined) {
    const realPath = place(path, checked);
    const node = nodes.get(realPath);
    if (!node) throw fault("GANTRY_FILES_ABSENT", `There is nothing at "${path}".`, "Check the spelling.");
    if (node.kind !== "file") throw fault("GANTRY_FILES_IS_FOLDER", `"${path}" is a folder.`, "Name a file in it.");
    return { realPath, node };
  }

  function makeFolders(path: string): void {
    if (nodes.has(path)) return;
    makeFolders(dirname(path));
    nodes.set(path, { kind: "folder", mode: 0o755, mtimeMs: clock++ });
  }

  const files: MemoryFiles = {
    async stat(path) {
      const realPath = attempt(() => follow(path));
      const node = realPath === undefined ? undefined : nodes.get(realPath);
      if (realPath === undefined || !node || node.kind === "link") return undefined;
      const { kind, mode, mtimeMs } = node;
      return { realPath, kind, mode, mtimeMs, size: node.kind === "file" ? node.bytes.length : 0 };
    },

    async read(path, { maxBytes = 256 * 1024 * 1024, signal, realPath: checked } = {}) {
      signal?.throwIfAborted();
      const { realPath, node } = fileAt(path, checked);
      if (node.bytes.length > maxBytes) {
        throw fault("GANTRY_FILES_TOO_LARGE", `"${path}" is larger than ${maxBytes} bytes.`, "Read a part of it.");
      }
      return { bytes: node.bytes.slice(), stamp: stampOf(node.bytes, node.mtimeMs), realPath };
    },

    async write(path, bytes, { expect, mode = 0o644, realPath: checked } = {}) {
      const realPath = place(path, checked);
      const before = nodes.get(realPath);
      if (before?.kind === "folder")
        throw fault("GANTRY_FILES_IS_FOLDER", `"${path}" is a folder.`, "Name a file in it.");
      const now = before?.kind === "file" ? before : undefined;
      const isExpected =
        expect === undefined ||
        (expect === "absent" ? !now : now && stampOf(now.bytes, now.mtimeMs).hash === expect.hash);
      if (!isExpected) throw fault("GANTRY_FILES_CHANGED", `"${path}" has changed.`, "Read it again, then write.");
      makeFolders(dirname(realPath));
      const mtimeMs = clock++;
      nodes.set(realPath, { kind: "file", bytes: Uint8Array.from(bytes), mode: now?.mode ?? mode, mtimeMs });
      return stampOf(bytes, mtimeMs);
    },

    async list(path) {
      const folder = follow(path);
      const node = nodes.get(folder);
      if (!node) throw fault("GANTRY_FILES_ABSENT", `There is nothing at "${path}".`, "Check the spelling.");
      if (node.kind !== "folder") throw fault("GANTRY_FILES_NOT_FOLDER", `"${path}" is a file.`, "Name a folder.");
      const names = [...nodes.keys()].filter((key) => key !== "/" && dirname(key) === folder).sort();
      return Promise.all(
        names.map(async (key) => ({
          name: relative(folder, key),
          kind: (await files.stat(key))?.kind ?? "other",
        })),
      );
    },

    async remove(path) {
      const entry = join(follow(dirname(resolve(path))), relative(dirname(resolve(path)), resolve(path)));
      const node = nodes.get(entry);
      if (!node) throw fault("GANTRY_FILES_ABSENT", `There is nothing at "${path}".`, "Check the spelling.");
      if (node.kind === "folder") throw fault("GANTRY_FILES_IS_FOLDER", `"${path}" is a folder.`, "Name a file in it.");
      nodes.delete(entry);
    },

    async resolve(path) {
      return follow(path);
    },

    async glob(patterns, { cwd, respectIgnore = true, signal }) {
      signal?.throwIfAborted();
      const folder = follow(cwd);
      if ((await files.list(folder)).length === 0) return [];
      const expressions = patterns.map((pattern) => expressionOf(resolve(folder, pattern)));
      return [...nodes]
        .filter(([path, node]) => node.kind === "file" && expressions.some((one) => one.test(path)))
        .map(([path]) => path)
        .filter((path) => !path.split("/").includes(".git"))
        .filter((path) => !respectIgnore || !isIgnored(path));
    },

    async link(target, path) {
      const entry = resolve(path);
      makeFolders(dirname(entry));
      nodes.set(entry, { kind: "link", to: target });
    },
  };

  function isIgnored(path: string): boolean {
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const rules = nodes.get(join(folder, ".gitignore"));
      if (rules?.kind === "file") {
        const matcher = createIgnore().add(new TextDecoder().decode(rules.bytes));
        if (matcher.ignores(relative(folder, path))) return true;
      }
      if (folder === "/") return false;
    }
  }

  for (const [path, content] of Object.entries(contents)) {
    const realPath = resolve(path);
    makeFolders(dirname(realPath));
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    nodes.set(realPath, { kind: "file", bytes, mode: 0o644, mtimeMs: clock++ });
  }
  return files;
}

function stampOf(bytes: Uint8Array, mtimeMs: number): FileStamp {
  return { mtimeMs, size: bytes.length, hash: createHash("sha256").update(bytes).digest("hex") };
}

function fault(code: `GANTRY_FILES_${string}`, message: string, remedy: string): PluginError {
  return new PluginError(code, message, remedy);
}

/** Only `stat` turns a path that leads nowhere into nothing. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if ((error as PluginError).code === "GANTRY_FILES_NOT_FOLDER") return undefined;
    throw error;
  }
}

/** A glob as a regular expression: `**`, `*`, `?`, `[…]` and `{a,b}`. */
function expressionOf(glob: string): RegExp {
  const source = glob.replace(/\*\*\/|\*\*|\*|\?|\{[^}]*\}|\[[^\]]*\]|[.+^$()|\\]/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.startsWith("{")) return `(?:${part.slice(1, -1).split(",").join("|")})`;
    return part.startsWith("[") ? part.replace("[!", "[^") : `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}

/** Files in memory as a plugin, for tests of tools that work on files. */
export interface MemoryFilesPlugin {
  /** Provides {@link Files} and {@link SeenFiles}. */
  readonly plugin: Plugin;
  readonly files: MemoryFiles;
  /** What counts as read, by path. */
  readonly seen: Map<string, { readonly stamp: FileStamp; readonly isPartial: boolean }>;
  /** Counts a file as read as it is now. */
  see(path: string, isPartial?: boolean): Promise<void>;
  /** The text of a file, as UTF-8. */
  textOf(path: string): Promise<string>;
}

/**
 * Makes {@link memoryFiles} and a plugin that provides them, together with a memory of what was read.
 *
 * @example
 * const memory = memoryFilesPlugin({ "/project/a.txt": "one\n" });
 * const kernel = await createTestKernel({ plugins: [memory.plugin, toolUnderTest] });
 */
export function memoryFilesPlugin(contents: Readonly<Record<string, string | Uint8Array>> = {}): MemoryFilesPlugin {
  const files = memoryFiles(contents);
  const seen: MemoryFilesPlugin["seen"] = new Map();
  const plugin = definePlugin({
    name: "memory-files",
    provides: { files: Files, seenFiles: SeenFiles },
    setup: () => ({
      services: {
        files,
        seenFiles: {
          note: (_session, path, stamp, isPartial) => void seen.set(path, { stamp, isPartial }),
          seen: (_session, path) => seen.get(path),
        },
      },
    }),
  });
  return {
    plugin,
    files,
    seen,
    async see(path, isPartial = false) {
      const { realPath, stamp } = await files.read(path);
      seen.set(realPath, { stamp, isPartial });
    },
    textOf: async (path) => new TextDecoder().decode((await files.read(path)).bytes),
  };
}
