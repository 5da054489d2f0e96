import type { JsonObject } from "gantry/sdk";
import type { Plan, PlanContext } from "../plan.ts";
import { countIn } from "../results.ts";
import { bullets, counted } from "../say.ts";
import { call, listFiles } from "../steps.ts";
import { patternFor, scopeFor, type Words } from "../words.ts";
import { meantBy } from "./find.ts";

/** Which files are meant. */
export interface FileChoice {
  /** A language, an extension or a pattern. */
  readonly kind?: string | undefined;
  readonly where?: string | undefined;
}

export function* list(choice: FileChoice, words: Words, context: PlanContext): Plan {
  const { pattern, folder } = searchFor(choice, words);
  const { files, total } = yield* listFiles(pattern, folder, context);
  const named = describe(choice, words);
  if (!files.length) return { said: `There are no ${named}.`, saved: "", isEmpty: true };
  const note = total > files.length ? ` The ${files.length} changed last were listed.` : "";
  return {
    said: `${counted(total, "file")}, the one changed last first (packages left out).${note}\n\n${bullets(files.map((file) => `\`${file}\``))}`,
    saved: files.map((file) => `${file}\n`).join(""),
  };
}

export function* countFiles(choice: FileChoice, words: Words, context: PlanContext): Plan {
  const { pattern, folder } = searchFor(choice, words);
  const { total } = yield* listFiles(pattern, folder, context);
  const are = total === 1 ? "is" : "are";
  return answer(`There ${are} ${total} ${describe(choice, words, total)} (packages left out).`);
}

export function* countLines(where: string | undefined, words: Words): Plan {
  const { lines, files } = yield* count({ pattern: "^", ...scopeFor(where, words) });
  const place = where === undefined ? "this folder" : words.literal(where);
  if (files === 1) return answer(`${place} has ${counted(lines, "line")}.`);
  return answer(`${place} has ${counted(lines, "line")} in ${counted(files, "file")} (ignored files left out).`);
}

export function* countText(what: string, where: string | undefined, words: Words): Plan {
  const { name, search } = meantBy(what, words);
  const { lines, files } = yield* count({ ...search, ...scopeFor(where, words) });
  return answer(`\`${name}\` stands in ${counted(lines, "line")} of ${counted(files, "file")}.`);
}

function* count(input: JsonObject): Plan<{ readonly lines: number; readonly files: number }> {
  return countIn(yield* call("Grep", { ...input, output_mode: "count", head_limit: 0 }));
}

function searchFor({ kind, where }: FileChoice, words: Words) {
  const { path, glob } = scopeFor(where, words);
  const pattern = (kind && (patternFor(words.literal(kind)) ?? words.literal(kind))) ?? glob ?? "*";
  return { pattern: pattern.includes("/") ? pattern : `**/${pattern}`, folder: path };
}

function describe({ kind, where }: FileChoice, words: Words, total = 0): string {
  const noun = total === 1 ? "file" : "files";
  const files = kind === undefined ? noun : `${words.literal(kind)} ${noun}`;
  return where === undefined || where === "." ? files : `${files} in ${words.literal(where)}`;
}

function answer(said: string) {
  return { said, saved: `${said}\n` };
}
