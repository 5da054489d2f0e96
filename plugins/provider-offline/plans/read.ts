import { type Plan, type PlanContext, Stopped } from "../plan.ts";
import { bullets, counted, fenced } from "../say.ts";
import { listFiles, readFile } from "../steps.ts";
import { summarise } from "../summaries/summarise.ts";
import { isKnownFile, type Words } from "../words.ts";

/** Reads files, one after the other, and says what is in each. */
export function* summariseFiles(files: readonly string[], words: Words, context: PlanContext): Plan {
  const parts: string[] = [];
  for (const word of files) {
    const file = yield* nameOf(word, words, context);
    parts.push(summarise(file, yield* readFile(file, context)));
  }
  const said = parts.join("\n\n");
  return { said, saved: `${said}\n` };
}

export function* show(word: string, words: Words, context: PlanContext): Plan {
  const file = yield* nameOf(word, words, context);
  const { text, lines, isPartial } = yield* readFile(file, context);
  const note = isPartial ? ` (its beginning; it has ${lines} lines)` : "";
  return { said: `\`${file}\`${note}:\n\n${fenced(text)}`, saved: `${text}\n` };
}

/** What a repository says of itself, and what it is made of. */
export function* summariseProject(context: PlanContext): Plan {
  const known = yield* listFiles(
    "{package.json,pyproject.toml,Cargo.toml,go.mod,README*,readme*,Readme*}",
    undefined,
    context,
  );
  const own = known.files
    .filter((file) => !/[\\/]/.test(file))
    .sort()
    .slice(0, 2);
  const parts: string[] = [];
  for (const file of own) parts.push(summarise(file, yield* readFile(file, context)));
  const { files, total } = yield* listFiles("**/*", undefined, context);
  if (!total) return { said: "There are no files here yet.", saved: "", isEmpty: true };
  const sample = total > files.length ? `, judged by the ${files.length} changed last` : "";
  parts.push(`${counted(total, "file")} (packages left out)${sample}:\n\n${bullets(byExtension(files))}`);
  const said = parts.join("\n\n");
  return { said, saved: `${said}\n` };
}

/** "the readme" is whatever the repository calls it. */
function* nameOf(word: string, words: Words, context: PlanContext): Plan<string> {
  const name = words.literal(word);
  if (!isKnownFile(name)) return name;
  const lower = name.toLowerCase();
  const spellings = [...new Set([name, lower, lower.toUpperCase(), lower[0]?.toUpperCase() + lower.slice(1)])];
  const { files } = yield* listFiles(`{${spellings.map((spelling) => `${spelling}*`).join(",")}}`, undefined, context);
  const found = [...files].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0];
  if (found === undefined) throw new Stopped(`There is no ${name} in this folder.`);
  return found;
}

function byExtension(files: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const file of files) {
    const extension = /[^\\/](\.[^.\\/]+)$/.exec(file)?.[1] ?? "no extension";
    counts.set(extension, (counts.get(extension) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([extension, count]) => `${extension}: ${count}`);
}
