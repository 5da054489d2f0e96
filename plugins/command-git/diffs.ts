/** What `git diff` prints, file by file. */

/** How one file has changed. */
export interface FileDiff {
  /** From the top of the repository. */
  readonly path: string;
  readonly kind: "changed" | "new" | "deleted" | "binary";
  readonly added: number;
  readonly removed: number;
  /** From the first `@@` on. */
  readonly lines: readonly string[];
}

/** How a difference is asked for, so that nothing configured runs and every file has one name. */
export const DIFF = [
  "diff",
  "--no-color",
  "--no-ext-diff",
  "--no-textconv",
  "--no-renames",
  "--ignore-submodules=all",
  "--src-prefix=a/",
  "--dst-prefix=b/",
];

export function parseDiff(text: string): readonly FileDiff[] {
  const sections = text.split(/^(?=diff --git )/m);
  return sections.flatMap((section) => (section.startsWith("diff --git ") ? [fileOf(section)] : []));
}

function fileOf(section: string): FileDiff {
  const all = section.replace(/\n$/, "").split("\n");
  const at = all.findIndex((line) => line.startsWith("@@"));
  const head = at < 0 ? all : all.slice(0, at);
  const lines = at < 0 ? [] : all.slice(at);
  return {
    path: pathIn(all[0] ?? ""),
    kind: kindOf(head),
    added: lines.filter((line) => line.startsWith("+")).length,
    removed: lines.filter((line) => line.startsWith("-")).length,
    lines,
  };
}

function kindOf(head: readonly string[]): FileDiff["kind"] {
  if (head.some((line) => line.startsWith("Binary files "))) return "binary";
  if (head.some((line) => line.startsWith("new file mode "))) return "new";
  return head.some((line) => line.startsWith("deleted file mode ")) ? "deleted" : "changed";
}

/** Both names are the same, since renames are not looked for. */
function pathIn(first: string): string {
  const plain = /^diff --git a\/(.+) b\/\1$/.exec(first)?.[1];
  if (plain !== undefined) return plain;
  const quoted = /^diff --git "a\/(.+)" "b\/\1"$/.exec(first)?.[1];
  return quoted === undefined ? first.slice("diff --git ".length) : unquoted(quoted);
}

function unquoted(name: string): string {
  try {
    return JSON.parse(`"${name}"`) as string;
  } catch {
    return name;
  }
}

/** A file that git does not know yet, as a difference. */
export function newFile(path: string, text: string | undefined): FileDiff {
  if (text === undefined) return { path, kind: "binary", added: 0, removed: 0, lines: [] };
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  const head = lines.length ? [`@@ -0,0 +1,${lines.length} @@`] : [];
  return { path, kind: "new", added: lines.length, removed: 0, lines: [...head, ...lines.map((line) => `+${line}`)] };
}

/** `3 files, +10 -2`. */
export function sumOf(files: readonly Pick<FileDiff, "added" | "removed">[]): string {
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  return `${files.length} ${files.length === 1 ? "file" : "files"}, +${added} -${removed}`;
}
