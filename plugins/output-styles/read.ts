import { basename, join } from "node:path";
import { type Files, isGantryError } from "gantry/sdk";
import { readFrontmatter } from "gantry/sdk/kit/frontmatter";
import { isWithin } from "gantry/sdk/kit/paths";
import { decodeText, plainText } from "gantry/sdk/kit/text-file";
import type { Place } from "./shelf.ts";
import type { Style } from "./style.ts";

const MOST_STYLES = 100;
const MOST_BYTES = 64 * 1024;
const LONGEST_NAME = 100;

/** The styles in a folder, by file name. What cannot be read, is no text or leads out of where it came from is none. */
export async function readStyles(place: Place, files: Files): Promise<readonly Style[]> {
  const entries = await files.list(place.path).catch(() => []);
  const names = entries.filter(({ name, kind }) => kind !== "folder" && name.endsWith(".md")).slice(0, MOST_STYLES);
  const styles = await Promise.all(names.map(({ name }) => readStyle(join(place.path, name), place, files)));
  return styles.flatMap((style) => style ?? []);
}

async function readStyle(path: string, { within }: Place, files: Files): Promise<Style | undefined> {
  const text = await textAt(path, within, files);
  if (text === undefined) return undefined;
  const { data, body } = readFrontmatter(text);
  const { name, description } = data;
  return {
    name: isName(name) ? name.trim() : basename(path, ".md"),
    description: typeof description === "string" ? description : "",
    from: path,
    text: body.trim(),
    keepsCoding: data["keep-coding-instructions"] === true,
    ...(within !== undefined && { claim: { kind: "output style", source: path, text } }),
  };
}

async function textAt(path: string, within: string | undefined, files: Files): Promise<string | undefined> {
  try {
    const stat = await files.stat(path);
    if (stat?.kind !== "file" || stat.size > MOST_BYTES) return undefined;
    if (within !== undefined && !isWithin(stat.realPath, [within])) return undefined;
    const { bytes } = await files.read(stat.realPath, { maxBytes: MOST_BYTES, realPath: stat.realPath });
    const decoded = decodeText(bytes);
    return decoded && plainText(decoded.text).text;
  } catch (error) {
    if (isGantryError(error)) return undefined;
    throw error;
  }
}

function isName(name: unknown): name is string {
  return typeof name === "string" && name.trim() !== "" && name.length <= LONGEST_NAME;
}
