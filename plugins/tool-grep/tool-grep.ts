import { join, relative, resolve } from "node:path";
import type { Setup, ToolContext, z } from "gantry/sdk";
import { deniedReads } from "gantry/sdk/kit/denied-reads";
import { below } from "gantry/sdk/kit/paths";
import { ripgrep, searchRoot } from "gantry/sdk/kit/ripgrep";
import { judgedPath } from "gantry/sdk/kit/tool-files";
import { answer } from "./answer.ts";
import { readEntries } from "./entries.ts";
import type { toolGrep } from "./index.ts";
import { optionsFor } from "./options.ts";
import { grepRenderer } from "./renderer.ts";

export type GrepInput = Readonly<z.output<typeof toolGrep.tools.Grep.input>>;

const TIMEOUT_MS = 20_000;

const setup: Setup<typeof toolGrep> = ({ use, host }) => {
  async function search(input: GrepInput, call: ToolContext) {
    const { session, signal } = call;
    const { cwd } = session;
    const { path: root, checked } = judgedPath(input.path ?? cwd, call);
    const { realPath } = await searchRoot(use.files, { path: root, checked });
    const result = await ripgrep(use.exec, {
      options: optionsFor(input),
      cwd,
      root: realPath,
      recordEnd: input.output_mode === "files_with_matches" ? "\0" : "\n",
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    const isDenied = deniedReads(use.settings, host, session, { root, realPath });
    await searchRoot(use.files, { path: root, checked: { realPath } });
    const found = readEntries(result.output, input.output_mode).map(({ path, lines }) => ({
      path: realPath === root ? path : asAsked(resolve(cwd, path)),
      lines,
    }));
    const files = found.filter(({ path }) => !isDenied(resolve(cwd, path)));
    return answer(input, files, { ...result, denied: found.length - files.length });

    /** What was searched where the links lead is told as it was asked for. */
    function asAsked(path: string): string {
      const asked = join(root, relative(realPath, path));
      return below(asked, cwd)?.join("/") ?? asked;
    }
  }
  return { renderers: { Grep: grepRenderer }, tools: { Grep: search } };
};

export default setup;
