/** Definitions in files, as people have written them: read kindly, so that no file stands in another's way. */
import fs from "node:fs";
import { basename } from "node:path";
import type { AgentDefinition } from "gantry/sdk";
import { readFrontmatter } from "gantry/sdk/kit/frontmatter";
import { isWithin } from "gantry/sdk/kit/paths";
import { type Folder, filesAndFoldersIn, folderAt } from "gantry/sdk/kit/prompt-disk";
import { PROMPT_BYTES } from "gantry/sdk/kit/prompt-files";
import { textIn } from "gantry/sdk/kit/prompt-head";
import type { PromptPlace } from "gantry/sdk/kit/prompt-places";
import { decodeText, plainText } from "gantry/sdk/kit/text-file";
import { definitionOf, nameIn } from "./definition.ts";

const MOST_FILES = 1_000;
const DEEPEST = 5;

/** What lies in the folders. */
export interface Filed {
  readonly definitions: readonly AgentDefinition[];
  /** All that were gone through. */
  readonly folders: readonly string[];
  /** What is wrong with files, in sentences. */
  readonly problems: readonly string[];
}

export function readFiles(places: readonly PromptPlace[]): Filed {
  const definitions: AgentDefinition[] = [];
  const folders: string[] = [];
  const problems: string[] = [];
  for (const { path, source, within } of places) {
    for (const file of filesBelow(folderAt(path), folders, 0).slice(0, MOST_FILES)) {
      const text = textAt(file, within);
      const read = text === undefined ? undefined : readDefinition(text, { path: file, source });
      if (typeof read === "string") problems.push(read);
      else if (read) definitions.push(read);
    }
  }
  return { definitions, folders, problems };
}

/** A file's definition; `undefined` for what is none, such as a README, and a sentence for a name that cannot be one. */
function readDefinition(
  text: string,
  at: { readonly path: string; readonly source: AgentDefinition["source"] },
): AgentDefinition | string | undefined {
  const { data, body, problem } = readFrontmatter(text, { isLenient: true });
  if (!Object.keys(data).length && !problem) return undefined;
  const name = nameIn(textIn(data.name) || basename(at.path).replace(/\.md$/i, ""));
  if (name === undefined) return `${at.path} is no agent: its name may have letters, digits, ".", "_" and "-" alone.`;
  return { ...definitionOf(data, body.trim()), name, ...at, ...(problem && { problem }) };
}

function filesBelow(folder: Folder, gone: string[], depth: number): readonly string[] {
  if (depth > DEEPEST || gone.length > MOST_FILES) return [];
  gone.push(folder.path);
  return filesAndFoldersIn(folder).flatMap(({ name, path, realPath, isFolder }) => {
    if (isFolder) return filesBelow({ path, realPath }, gone, depth + 1);
    return /\.md$/i.test(name) ? [path] : [];
  });
}

/** Read at once: a prompt waits for them. What leads out of the project it came with, is too large or no file is none. */
function textAt(path: string, within: string | undefined): string | undefined {
  try {
    const real = fs.realpathSync(path);
    const stats = fs.statSync(real);
    if (!stats.isFile() || stats.size > PROMPT_BYTES) return undefined;
    if (within !== undefined && !isWithin(real, [fs.realpathSync(within)])) return undefined;
    const decoded = decodeText(fs.readFileSync(real));
    return decoded && plainText(decoded.text).text;
  } catch {
    return undefined;
  }
}
