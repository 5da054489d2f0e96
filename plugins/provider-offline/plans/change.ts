import { type Plan, type PlanContext, Stopped } from "../plan.ts";
import { counted } from "../say.ts";
import { call, readFile, writeFile } from "../steps.ts";
import type { Words } from "../words.ts";

/** Writes a file with exactly this content. */
export function* create(file: string, content: string, words: Words, context: PlanContext): Plan {
  const text = words.content(content);
  const result = yield* writeFile(
    words.literal(file),
    text === "" || text.endsWith("\n") ? text : `${text}\n`,
    context,
  );
  return { said: result.trim(), saved: "" };
}

/** Replaces a text literally, wherever it stands in the file. */
export function* replace(from: string, to: string, file: string, words: Words, context: PlanContext): Plan {
  const [before, after, path] = [words.literal(from), words.literal(to), words.literal(file)];
  if (before === after) throw new Stopped(`\`${before}\` is to be replaced with itself: there is nothing to do.`);
  const { text, isPartial } = yield* readFile(path, context);
  const places = text.split(before).length - 1;
  if (!places && !isPartial) throw new Stopped(`\`${before}\` does not stand in ${path}, so I changed nothing.`);
  const input = { file_path: context.resolve(path), old_string: before, new_string: after };
  yield* call("Edit", places > 1 || isPartial ? { ...input, replace_all: true } : input);
  const where = isPartial ? "" : ` in ${counted(places, "place")}`;
  return { said: `Replaced \`${before}\` with \`${after}\`${where} in ${path}.`, saved: "" };
}
