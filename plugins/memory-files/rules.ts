/** Rules: files of instructions, some of which say for which files they count. Loaded where there is a folder of them. */
import { join } from "node:path";
import { readFrontmatter } from "gantry/sdk/kit/frontmatter";
import type { Place, WaitingRule } from "./instruction.ts";
import { claimFor, type Opened, open, type Reading } from "./read.ts";

const DEEPEST = 10;
const MOST_RULES = 1_000;

/** A rule that counts at once, or one that waits for a file. */
export type Rule = { readonly place: Place; readonly opened: Opened } | WaitingRule;

/** The rules of a folder and of those within it, by name. */
export async function readRules(folder: Place, root: string, reading: Reading): Promise<readonly Rule[]> {
  const { rulesOf: _, ...common } = folder;
  const paths: string[] = [];
  await gather(folder.path, reading, paths, new Set(), 0);
  const rules = await Promise.all(paths.map((path) => readRule({ ...common, path }, root, reading)));
  return rules.flatMap((rule) => rule ?? []);
}

async function readRule(place: Place, root: string, reading: Reading): Promise<Rule | undefined> {
  const opened = await open(place, reading);
  if (!opened) return undefined;
  const claim = claimFor(place, opened.realPath, place.path);
  if (claim && !(await reading.mayImport(opened.realPath, claim))) return undefined;
  const { data, body, problem } = readFrontmatter(opened.text);
  if (problem) reading.tell(`${place.path}: ${problem}. It counts for all files.`);
  const globs = globsIn(data.paths);
  const { realPath } = opened;
  return globs.length ? { place, realPath, body, globs, root } : { place, opened: { realPath, text: body } };
}

/** A list, or a text with commas between the patterns; those within braces part nothing. */
function globsIn(paths: unknown): readonly string[] {
  const texts = (Array.isArray(paths) ? paths : [paths]).filter((one) => typeof one === "string");
  return texts
    .flatMap((text) => text.split(/,(?![^{]*\})/))
    .map((glob) => glob.trim())
    .filter(Boolean);
}

/** Links are followed, and no folder is gone through twice. */
async function gather(folder: string, reading: Reading, paths: string[], gone: Set<string>, depth: number) {
  const stat = await reading.files.stat(folder).catch(() => undefined);
  if (stat?.kind !== "folder" || gone.has(stat.realPath) || depth > DEEPEST) return;
  gone.add(stat.realPath);
  for (const { name, kind } of await reading.files.list(folder).catch(() => [])) {
    if (paths.length >= MOST_RULES) return;
    if (kind === "folder") await gather(join(folder, name), reading, paths, gone, depth + 1);
    else if (kind === "file" && name.endsWith(".md")) paths.push(join(folder, name));
  }
}
