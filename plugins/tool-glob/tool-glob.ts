import { join } from "node:path";
import { type Setup, type ToolContext, ToolError } from "gantry/sdk";
import { deniedReads } from "gantry/sdk/kit/denied-reads";
import { below } from "gantry/sdk/kit/paths";
import { plainPath, ripgrep, searchRoot } from "gantry/sdk/kit/ripgrep";
import { judgedPath } from "gantry/sdk/kit/tool-files";
import type { toolGlob } from "./index.ts";
import { relativePattern } from "./pattern.ts";
import { globRenderer } from "./renderer.ts";

const MAX_FILES = 100;
const TIMEOUT_MS = 20_000;

const setup: Setup<typeof toolGlob> = ({ use, host }) => {
  const heedsIgnoreFiles = host.env.CLAUDE_CODE_GLOB_NO_IGNORE === "false";

  return { renderers: { Glob: globRenderer }, tools: { Glob: find } };

  async function find(input: { readonly pattern: string; readonly path?: string | undefined }, call: ToolContext) {
    const began = performance.now();
    const { session, signal } = call;
    const { cwd } = session;
    const { path: root, checked } = judgedPath(input.path ?? cwd, call);
    const { kind, realPath } = await searchRoot(use.files, { path: root, checked });
    if (kind !== "folder") {
      throw new ToolError(`"${root}" is a file. Give a folder in path, or read the file with Read.`);
    }
    const pattern = relativePattern(input.pattern, root);
    const { output, isCut, isTimedOut } = await ripgrep(use.exec, {
      options: [
        "--files",
        "--null",
        "--sortr=modified",
        ...(heedsIgnoreFiles ? [] : ["--no-ignore"]),
        `--glob=/${pattern}`,
        ...(mentionsPackages(pattern, root) ? [] : ["--glob=!**/node_modules"]),
      ],
      cwd: realPath,
      root: realPath,
      recordEnd: "\0",
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    await searchRoot(use.files, { path: root, checked: { realPath } });
    if (isTimedOut) {
      throw new ToolError("The search took longer than 20 s. Give a narrower pattern, or a folder in path.");
    }
    const isDenied = deniedReads(use.settings, host, session, { root, realPath });
    const paths = output
      .split("\0")
      .filter(Boolean)
      .map((file) => join(root, plainPath(file)));
    const found = paths.filter((path) => !isDenied(path));
    const filenames = found.slice(0, MAX_FILES).map((path) => shown(path, cwd));
    return {
      content: inWords(filenames, found.length, isCut),
      data: {
        filenames,
        numFiles: filenames.length,
        truncated: found.length > filenames.length,
        totalMatches: found.length,
        countIsComplete: !isCut,
        durationMs: Math.round(performance.now() - began),
      },
    };
  }
};

export default setup;

/** Packages of others drown what is the project's own, so they are only searched on request. */
function mentionsPackages(pattern: string, root: string): boolean {
  return /(^|[/\\])node_modules([/\\]|$)/.test(pattern) || /[/\\]node_modules([/\\]|$)/.test(root);
}

function shown(path: string, cwd: string): string {
  return below(path, cwd)?.join("/") ?? path;
}

function inWords(filenames: readonly string[], total: number, isCut: boolean): string {
  if (total === 0) return "No files found";
  const more =
    total > filenames.length
      ? [
          `(The newest ${filenames.length} of ${isCut ? "more than " : ""}${total} files. Give a narrower pattern for the rest.)`,
        ]
      : [];
  return [...filenames, ...more].join("\n");
}
