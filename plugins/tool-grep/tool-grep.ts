import { resolve } from "node:path";
import type { Setup, ToolContext, z } from "gantry/sdk";
import { deniedReads } from "gantry/sdk/kit/denied-reads";
import { ripgrep, searchRoot } from "gantry/sdk/kit/ripgrep";
import { inputPath } from "gantry/sdk/kit/tool-files";
import { answer } from "./answer.ts";
import { readEntries } from "./entries.ts";
import type { toolGrep } from "./index.ts";
import { optionsFor } from "./options.ts";

export type GrepInput = Readonly<z.output<typeof toolGrep.tools.Grep.input>>;

const TIMEOUT_MS = 20_000;

const setup: Setup<typeof toolGrep> = ({ use, host }) => {
  async function search(input: GrepInput, { session, signal }: ToolContext) {
    const { cwd } = session;
    const root = inputPath(input.path ?? cwd, { cwd, home: host.home });
    const { realPath } = await searchRoot(use.files, root);
    const result = await ripgrep(use.exec, {
      options: optionsFor(input),
      cwd,
      root,
      recordEnd: input.output_mode === "files_with_matches" ? "\0" : "\n",
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    const isDenied = deniedReads(use.settings, host, session, { root, realPath });
    const found = readEntries(result.output, input.output_mode);
    const files = found.filter(({ path }) => !isDenied(resolve(cwd, path)));
    return answer(input, files, { ...result, denied: found.length - files.length });
  }
  return { tools: { Grep: search } };
};

export default setup;
