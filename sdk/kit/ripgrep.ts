import { createRequire } from "node:module";
import { basename, dirname } from "node:path";
import { type Exec, type FileStat, type Files, ToolError } from "gantry/sdk";
import { didYouMean } from "./nearest.ts";
import { below } from "./paths.ts";
import { asToolError, type JudgedPath, namesBeside } from "./tool-files.ts";

/** What a search gave. */
export interface RipgrepResult {
  /** In whole records; a record that was cut off is left out. */
  readonly output: string;
  /** Some files could not be read. */
  readonly isPartial: boolean;
  /** There was more output than `maxBytes`. */
  readonly isCut: boolean;
  readonly isTimedOut: boolean;
}

/** What to search for, where, and for how long. */
export interface RipgrepSearch {
  /** Options and pattern, before `--`. */
  readonly options: readonly string[];
  /** The folder that globs and results are relative to. */
  readonly cwd: string;
  /** What is searched, absolute. */
  readonly root: string;
  readonly recordEnd: "\n" | "\0";
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Gets what is found as it comes, cut anywhere; `output` is then empty. */
  readonly onChunk?: (chunk: Uint8Array) => void;
}

const MAX_BYTES = 16 << 20;
const MAX_STREAMED_BYTES = 128 << 20;

/**
 * Runs ripgrep, the same everywhere: no configuration file, hidden files too, `.git` never. Rejects with a {@link ToolError}
 * in ripgrep's own words when the pattern or an option is wrong; finding nothing is a result.
 */
export async function ripgrep(exec: Exec, search: RipgrepSearch): Promise<RipgrepResult> {
  const enough = new AbortController();
  const { onChunk } = search;
  const most = onChunk ? MAX_STREAMED_BYTES : MAX_BYTES;
  let bytes = 0;
  const result = await exec
    .run({
      file: ripgrepPath(),
      args: [...ALWAYS, ...search.options, ...NEVER, "--", argumentFor(search.root, search.cwd)],
      cwd: search.cwd,
      timeoutMs: search.timeoutMs,
      maxBytes: onChunk ? 4096 : MAX_BYTES,
      signal: AbortSignal.any([search.signal, enough.signal]),
      onOutput(chunk, stream) {
        bytes += chunk.length;
        if (bytes > most) enough.abort();
        else if (stream === "stdout") onChunk?.(chunk);
      },
    })
    .catch((error) => {
      throw asToolError(error);
    });
  const isCut = bytes > most;
  if (result.exitCode === 2 && result.stderr) throw new ToolError(inWords(result.stderr));
  if (onChunk) return { output: "", isCut, isTimedOut: result.isTimedOut, isPartial: result.exitCode === 2 };
  const output =
    isCut || result.isTimedOut
      ? result.stdout.slice(0, result.stdout.lastIndexOf(search.recordEnd) + 1)
      : result.stdout;
  return { output, isCut, isTimedOut: result.isTimedOut, isPartial: result.exitCode === 2 };
}

const ALWAYS = ["--no-config", "--color=never", "--no-messages", "--hidden", "--no-require-git"];
const NEVER = ["--glob=!**/.git"];

/** The ripgrep that came with the program, or the machine's own. */
function ripgrepPath(): string {
  const { platform, arch } = process;
  try {
    // The binary's package is a dependency of @vscode/ripgrep and need not be visible from here.
    const require = createRequire(createRequire(import.meta.url).resolve("@vscode/ripgrep"));
    return require.resolve(`@vscode/ripgrep-${platform}-${arch}/bin/${platform === "win32" ? "rg.exe" : "rg"}`);
  } catch {
    return "rg";
  }
}

/** Never begins with a dash, and shows results relative to `cwd` where they lie in it. */
function argumentFor(root: string, cwd: string): string {
  const inside = below(root, cwd);
  return inside ? `./${inside.join("/")}` : root;
}

/** A path as ripgrep prints it, without the `./` that it was asked with. */
export function plainPath(path: string): string {
  return path.startsWith("./") ? path.slice(2) : path;
}

function inWords(stderr: string): string {
  const said = stderr.replace(/^rg: /gm, "").trim().slice(0, 2000);
  if (/unrecognized file type/.test(said)) return `${said}\nName the files with glob instead, such as "*.ts".`;
  if (/regex parse error|regex could not be compiled|literal.*not allowed/s.test(said)) {
    return `${said}\nPut a backslash before signs that are meant themselves, as in \\( \\{ \\[ \\.; set multiline for \\n.`;
  }
  return said;
}

/**
 * What lies at the root of a search. Rejects with a {@link ToolError} when it is not what was checked, and with one that names the
 * nearest when there is nothing. Ask again after the search: it is another program, which opens the root by its name.
 */
export async function searchRoot(files: Files, { path, checked: { realPath } }: JudgedPath): Promise<FileStat> {
  const stat = await files.stat(realPath ?? path);
  if (stat && realPath !== undefined && stat.realPath !== realPath) throw hasMoved(path);
  if (stat) return stat;
  const names = await namesBeside(files, path, realPath);
  const folder = dirname(path);
  if (names) {
    throw new ToolError(`There is no "${path}".${didYouMean(basename(path), names) || ` It is not in ${folder}.`}`);
  }
  throw new ToolError(`There is no "${path}", nor a folder "${folder}". Leave path out to search everywhere.`);
}

function hasMoved(path: string): ToolError {
  return new ToolError(
    `"${path}" no longer leads to where it led when the search was allowed: a link or another folder has taken a place on its way. What was found is withheld. See what lies there now, then search again.`,
  );
}
